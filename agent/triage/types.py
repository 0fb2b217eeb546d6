"""What goes into the triage engine and what comes out. Plain frozen values; JSON types at the border only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from knowledge.levels import Disposition, Risk

Encode: TypeAlias = Callable[[Sequence[str]], NDArray[np.float32]]
"""Sentence encoder: n texts to unit vectors, shape (n, 384)."""

Attribute: TypeAlias = bool | float
Origin: TypeAlias = Literal["patient", "chart", "answer", "inferred"]
Match: TypeAlias = Literal["phrase", "composed", "semantic", "answer", "implied", "chart", "vital"]

MAX_QUESTIONS = 8
"""Questions asked in one session at most (spec, "Interview")."""


SEVERAL_PEOPLE = "The text may be about more than one person"
"""The conflict that is noted when somebody beside the patient is said to be ill."""


@dataclass(frozen=True)
class PatientMessage:
    """One message of the patient or carer. ``asked`` is the id of the question it replies to."""

    turn: int
    text: str
    asked: str | None = None


@dataclass(frozen=True)
class PatientFacts:
    """What is known of the patient beside symptoms. Age in years; conditions and medicines from chart or intake."""

    age_years: float | None = None
    sex: str | None = None
    pregnant: bool | None = None
    weeks_pregnant: int | None = None
    writer_relation: str = "self"
    conditions: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    age_group: str | None = None
    postpartum_weeks: float | None = None


@dataclass(frozen=True)
class Finding:
    """One finding of the vocabulary with the words it rests on.

    ``present`` is None when it was asked and not known. ``quote`` is verbatim from the message of ``turn``, at
    ``start`` to ``end``; for a finding of the chart it is the chart's entry, for an inferred one that of its cause.
    """

    id: str
    label: str
    present: bool | None
    quote: str
    turn: int
    start: int
    end: int
    origin: Origin
    attributes: Mapping[str, Attribute] = field(default_factory=lambda: MappingProxyType({}))
    match: Match = "phrase"
    score: float = 1.0


@dataclass(frozen=True)
class SourceRef:
    """The public guidance behind a rule."""

    id: str
    organisation: str
    title: str
    year: int
    url: str


@dataclass(frozen=True)
class FiredRule:
    """A rule that holds, with its evidence."""

    id: str
    protocol: str
    disposition: Disposition
    flag: str
    rationale: str
    source: SourceRef
    finding_ids: tuple[str, ...]
    quotes: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """One quick reply: what the button says and what it sends."""

    label: str
    value: str


@dataclass(frozen=True)
class NextQuestion:
    """A question whose answer can still change the level."""

    id: str
    text: str
    why: str
    choices: tuple[Choice, ...]
    protocol: str


@dataclass(frozen=True)
class Explanation:
    """Why this level, and what would raise or lower it, in a clinician's plain words."""

    deciding_rule: FiredRule | None
    summary: str
    raise_if: tuple[str, ...]
    lower_if: tuple[str, ...]


@dataclass(frozen=True)
class TriageDecision:
    """The engine's judgement over all messages so far.

    ``disposition`` is the best judgement on the text as it stands; ``evidence_disposition`` is the worst rule that
    fired on positive evidence, and the one a session latches. ``unmatched`` holds clauses that sound like symptoms
    and were not understood; ``about_health`` is False for greetings, bookings and the like.
    """

    disposition: Disposition
    risk: Risk
    needs_more: bool
    evidence_disposition: Disposition | None
    rules: tuple[FiredRule, ...]
    red_flags: tuple[str, ...]
    findings: tuple[Finding, ...]
    complaints: tuple[str, ...]
    next_questions: tuple[NextQuestion, ...]
    asked_count: int
    not_asked_or_unknown: tuple[str, ...]
    conflicts: tuple[str, ...]
    unmatched: tuple[str, ...]
    explanation: Explanation
    advice: tuple[str, ...]
    come_back_if: tuple[str, ...]
    vitals: Mapping[str, float]
    facts: PatientFacts
    about_health: bool = True

    def to_json(self) -> dict[str, Any]:
        """JSON types only; ``from_json`` gives an equal decision back."""
        data = {**self.__dict__, "findings": [], "vitals": dict(self.vitals)}
        data["findings"] = [{**f.__dict__, "attributes": dict(f.attributes)} for f in self.findings]
        for name in ("rules", "next_questions"):
            data[name] = [asdict(item) for item in getattr(self, name)]
        data["explanation"] = asdict(self.explanation)
        data["facts"] = asdict(self.facts)
        plain: dict[str, Any] = _plain(data)
        return plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild a decision. Raises KeyError or ValueError when the data are not one."""
        evidence = data["evidence_disposition"]
        explanation = data["explanation"]
        deciding = explanation["deciding_rule"]
        return cls(
            disposition=Disposition(data["disposition"]),
            risk=Risk(data["risk"]),
            needs_more=bool(data["needs_more"]),
            evidence_disposition=Disposition(evidence) if evidence else None,
            rules=tuple(_rule(r) for r in data["rules"]),
            red_flags=tuple(data["red_flags"]),
            findings=tuple(Finding(**f) for f in data["findings"]),
            complaints=tuple(data["complaints"]),
            next_questions=tuple(_question(q) for q in data["next_questions"]),
            asked_count=int(data["asked_count"]),
            not_asked_or_unknown=tuple(data["not_asked_or_unknown"]),
            conflicts=tuple(data["conflicts"]),
            unmatched=tuple(data["unmatched"]),
            explanation=Explanation(
                deciding_rule=_rule(deciding) if deciding else None,
                summary=explanation["summary"],
                raise_if=tuple(explanation["raise_if"]),
                lower_if=tuple(explanation["lower_if"]),
            ),
            advice=tuple(data["advice"]),
            come_back_if=tuple(data["come_back_if"]),
            vitals=dict(data["vitals"]),
            facts=_facts(data["facts"]),
            about_health=bool(data.get("about_health", True)),
        )


def _plain(value: Any) -> Any:
    """Tuples to lists, enums to their words, mappings to dicts, all the way down."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return str(value) if isinstance(value, Disposition | Risk) else value


def _rule(data: Mapping[str, Any]) -> FiredRule:
    lists = {name: tuple(data[name]) for name in ("finding_ids", "quotes")}
    kinds = {"disposition": Disposition(data["disposition"]), "source": SourceRef(**data["source"])}
    return FiredRule(**{**data, **lists, **kinds})


def _question(data: Mapping[str, Any]) -> NextQuestion:
    return NextQuestion(**{**data, "choices": tuple(Choice(**c) for c in data["choices"])})


def _facts(data: Mapping[str, Any]) -> PatientFacts:
    return PatientFacts(**{**data, **{n: tuple(data[n]) for n in ("conditions", "medicines", "allergies")}})
