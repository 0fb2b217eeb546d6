"""Check: the end of the reply. Nothing shown means fixed words; the engine's question follows; blocks reach a nurse."""

from __future__ import annotations

from typing import Any

from langgraph.runtime import Runtime

from agent.case_file import open_case
from agent.context import RunContext
from agent.events import ReplyWithheld
from agent.nodes.speak import ask, say_fixed
from agent.nodes.timing import timed
from agent.state import AgentState
from knowledge.levels import Disposition, worst


@timed("finish")
def check(state: AgentState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Complete what the patient sees, and tell a nurse of anything that was withheld."""
    context = runtime.context
    error = state.get("error")
    if error == "budget_used_up":
        words = say_fixed(context, "note", "degraded.timeout")
        context.emit(ReplyWithheld(words))
    elif error == "model_unavailable" or _nothing_said(state):
        words = say_fixed(context, "note", "handover")
        context.emit(ReplyWithheld(words))
        error = error or "empty_reply"
    decision = state.get("decision")
    if _question_due(state) and decision:
        ask(context, decision.next_questions[0])
    if state.get("verdicts") or error in ("budget_used_up", "empty_reply", "model_unavailable"):
        _tell_nurse(state, context, error)
    return {"error": error}


def _question_due(state: AgentState) -> bool:
    """The interview goes on unless an ambulance is needed, or the patient is in acute crisis."""
    decision, seen, latched = state.get("decision"), state.get("screen"), state.get("latched")
    if decision is None or not decision.needs_more or not decision.next_questions or not decision.about_health:
        return False
    if latched is Disposition.AMBULANCE_NOW:
        return False
    if state.get("open_question") == decision.next_questions[0].id:
        return False  # it already waits for its answer
    return not (seen is not None and seen.crisis == "explicit")


def _nothing_said(state: AgentState) -> bool:
    """Neither the model nor code answered: a fixed crisis text, a question or an offer is an answer too."""
    seen = state.get("screen")
    by_code = bool(seen and seen.crisis != "none") or bool(state.get("pending_consent")) or _question_due(state)
    return not (state.get("final_response") or by_code)


def _tell_nurse(state: AgentState, context: RunContext, error: str | None) -> None:
    decision = state.get("decision")
    level = worst(state.get("latched"), decision.disposition if decision else None) or Disposition.UNABLE_TO_ASSESS
    open_case(context, decision, level)
    rules = sorted({v["rule"] for verdict in state.get("verdicts", []) for v in verdict["violations"]})
    words = (
        f"Reply withheld by the safety check ({', '.join(rules)})." if rules else f"No reply was possible ({error})."
    )
    context.clinic.records.cases.add_task(
        context.session_id, context.turn_id, "reply_withheld", f"{words} Please answer the patient.", level.risk.value
    )
