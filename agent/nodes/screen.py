"""Screen: what the message means for safety, without any model. Fixed texts go out here, before a model is asked."""

from __future__ import annotations

from typing import Any

import structlog
from langgraph.runtime import Runtime

from agent.context import RunContext
from agent.events import CrisisNotice, EmergencyNotice, ReplyWithheld
from agent.nodes.speak import say_fixed
from agent.nodes.timing import timed
from agent.safety.screen import InputScreen
from agent.state import AgentState
from agent.testimony import patient_facts, patient_messages
from agent.triage.types import SEVERAL_PEOPLE, PatientFacts, PatientMessage, TriageDecision
from knowledge.levels import Disposition, worst

log = structlog.get_logger(__name__)
SELF_HARM = "low_mood_self_harm"
"""The protocol whose emergencies the explicit crisis text speaks of itself."""
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
    by_findings = worst(state.get("latched"), level_to_latch(decision), _somebody_elses(decision, state, context))
    crisis = seen.crisis if seen else "none"
    # Both texts where both are due: a crisis text says nothing of a crushing pain in the chest.
    covered = crisis == "explicit" and _only_self_harm(decision)
    risen = notify(context, before=state.get("latched"), after=by_findings, told_otherwise=covered)
    latched = worst(by_findings, floor)
    if latched is not None and latched is not by_findings:
        context.clinic.records.interactions.latch(context.session_id, latched.value)
    if crisis == "explicit" or crisis == "possible":
        text = context.clinic.templates.crisis(crisis, about_self=context.writer_relation == "self")
        say_fixed(context, "crisis", text=text, meta={"level": crisis})
        context.emit(CrisisNotice(crisis, text))
    if seen and seen.abuse_disclosure:
        say_fixed(context, "crisis", "abuse_disclosure")
        context.emit(CrisisNotice("abuse", context.clinic.templates.text("abuse_disclosure")))
    error = state.get("error")
    if decision is None:
        error = "engine_failed"
        context.emit(ReplyWithheld(say_fixed(context, "note", "degraded.engine")))
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


def _somebody_elses(decision: TriageDecision | None, state: AgentState, context: RunContext) -> Disposition | None:
    """The emergency of somebody beside the patient: whoever it is, the writer is told at once what to do."""
    if decision is None or SEVERAL_PEOPLE not in decision.conflicts:
        return None
    alone = context.clinic.engine.assess([PatientMessage(1, state["user_message"])], PatientFacts())
    level = alone.evidence_disposition
    return level if level is not None and level.is_emergency else None


def _only_self_harm(decision: TriageDecision | None) -> bool:
    """Whether the emergency is one whose own crisis text already sends the writer to an emergency department."""
    urgent = [r for r in decision.rules if r.disposition.is_emergency] if decision else []
    return all(r.protocol == SELF_HARM and r.disposition is not Disposition.AMBULANCE_NOW for r in urgent)


def notify(
    context: RunContext, *, before: Disposition | None, after: Disposition | None, told_otherwise: bool = False
) -> bool:
    """Latch a risen level and send the fixed text an emergency calls for, committed before it is shown.

    ``told_otherwise``: another fixed text of this turn already says where to go. Returns whether the level rose to an
    emergency.
    """
    risen = after is not None and (before is None or after.rank > before.rank)
    if after is None or not risen:
        return False
    text = ""
    with context.clinic.records.store.write():  # a level is never latched without the text that belongs to it
        context.clinic.records.interactions.latch(context.session_id, after.value)
        if after.is_emergency and not told_otherwise:
            text = context.clinic.templates.emergency(after, about_self=context.writer_relation == "self")
            say_fixed(context, "emergency", text=text, meta={"disposition": after.value})
    if text:
        context.emit(EmergencyNotice(after, text))
    return after.is_emergency


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
