"""Consent: a call that would change something becomes an exact offer that waits for the patient's own answer."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessage, ToolMessage
from langgraph.runtime import Runtime

from agent.context import RunContext
from agent.errors import ToolRefused
from agent.events import ConsentRequested
from agent.nodes.recall import offer_view
from agent.nodes.speak import say_fixed
from agent.nodes.timing import timed
from agent.state import AgentState
from agent.tools.contract import as_json
from agent.tools.offers import needs_consent, offer_for


@timed("consent")
def consent(state: AgentState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Turn each consent-needing call of the last model message into a stored offer, and answer the call with it."""
    context = runtime.context
    last = state["messages"][-1]
    calls = last.tool_calls if isinstance(last, AIMessage) else []
    answers = [_offer(call, state, context) for call in calls if needs_consent(call["name"], call["args"])]
    pending = context.clinic.records.consents.pending(context.session_id)
    return {"messages": answers, "pending_consent": [offer_view(o) for o in pending]}


def _offer(call: Any, state: AgentState, context: RunContext) -> ToolMessage:
    records, settings = context.clinic.records, context.clinic.settings
    result: dict[str, Any]
    try:
        if len(context.ledger.tool_calls) >= settings.max_tool_calls:
            raise ToolRefused("No more calls in this turn.")
        args, words = offer_for(context, state, call["name"], call["args"])
        existing = next(
            (o for o in records.consents.pending(context.session_id) if o.tool == call["name"] and o.args == args),
            None,
        )
        offer = existing or records.consents.offer(
            context.session_id, context.turn_id, call["name"], args, words, valid_minutes=settings.consent_minutes
        )
        if existing is None:
            meta = {"offer_id": offer.offer_id, "tool": call["name"]}
            say_fixed(context, "consent", text=words, meta=meta)
            context.emit(ConsentRequested(offer.offer_id, call["name"], words))
        result = {"status": "awaiting_consent", "offer_id": offer.offer_id, "offer_text": words}
    except ToolRefused as refusal:
        result = {"status": "error", "message": str(refusal)}
    ok = result["status"] != "error"
    context.ledger.add_call({"name": call["name"], "args": dict(call["args"]), "result": result, "ok": ok, "ms": 0.0})
    return ToolMessage(as_json(result), tool_call_id=str(call["id"]), name=call["name"])
