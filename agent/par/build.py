"""The deterministic report: findings, rules and records turned into lines, each with its origin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.par.material import ParMaterial
from agent.par.schema import (
    ChartOrigin,
    InferenceOrigin,
    Line,
    Origin,
    Par,
    PatientOrigin,
    RecordOrigin,
    RetrievedDoc,
    RuleOrigin,
    WrittenLines,
)
from agent.triage.types import Finding

MAX_LINES = 12
"""Lines of one section; a nurse reads the rest in the transcript."""
MAX_CONFLICTS = 10
SNIPPET = 240
"""Characters of a passage on the report."""
_EVENT_WORDS = {
    "emergency": "Emergency text shown to the patient",
    "crisis": "Crisis text shown to the patient",
    "withheld": "A sentence of the reply was withheld by the safety check",
}


def write_lines(material: ParMaterial) -> WrittenLines:
    """The lines a model could have written, from the engine's findings alone."""
    decision = material.decision
    findings = decision.findings if decision else ()
    unknown = [
        Line(text=text, origin=_engine_origin(material)) for text in (decision.not_asked_or_unknown if decision else ())
    ]
    unknown += [
        Line(text=f"{f.label}: asked, patient does not know", origin=_origin(f)) for f in findings if f.present is None
    ]
    unclear = [
        Line(text=f"Not understood: “{_shortened(clause)}”", origin=_quoted(material, _shortened(clause)))
        for clause in (decision.unmatched if decision else ())
    ]
    return WrittenLines(
        primary_concern=_primary_concern(material),
        key_findings=_unique([_finding_line(f) for f in findings if f.present is True] + _vital_lines(material)),
        pertinent_negatives=_unique(
            [
                Line(text=f"Denied: {_lower(f.label)}", origin=_origin(f))
                for f in findings
                if f.present is False and f.match != "implied"
            ]
        ),
        not_asked_or_unknown=_unique([*unclear, *unknown]),
        conflicts=_unique(
            [Line(text=c, origin=_engine_origin(material)) for c in (decision.conflicts if decision else ())]
        )[:MAX_CONFLICTS],
        recommended_actions=_actions(material),
    )


def complete(lines: WrittenLines, material: ParMaterial, provenance: Mapping[str, Any]) -> Par:
    """Add what only code may state: level, red flags, passages, actions taken, safety events, provenance."""
    rules = material.decision.rules if material.decision else ()
    flags = [
        Line(text=rule.flag, origin=_flag_origin(rule.id, rule.quotes, material))
        for rule in rules
        if rule.flag and rule.disposition.is_emergency
    ]
    docs = [
        RetrievedDoc(
            id=pid,
            score=float(p["score"]),
            snippet=str(p["snippet"])[:SNIPPET],
            title=str(p["title"]),
            source=str(p["source"]),
        )
        for pid, p in material.passages.items()
    ]
    return Par(
        **dict(lines),
        triage_priority=material.priority,
        disposition=material.level,
        risk=material.level.risk,
        red_flags=_unique(flags),
        retrieved_docs=tuple(docs[:MAX_LINES]),
        actions_taken=tuple(Line(text=t, origin=RecordOrigin(id=rid)) for rid, t, _ in material.receipts()),
        safety_events=_safety_events(material),
        provenance=dict(provenance),
    )


def _primary_concern(material: ParMaterial) -> Line:
    words = next((m for m in material.testimony()), None)
    decision = material.decision
    if words is None:
        return Line(text="No message from the patient", origin=InferenceOrigin(basis="empty transcript"))
    origin = PatientOrigin(turn=words.number, quote=_shortened(words.text))
    if decision and decision.complaints:
        text = ", ".join(material.titles.get(c, c) for c in decision.complaints[:3])
        return Line(text=text, origin=origin)
    return Line(text="Not understood by the engine: read the patient's words", origin=origin)


def _finding_line(finding: Finding) -> Line:
    attributes = [_words(name, value) for name, value in finding.attributes.items() if value not in (False, None)]
    detail = f" ({', '.join(sorted(a for a in attributes if a))})" if any(attributes) else ""
    return Line(text=f"{finding.label}{detail}", origin=_origin(finding))


def _words(name: str, value: bool | float) -> str:
    if name == "duration_h":
        return _duration(float(value))
    if name == "score":
        return f"{float(value):g}/10"
    return name.replace("_", " ") if value is True else ""


def _duration(hours: float) -> str:
    if hours < 2:
        return f"for {hours * 60:.0f} min"
    return f"for {hours:.0f} h" if hours < 48 else f"for {hours / 24:.0f} days"


def _vital_lines(material: ParMaterial) -> list[Line]:
    if not material.decision:
        return []
    measured = "; ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in material.decision.vitals.items())
    origin = InferenceOrigin(basis="numbers read from the patient's messages")
    return [Line(text=f"Stated measurements: {measured}", origin=origin)] if measured else []


def _origin(finding: Finding) -> Origin:
    if finding.origin == "chart" or finding.turn < 0:
        return ChartOrigin(item=_shortened(finding.quote or finding.label, 200))
    if finding.quote:
        return PatientOrigin(turn=finding.turn, quote=_shortened(finding.quote))
    return InferenceOrigin(basis=f"follows from other findings ({finding.id})")


def _flag_origin(rule_id: str, quotes: tuple[str, ...], material: ParMaterial) -> Origin:
    """The rule's last quote is the one that sets it apart: what it shares with other rules comes first."""
    for quote in reversed(quotes):
        for message in material.testimony():
            if quote and quote in message.text:
                return PatientOrigin(turn=message.number, quote=quote)
    return RuleOrigin(id=rule_id)


def _engine_origin(material: ParMaterial) -> Origin:
    complaints = material.decision.complaints if material.decision else ()
    return RuleOrigin(id=complaints[0]) if complaints else InferenceOrigin(basis="triage engine")


def _quoted(material: ParMaterial, clause: str) -> Origin:
    for message in material.testimony():
        if clause in message.text:
            return PatientOrigin(turn=message.number, quote=clause)
    return InferenceOrigin(basis="triage engine")


def _actions(material: ParMaterial) -> tuple[Line, ...]:
    """What to do, from the deciding rule; without one, an assessment by the nurse."""
    deciding = material.decision.explanation.deciding_rule if material.decision else None
    lines = []
    if deciding is not None and deciding.disposition == material.level:
        lines.append(Line(text=f"{material.level.label}: {deciding.rationale}", origin=RuleOrigin(id=deciding.id)))
    else:
        basis = "highest level of the session so far" if material.decision else "the message could not be rated"
        lines.append(Line(text=material.level.label, origin=InferenceOrigin(basis=basis)))
    if material.decision and material.decision.needs_more and not material.level.is_emergency:
        text = "Ask what is still open before settling the level"
        lines.append(Line(text=text, origin=_engine_origin(material)))
    return tuple(lines)


def _safety_events(material: ParMaterial) -> tuple[Line, ...]:
    lines = []
    for message in material.transcript:
        if message.kind in _EVENT_WORDS:
            origin = RecordOrigin(id=message.message_id)
            lines.append(Line(text=f"{_EVENT_WORDS[message.kind]} (turn {message.number})", origin=origin))
    for turn in material.turns:
        origin = RecordOrigin(id=turn.turn_id)
        if (turn.decision.get("screen") or {}).get("injection"):
            lines.append(Line(text=f"Instruction-like text in the message (turn {turn.number})", origin=origin))
        if turn.decision.get("model_switched"):
            text = f"Language model failed, embedded model answered (turn {turn.number})"
            lines.append(Line(text=text, origin=origin))
        if turn.error:
            lines.append(Line(text=f"Turn {turn.number}: {turn.error.replace('_', ' ')}", origin=origin))
    return tuple(lines)


def _unique(lines: list[Line]) -> tuple[Line, ...]:
    return tuple({line.text.casefold(): line for line in reversed(lines)}.values())[::-1][:MAX_LINES]


def _lower(label: str) -> str:
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _shortened(text: str, limit: int = 240) -> str:
    """The text's own beginning, so that it still stands in it letter for letter."""
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0]
