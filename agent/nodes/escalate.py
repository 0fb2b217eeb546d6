"""Escalate: a nurse is told at once, by code. One task a turn of each kind, and the case on top of the board."""

from __future__ import annotations

from typing import Any

from langgraph.runtime import Runtime

from agent.case_file import open_case
from agent.context import RunContext
from agent.nodes.timing import timed
from agent.state import AgentState
from knowledge.levels import Disposition, Risk, worst


@timed("escalate")
def escalate(state: AgentState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Open or raise the case and alert the nurses."""
    alert_nurses(runtime.context, state, state.get("latched"))
    return {}


def alert_nurses(context: RunContext, state: AgentState, latched: Disposition | None) -> None:
    """One task for each reason, the case at its level, and the receipt that lets a reply say a nurse was told."""
    decision = state.get("decision")
    level = worst(latched, decision.disposition if decision else None) or Disposition.UNABLE_TO_ASSESS
    open_case(context, decision, level)
    for kind, words in _reasons(state, level):
        risk = level.risk if kind != "crisis" or level.is_emergency else Risk.HIGH
        context.clinic.records.cases.add_task(context.session_id, context.turn_id, kind, words, risk.value)
    context.ledger.add_receipt("nurse_told")


def _reasons(state: AgentState, level: Disposition) -> list[tuple[str, str]]:
    """Task kind and one line for the nurse, without the patient's name."""
    seen, decision = state.get("screen"), state.get("decision")
    reasons = []
    if level.is_emergency:
        flags = "; ".join(decision.red_flags[:3]) if decision and decision.red_flags else level.label
        reasons.append(("emergency", flags))
    if seen is None:
        reasons.append(("screen_failed", "The safety screen failed on a message: read it now."))
    elif seen.crisis != "none":
        reasons.append(("crisis", f"Self-harm screen: {seen.crisis}"))
    if seen is not None and seen.abuse_disclosure:
        reasons.append(("abuse", "Possible disclosure of abuse or violence: contact in private."))
    if decision is None:
        reasons.append(("engine_failed", "The message could not be rated: assess it today."))
    return reasons
