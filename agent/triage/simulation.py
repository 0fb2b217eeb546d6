"""Interviews with simulated patients, who answer the engine's questions from a hidden sheet in their own words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.triage.engine import TriageEngine
from agent.triage.types import MAX_QUESTIONS, Encode, NextQuestion, PatientFacts, PatientMessage, TriageDecision
from knowledge.levels import Disposition, worst
from knowledge.schema_interviews import Interview

UNDERSTOOD = 0.62
"""Cosine similarity from which a question is taken for one that the sheet answers."""
CLOSE = 0.08
"""Answers this near to the best fit are given too: one question may ask several things."""
HEALTHY = "no"
"""The sheet's word for what it does not cover when the patient would know: it is as in health."""


@dataclass(frozen=True)
class Ended:
    """How an interview ended: the level as a session latches it, the questions put, and the last decision."""

    interview: Interview
    disposition: Disposition
    questions: int
    messages: tuple[PatientMessage, ...]
    decision: TriageDecision


class SimulatedPatient:
    """Answers by likeness of the question to those of the sheet; knows nothing of findings or rules."""

    def __init__(self, sheet: Interview, encode: Encode) -> None:
        self._sheet = sheet
        self._encode = encode
        self._known = encode([fact.ask for fact in sheet.facts])

    def reply(self, question: str, number: int, healthy: Callable[[], str]) -> str:
        """What is said to the ``number``-th question, counted from one; ``healthy`` is what a well person would say."""
        unasked = [u.say for u in (*self._sheet.volunteers, *self._sheet.changes) if u.after == number]
        return ". ".join([self._answer(question) or self._uncovered(healthy), *unasked])

    def _uncovered(self, healthy: Callable[[], str]) -> str:
        return healthy() if self._sheet.otherwise == HEALTHY else self._sheet.otherwise

    def _answer(self, question: str) -> str | None:
        likeness = self._known @ self._encode([question])[0]
        best = float(likeness.max(initial=0.0))
        if best < UNDERSTOOD:
            return None
        near = sorted((-float(s), n) for n, s in enumerate(likeness) if s >= max(UNDERSTOOD, best - CLOSE))
        said = [self._sheet.facts[n].say for _, n in near]
        # Who is asked for several things at once names the one that is so.
        return next((s for s in said if not s.lower().startswith("no")), said[0])


def interview(engine: TriageEngine, sheet: Interview, encode: Encode) -> Ended:
    """Ask until nothing is left to ask, an emergency stands on evidence, or eight questions are up."""
    patient = SimulatedPatient(sheet, encode)
    facts = PatientFacts(age_years=sheet.age, sex=sheet.sex, pregnant=sheet.pregnant)
    messages = [PatientMessage(1, sheet.opening)]
    decision = engine.assess(messages, facts)
    latched = decision.evidence_disposition
    while decision.needs_more and decision.next_questions and len(messages) <= MAX_QUESTIONS:
        question = decision.next_questions[0]

        def healthy(question: NextQuestion = question) -> str:
            return _least(engine, messages, facts, question)

        text = patient.reply(question.text, len(messages), healthy)
        messages.append(PatientMessage(len(messages) + 1, text, question.id))
        decision = engine.assess(messages, facts)
        latched = worst(latched, decision.evidence_disposition)
    return Ended(
        interview=sheet,
        disposition=worst(latched, decision.disposition) or decision.disposition,
        questions=len(messages) - 1,
        messages=tuple(messages),
        decision=decision,
    )


def _least(
    engine: TriageEngine, messages: Sequence[PatientMessage], facts: PatientFacts, question: NextQuestion
) -> str:
    """Of the replies on offer, "don't know" aside, the one that makes least of it: a well person's."""
    replies = [c.value for c in question.choices if c.value != "don't know"]
    denials = ("no", "none", "neither", "nothing")
    tried = {
        reply: engine.assess([*messages, PatientMessage(len(messages) + 1, reply, question.id)], facts)
        for reply in sorted(replies, key=lambda r: not r.lower().startswith(denials))
    }
    return min(tried, key=lambda reply: (tried[reply].disposition.rank, len(tried[reply].red_flags)))


def interview_all(engine: TriageEngine, sheets: Sequence[Interview], encode: Encode) -> list[Ended]:
    """Each simulated patient's interview, in order."""
    return [interview(engine, sheet, encode) for sheet in sheets]
