"""What the patient said and what is known of them, as the triage engine takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.triage.types import PatientFacts, PatientMessage
from data.records import Message

OFFER_PREFIX = "offer:"
"""A patient's message whose ``asked`` starts so answers that offer; otherwise ``asked`` is a question's id."""

SHOWN_AS_REPLY = frozenset({"text", "question", "level"})
"""Kinds of the assistant's own words that a model reads back; fixed texts may name the patient."""


def patient_messages(transcript: Sequence[Message]) -> list[PatientMessage]:
    """The patient's own messages in order, each with the question it replies to.

    Answers to an offer are not testimony: "yes, book it" says nothing about symptoms.
    """
    return [
        PatientMessage(entry.number, entry.text, entry.meta.get("asked"))
        for entry in transcript
        if entry.role == "patient" and not answers_offer(entry)
    ]


def answers_offer(entry: Message) -> bool:
    """Whether a patient's message is the answer to an offer."""
    return str(entry.meta.get("asked") or "").startswith(OFFER_PREFIX)


_RELATION_OF_PATIENT = {
    ("parent", "female"): "daughter",
    ("parent", "male"): "son",
    ("parent", None): "child",
    ("partner", "female"): "wife",
    ("partner", "male"): "husband",
    ("carer", "female"): "patient",
    ("carer", "male"): "patient",
    ("carer", None): "patient",
}
"""Who the patient is to the writer, as the triage engine's vocabulary names people, by the writer's part and sex."""


def question_answered(transcript: Sequence[Message]) -> str | None:
    """Id of the question the newest message of the patient replies to; None when it replies to none."""
    newest = next((m for m in reversed(transcript) if m.role == "patient"), None)
    if newest is None or answers_offer(newest):
        return None
    return newest.meta.get("asked")


def pending_question(transcript: Sequence[Message]) -> str | None:
    """Id of the question that waits for an answer; None when the patient has answered."""
    for entry in reversed(transcript):
        if entry.role == "patient" and not answers_offer(entry):
            return None
        if entry.kind == "question":
            return str(entry.meta.get("question_id") or "") or None
    return None


def patient_facts(intake: Mapping[str, Any], writer_relation: str, chart: Mapping[str, Any]) -> PatientFacts:
    """Facts from the intake form, completed by the chart. The patient's own answers win over older entries."""
    pregnancy = chart.get("pregnancy")
    sex = _sex(_first(intake.get("sex"), chart.get("sex")))
    return PatientFacts(
        age_years=_first(intake.get("age_years"), _chart_age(chart)),
        sex=sex,
        pregnant=_first(intake.get("pregnant"), True if pregnancy else None),
        weeks_pregnant=_first(
            intake.get("weeks_pregnant"), pregnancy.get("weeks") if isinstance(pregnancy, Mapping) else None
        ),
        writer_relation=_RELATION_OF_PATIENT.get((writer_relation, sex), writer_relation),
        conditions=_names(intake.get("conditions"), chart.get("conditions")),
        medicines=_names(intake.get("medicines"), chart.get("medicines")),
        allergies=_names(intake.get("allergies"), chart.get("allergies")),
    )


def _chart_age(chart: Mapping[str, Any]) -> float | None:
    """Years as a number: months for a baby, and the lowest of the group for "90 or over"."""
    months, years = chart.get("age_months"), chart.get("age_years")
    if isinstance(months, int) and not isinstance(years, float):
        return months / 12
    if isinstance(years, str):
        return next((float(word) for word in years.split() if word.isdigit()), None)
    return years


def _names(*lists: Any) -> tuple[str, ...]:
    """Entries of form and chart as plain text, each once; entries that are over (resolved, stopped) are left out."""
    found: dict[str, None] = {}
    for entries in lists:
        for entry in entries or ():
            if isinstance(entry, Mapping):
                if entry.get("status") in ("resolved", "inactive", "stopped", "completed", "entered-in-error"):
                    continue
                entry = entry.get("name") or entry.get("substance") or ""
            if str(entry).strip():
                found[str(entry).strip()] = None
    return tuple(found)


def _sex(value: Any) -> str | None:
    return value if value in ("female", "male") else None


def _first(*values: Any) -> Any:
    return next((v for v in values if v is not None), None)
