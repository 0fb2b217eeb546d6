"""Interviews with simulated patients, who answer the engine's questions from a hidden sheet in their own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.triage.engine import TriageEngine
from agent.triage.types import MAX_QUESTIONS, Encode, PatientFacts, PatientMessage, TriageDecision
from knowledge.levels import Disposition, worst
from knowledge.schema_interviews import Interview

UNDERSTOOD = 0.6
"""Cosine similarity from which a question is taken for one that the sheet answers."""
CLOSE = 0.08
"""Answers this near to the best fit are given too: one question may ask several things."""


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

    def reply(self, question: str, number: int) -> str:
        """What is said to the ``number``-th question, counted from one."""
        unasked = [u.say for u in (*self._sheet.volunteers, *self._sheet.changes) if u.after == number]
        return ". ".join([self._answer(question), *unasked])

    def _answer(self, question: str) -> str:
        likeness = self._known @ self._encode([question])[0]
        best = float(likeness.max(initial=0.0))
        if best < UNDERSTOOD:
            return self._sheet.otherwise
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
        messages.append(PatientMessage(len(messages) + 1, patient.reply(question.text, len(messages)), question.id))
        decision = engine.assess(messages, facts)
        latched = worst(latched, decision.evidence_disposition)
    return Ended(
        interview=sheet,
        disposition=worst(latched, decision.disposition) or decision.disposition,
        questions=len(messages) - 1,
        messages=tuple(messages),
        decision=decision,
    )


def interview_all(engine: TriageEngine, sheets: Sequence[Interview], encode: Encode) -> list[Ended]:
    """Each simulated patient's interview, in order."""
    return [interview(engine, sheet, encode) for sheet in sheets]
