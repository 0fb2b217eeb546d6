"""Recall: the session as the store has it. Nothing is remembered anywhere else."""

from __future__ import annotations

from typing import Any

import structlog
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.runtime import Runtime

from agent.context import RunContext
from agent.nodes.timing import timed
from agent.state import AgentState
from agent.testimony import SHOWN_AS_REPLY, answers_offer, pending_question, question_answered
from data.ehr.summary import summarise
from data.records import Message
from knowledge.levels import Disposition

log = structlog.get_logger(__name__)


@timed("recall")
def recall(state: AgentState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Transcript window, latched risk, pending offers and the de-identified chart."""
    context = runtime.context
    records = context.clinic.records
    session = records.interactions.session(context.session_id)
    transcript = [m for m in records.interactions.transcript(context.session_id) if m.number <= context.turn_number]
    chart, error = _chart(context)
    return {
        "messages": conversation(transcript[-context.clinic.settings.transcript_window :]),
        "answers_question": question_answered(transcript),
        "open_question": pending_question(transcript),
        "latched": Disposition(session.latched) if session.latched else None,
        "pending_consent": [offer_view(o) for o in records.consents.pending(context.session_id)],
        "chart": chart,
        "error": error,
    }


def _chart(context: RunContext) -> tuple[dict[str, Any], str | None]:
    """The chart summary; a chart that cannot be read is noted, never taken for an empty one."""
    if context.patient_id is None:
        return {}, None
    try:
        chart = context.clinic.ehr.chart(context.patient_id)
        return (summarise(chart) if chart else {}), None
    except Exception as error:  # the chart's edge: triage goes on without it, and the turn says so in its record
        log.error("chart_failed", kind=type(error).__name__)
        return {}, "chart_unavailable"


def conversation(transcript: list[Message]) -> list[AnyMessage]:
    """The transcript as chat messages; consecutive sentences of one reply are one message."""
    messages: list[AnyMessage] = []
    for entry in transcript:
        if entry.role == "patient" and answers_offer(entry):
            messages.append(HumanMessage("Yes, please." if entry.text.startswith("Yes") else "No, thank you."))
        elif entry.role == "patient":
            messages.append(HumanMessage(entry.text))
        elif entry.role == "assistant" and entry.kind in SHOWN_AS_REPLY:
            if messages and isinstance(messages[-1], AIMessage):
                messages[-1] = AIMessage(f"{messages[-1].content} {entry.text}")
            else:
                messages.append(AIMessage(entry.text))
    return messages


def offer_view(offer: Any) -> dict[str, Any]:
    """A pending offer as the page and the model see it."""
    return {"offer_id": offer.offer_id, "tool": offer.tool, "offer_text": offer.offer_text}
