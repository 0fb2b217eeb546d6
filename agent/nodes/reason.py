"""Reason: the chat model answers or calls tools. Its text reaches the patient only through the checked reply."""

from __future__ import annotations

import json
import time
from typing import Any

import structlog
from langchain_core.messages import AIMessage, AnyMessage, SystemMessage
from langgraph.runtime import Runtime

from agent.context import RunContext
from agent.errors import ModelUnavailable
from agent.events import ModelSwitched
from agent.models.resilience import Finished, Switched, TextDelta
from agent.nodes.speak import CheckedReply
from agent.nodes.timing import timed
from agent.state import AgentState
from agent.tools.triage import complaint_titles

log = structlog.get_logger(__name__)


@timed("reason")
def reason(state: AgentState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Ask the model once, within the turn's budget, streaming its text through the gate."""
    context = runtime.context
    calls, left = state.get("model_calls", 0), context.deadline - time.monotonic()
    if calls >= context.clinic.settings.max_model_calls or left <= 0:
        return {"messages": [AIMessage("")], "error": "budget_used_up"}
    reply = CheckedReply(context, state.get("decision"), state.get("latched"))
    message, error = AIMessage(""), state.get("error")
    try:
        for item in context.model_line.stream(prompt(state, context), left):
            match item:
                case TextDelta(text=text):
                    reply.feed(text)
                case Switched(reason=why):
                    reply.discard()
                    context.ledger.switched = why
                    context.emit(ModelSwitched(why))
                case Finished(message=message, model_id=model_id):
                    context.ledger.model_id = model_id
        reply.close()
    except ModelUnavailable as failure:
        log.error("no_model_answered", reason=str(failure))
        reply.discard()
        message, error = AIMessage(""), "model_unavailable"
    # Some servers give every message the same id, and the state would then overwrite the earlier one.
    return {
        "messages": [message.model_copy(update={"id": None})],
        "error": error,
        "model_calls": calls + 1,
        "verdicts": [*state.get("verdicts", []), *reply.verdicts],
        "final_response": " ".join([state.get("final_response", ""), *reply.shown]).strip(),
    }


def prompt(state: AgentState, context: RunContext) -> list[AnyMessage]:
    """System prompt with the situation as data, then the conversation."""
    clinic = context.clinic
    situation = json.dumps(situation_of(state, context), ensure_ascii=False)
    system = f"{clinic.system_prompt}\n\nToday is {clinic.today.isoformat()}.\n\n```json\n{situation}\n```"
    return [SystemMessage(system), *state["messages"]]


def situation_of(state: AgentState, context: RunContext) -> dict[str, Any]:
    """What code already knows of this turn, for the model to work with."""
    decision, latched = state.get("decision"), state.get("latched")
    summary: dict[str, Any] | None = None
    if decision is not None:
        summary = {
            "disposition": decision.disposition.value,
            "risk": decision.risk.value,
            "needs_more": decision.needs_more,
            "complaints": complaint_titles(decision, context.clinic),
            "about_health": decision.about_health,
            "next_questions": [{"id": q.id, "text": q.text} for q in decision.next_questions[:1]],
        }
    return {
        "today": context.clinic.today.isoformat(),
        "writer_relation": context.writer_relation,
        "decision": summary,
        "pending_offers": state.get("pending_consent", []),
        "emergency_shown": bool(latched and latched.is_emergency),
        "pending_question": state.get("answers_question"),
    }
