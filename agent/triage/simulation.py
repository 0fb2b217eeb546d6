"""Interviews with simulated patients, who answer the engine's questions from a hidden sheet in their own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from agent.triage.engine import TriageEngine
from agent.triage.evaluation import HALVES, Outcome, Report, Share, is_right, report_on
from agent.triage.types import MAX_QUESTIONS, Encode, NextQuestion, PatientFacts, PatientMessage, TriageDecision
from knowledge.levels import Disposition, worst
from knowledge.schema_interviews import Interview

UNDERSTOOD = 0.55
"""Cosine similarity from which a question is taken for one that the sheet answers."""
CLOSE = 0.08
"""Answers this near to the best fit are given too: one question may ask several things."""
SAME_QUESTION = 0.75
"""Likeness from which the question is the sheet's own, so that a bare yes fits it."""
PART_WORDS = 2
_YES = re.compile(r"^(?:yes|yeah|yep)\b[\s,.:;-]*", re.IGNORECASE)
_PARTS = re.compile(r",\s*(?:or\s+|and\s+)?|\s+or\s+|\?")
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
        parts = [p for p in _PARTS.split(question) if len(p.split()) >= PART_WORDS]
        likeness = (self._known @ self._encode([question, *parts]).T).T
        near: dict[int, float] = {}
        for row in likeness:
            least = max(UNDERSTOOD, float(row.max(initial=0.0)) - CLOSE)
            near |= {n: max(near.get(n, 0.0), float(s)) for n, s in enumerate(row) if s >= least}
        said = [_to_another(self._sheet.facts[n].say, near[n]) for n in sorted(near, key=lambda n: -near[n])]
        # Who is asked for several things at once names the one that is so.
        return next((s for s in said if not s.lower().startswith("no")), said[0] if said else None)


def _to_another(say: str, likeness: float) -> str:
    """An answer given to a question put otherwise: its yes belongs to the sheet's own wording, the rest is true."""
    rest = _YES.sub("", say)
    return rest if likeness < SAME_QUESTION and len(rest.split()) >= PART_WORDS else say


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


@dataclass(frozen=True)
class InterviewReport:
    """The figures of one half of the simulated interviews; under and over as in the vignettes' report."""

    half: str
    outcome: Report
    median_questions: float
    by_manner: dict[str, Share]

    def to_json(self) -> dict[str, Any]:
        """JSON types only."""
        return {
            **self.outcome.to_json(),
            "median_questions": self.median_questions,
            "by_manner": {name: share.to_json() for name, share in self.by_manner.items()},
        }


def interview_all(engine: TriageEngine, sheets: Sequence[Interview], encode: Encode) -> list[InterviewReport]:
    """Interview every simulated patient and report on each half."""
    ended = [interview(engine, sheet, encode) for sheet in sheets]
    return [report_on_interviews(half, [e for e in ended if e.interview.half == half]) for half in HALVES]


def report_on_interviews(half: str, ended: Sequence[Ended]) -> InterviewReport:
    """The figures over some interviews."""
    outcomes = [Outcome(e.interview.disposition, e.disposition, e.interview.age, e.interview.sex) for e in ended]
    manners: dict[str, list[bool]] = {}
    for one, outcome in zip(ended, outcomes, strict=True):
        manners.setdefault(one.interview.manner, []).append(is_right(outcome))
    return InterviewReport(
        half=half,
        outcome=report_on(half, outcomes),
        median_questions=median(e.questions for e in ended) if ended else 0.0,
        by_manner={name: Share(sum(hits), len(hits)) for name, hits in sorted(manners.items())},
    )


def interview_lines(report: InterviewReport) -> Iterator[str]:
    """The report as text for a terminal."""
    outcome = report.outcome
    yield f"{report.half}: {outcome.exact.cases} simulated interviews"
    for name in ("exact", "collapsed", "emergency_sensitivity", "under_triage", "over_triage", "over_to_emergency"):
        yield f"  {name.replace('_', ' '):<24}{getattr(outcome, name)}"
    yield f"  median questions        {report.median_questions:5.1f}"
    yield "  right (collapsed) by manner"
    yield from (f"    {name:<26}{share}" for name, share in report.by_manner.items())
