"""Grounding: every line of a report is checked against its origin. One line that does not hold fails the report."""

from __future__ import annotations

from agent.errors import ParInvalid
from agent.par.material import ParMaterial
from agent.par.schema import (
    SECTIONS,
    ChartOrigin,
    GuidelineOrigin,
    Line,
    Par,
    PatientOrigin,
    RecordOrigin,
    RuleOrigin,
    WrittenLines,
)


def ground(par: Par, material: ParMaterial, *, nurse_edits: bool = False) -> None:
    """Raise ParInvalid, naming section and line number, for the first line whose origin does not hold.

    Origins of nurses are allowed only with ``nurse_edits``. The message never quotes the patient.
    """
    if par.disposition is not material.level or par.triage_priority is not material.priority:
        raise ParInvalid("the report's level is not the session's")
    known_records = _record_ids(material)
    for section, number, line in lines_of(par):
        if not _holds(line, material, known_records, nurse_edits=nurse_edits):
            raise ParInvalid(f"{section}, line {number}: the {line.origin.kind} origin does not hold")
    for number, doc in enumerate(par.retrieved_docs, 1):
        if doc.id not in material.passages:
            raise ParInvalid(f"retrieved_docs, line {number}: this passage was not retrieved")


def lines_of(par: WrittenLines) -> list[tuple[str, int, Line]]:
    """Section, number and line of everything a report says."""
    found = [("primary_concern", 1, par.primary_concern)]
    for section in SECTIONS:
        found += [(section, number, line) for number, line in enumerate(getattr(par, section, ()), 1)]
    return found


def _holds(line: Line, material: ParMaterial, known_records: frozenset[str], *, nurse_edits: bool) -> bool:
    match line.origin:
        case PatientOrigin(turn=turn, quote=quote):
            return material.quotes(turn, quote)
        case ChartOrigin(item=item):
            return any(item.casefold() in known.casefold() for known in material.chart_items())
        case GuidelineOrigin(passage_id=passage_id):
            return passage_id in material.passages
        case RuleOrigin(id=rule_id):
            return rule_id in material.rule_ids
        case RecordOrigin(id=record_id):
            return record_id in known_records
        case origin:
            return origin.kind == "inference" or nurse_edits


def _record_ids(material: ParMaterial) -> frozenset[str]:
    return frozenset(
        [m.message_id for m in material.transcript]
        + [t.turn_id for t in material.turns]
        + [receipt_id for receipt_id, _, _ in material.receipts()]
    )
