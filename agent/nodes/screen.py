"""Screen: what the message means for safety, without any model. Fixed texts go out here, before a model is asked."""

from __future__ import annotations

from typing import Any

import structlog
from langgraph.runtime import Runtime

from agent.context import RunContext
from agent.events import CrisisNotice, EmergencyNotice
from agent.nodes.speak import say_fixed
from agent.nodes.timing import timed
from agent.safety.screen import InputScreen
from agent.state import AgentState
from agent.testimony import patient_facts, patient_messages
from agent.triage.types import TriageDecision
from knowledge.levels import Disposition, worst

log = structlog.get_logger(__name__)
CRISIS_FLOOR = {"explicit": Disposition.EMERGENCY_DEPARTMENT_NOW, "possible": Disposition.CLINICIAN_TODAY}
"""The least urgent level a crisis answer leaves: active danger to oneself is an emergency, a dark hint is today's.

Needs sign-off by the clinic's safety officer. Source: NICE, Self-harm: assessment, management and preventing
recurrence (NG225), 2022.
"""


@timed("screen")
def screen(state: AgentState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Assess all findings so far and screen this message; latch the level; send emergency and crisis texts."""
    context = runtime.context
    decision, seen = _assess(state, context), _screen_input(state, context)
    floor = CRISIS_FLOOR.get(seen.crisis) if seen else None
    latched = worst(state.get("latched"), level_to_latch(decision), floor)
    crisis = seen.crisis if seen else "none"
    risen = notify(context, before=state.get("latched"), after=latched, crisis=crisis)
    if seen and seen.abuse_disclosure:
        say_fixed(context, "crisis", "abuse_disclosure")
        context.emit(CrisisNotice("abuse", context.clinic.templates.text("abuse_disclosure")))
    error = state.get("error")
    if decision is None:
        error = "engine_failed"
        say_fixed(context, "note", "degraded.engine")
    if seen is None:
        error = "screen_failed"
    told = seen is None or decision is None or crisis != "none" or seen.abuse_disclosure
    return {"decision": decision, "screen": seen, "latched": latched, "error": error, "alarm": risen or told}


def level_to_latch(decision: TriageDecision | None) -> Disposition | None:
    """Levels that rest on evidence, or on a finished interview. A provisional level does not bind the session."""
    if decision is None:
        return None
    settled = None if decision.needs_more or not decision.complaints else decision.disposition
    return worst(decision.evidence_disposition, settled)


def notify(context: RunContext, *, before: Disposition | None, after: Disposition | None, crisis: str) -> bool:
    """Latch a risen level and send the fixed text it or a crisis calls for, committed before it is shown.

    Returns whether the level rose to an emergency.
    """
    risen = after is not None and (before is None or after.rank > before.rank)
    if after and risen:
        context.clinic.records.interactions.latch(context.session_id, after.value)
    about_self = context.writer_relation == "self"
    templates = context.clinic.templates
    if crisis == "explicit" or crisis == "possible":
        text = templates.crisis("explicit" if crisis == "explicit" else "possible", about_self=about_self)
        say_fixed(context, "crisis", text=text, meta={"level": crisis})
        context.emit(CrisisNotice(crisis, text))
    elif after and risen and after.is_emergency:
        text = templates.emergency(after, about_self=about_self)
        say_fixed(context, "emergency", text=text, meta={"disposition": after.value})
        context.emit(EmergencyNotice(after, text))
    return bool(after and risen and after.is_emergency)


def _assess(state: AgentState, context: RunContext) -> TriageDecision | None:
    try:
        messages = patient_messages(context.clinic.records.interactions.transcript(context.session_id))
        facts = patient_facts(context.intake, context.writer_relation, state.get("chart") or {})
        return context.clinic.engine.assess(messages, facts)
    except Exception as error:  # the turn's edge: an engine that breaks must read as "a nurse looks", not as low risk
        log.error("triage_engine_failed", kind=type(error).__name__)
        return None


def _screen_input(state: AgentState, context: RunContext) -> InputScreen | None:
    try:
        return context.clinic.screener.screen(state["user_message"], about_self=context.writer_relation == "self")
    except Exception as error:  # the turn's edge: a screen that breaks sends the message to a nurse
        log.error("input_screen_failed", kind=type(error).__name__)
        return None
