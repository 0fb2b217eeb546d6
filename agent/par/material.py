"""Everything a report may rest on, read from the store: words, findings, chart, passages, receipts, safety events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.case_file import priority_of
from agent.context import Clinic
from agent.testimony import answers_offer
from agent.triage.types import TriageDecision
from data.ehr.connector import EhrInvalid, EhrUnavailable
from data.ehr.summary import summarise
from data.records import Interaction, Message, SessionRecord
from knowledge.levels import Disposition, Priority, worst


@dataclass(frozen=True)
class ParMaterial:
    """The sources of one report. ``passages`` by id; ``level`` is the final one of the session."""

    session: SessionRecord
    transcript: Sequence[Message]
    turns: Sequence[Interaction]
    decision: TriageDecision | None
    level: Disposition
    chart: Mapping[str, Any]
    passages: Mapping[str, Mapping[str, Any]]
    rule_ids: frozenset[str]
    labels: Mapping[str, str]
    titles: Mapping[str, str]

    @property
    def priority(self) -> Priority:
        """HIGH, MEDIUM or LOW; never LOW without a rating."""
        return priority_of(self.level, self.decision)

    def quotes(self, turn: int, quote: str) -> bool:
        """Whether the patient wrote exactly these words in that turn."""
        return any(m.role == "patient" and m.number == turn and quote in m.text for m in self.transcript)

    def testimony(self) -> list[Message]:
        """The patient's own messages, answers to offers left out."""
        return [m for m in self.transcript if m.role == "patient" and not answers_offer(m)]

    def receipts(self) -> Iterator[tuple[str, str, str]]:
        """Receipt id, words and action of everything that was done."""
        for turn in self.turns:
            for call in turn.tools:
                receipt = call["result"].get("receipt") if isinstance(call.get("result"), Mapping) else None
                if receipt:
                    yield str(receipt["receipt_id"]), str(receipt["text"]), str(receipt["action"])

    def chart_items(self) -> frozenset[str]:
        """Every value of chart and intake in plain text, for origins that name one."""
        return frozenset(_texts(self.chart)) | frozenset(_texts(self.session.intake))


def gather(clinic: Clinic, session_id: str) -> ParMaterial:
    """Read a session. Raises data.errors.NotFound for an unknown one."""
    records = clinic.records
    session = records.interactions.session(session_id)
    turns = records.interactions.turns(session_id)
    decided = next((t.decision for t in reversed(turns) if t.decision.get("disposition")), None)
    decision = TriageDecision.from_json(decided) if decided else None
    latched = Disposition(session.latched) if session.latched else None
    level = worst(latched, decision.disposition if decision else None) or Disposition.UNABLE_TO_ASSESS
    content = clinic.content
    return ParMaterial(
        session=session,
        transcript=records.interactions.transcript(session_id),
        turns=turns,
        decision=decision,
        level=level,
        chart=_chart(clinic, session.patient_id),
        passages={str(p["id"]): p for t in turns for p in t.passages},
        rule_ids=frozenset(
            [r.id for p in content.protocols.values() for r in p.rules]
            + [q.id for p in content.protocols.values() for q in p.questions]
            + list(content.protocols)
        ),
        labels={f.id: f.label for f in content.findings.values()},
        titles={p.id: p.title for p in content.protocols.values()},
    )


def _chart(clinic: Clinic, patient_id: str | None) -> dict[str, Any]:
    try:
        chart = clinic.ehr.chart(patient_id) if patient_id else None
    except (EhrUnavailable, EhrInvalid):
        return {}
    return summarise(chart) if chart else {}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, Sequence):
        for inner in value:
            yield from _texts(inner)
