"""Fulfil: the patient answered an offer. The stored call runs by code, exactly as offered; no model is involved."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessage, ToolMessage
from langgraph.config import get_config
from langgraph.runtime import Runtime

from agent.context import RunContext
from agent.nodes.act import TOOL_NODE
from agent.nodes.recall import offer_view
from agent.state import AgentState
from agent.tools.contract import as_json


def fulfil(state: AgentState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Run the granted call, or note the refusal; either way the model reads it as the answer to a call."""
    context = runtime.context
    offer = state["answered_offer"] or {}
    call = {"name": offer["tool"], "args": offer["args"], "id": offer["offer_id"], "type": "tool_call"}
    request = AIMessage("", tool_calls=[call])
    if offer["granted"]:
        context.ledger.granted_offer = offer["offer_id"]
        try:
            answers = TOOL_NODE.invoke(dict(state) | {"messages": [request]}, get_config())["messages"]
        finally:
            context.ledger.granted_offer = None
    else:
        declined = {"status": "declined", "offer_text": offer["offer_text"]}
        answers = [ToolMessage(as_json(declined), tool_call_id=offer["offer_id"], name=offer["tool"])]
        context.ledger.add_call(call | {"result": declined, "ok": True, "ms": 0.0})
    pending = context.clinic.records.consents.pending(context.session_id)
    return {
        "messages": [request, *answers],
        "pending_consent": [offer_view(o) for o in pending],
        "tool_calls": list(context.ledger.tool_calls),
    }
