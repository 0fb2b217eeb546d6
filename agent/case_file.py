"""The nurse's case of a session: opened with the first health message, kept up to date each turn."""

from __future__ import annotations

from agent.context import RunContext
from agent.triage.types import TriageDecision
from data.records import Case
from knowledge.levels import Disposition, Priority


def open_case(context: RunContext, decision: TriageDecision | None, level: Disposition) -> Case:
    """Open the session's case, or raise and refresh it. A case that needs attention never reads as LOW."""
    return context.clinic.records.cases.open_or_update(
        context.session_id,
        disposition=level.value,
        risk=level.risk.value,
        priority=priority_of(level, decision).value,
        primary_concern=primary_concern(decision, context),
        par=None,
    )


def priority_of(level: Disposition, decision: TriageDecision | None) -> Priority:
    """The report's priority; what could not be rated is MEDIUM at least."""
    if decision is None and level.priority is Priority.LOW:
        return Priority.MEDIUM
    return level.priority


def primary_concern(decision: TriageDecision | None, context: RunContext) -> str:
    """The complaint in a few words: the worst one's title, else the patient's opening words, shortened."""
    if decision and decision.complaints:
        protocols = context.clinic.content.protocols
        deciding = decision.explanation.deciding_rule
        first = deciding.protocol if deciding and deciding.protocol in decision.complaints else decision.complaints[0]
        titles = [protocols[c].title for c in dict.fromkeys((first, *decision.complaints)) if c in protocols]
        return ", ".join(titles[:3])
    return "Not understood: read the patient's words"
