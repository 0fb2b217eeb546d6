"""What one message says: mentions of findings with polarity and attributes, measurements, clauses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.triage.demographics import Detail
from agent.triage.duration import Duration
from agent.triage.polarity import Status
from agent.triage.text import Source
from agent.triage.types import Attribute, Match, Origin
from agent.triage.vitals import Measurement


@dataclass(frozen=True)
class Mention:
    """A finding at a place in a message, as stated there. Spans count in the normalised text of ``turn``."""

    finding: str
    status: Status
    turn: int
    start: int
    end: int
    quote: str
    raw_start: int
    raw_end: int
    subject: str | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    match: Match = "phrase"
    score: float = 1.0
    origin: Origin = "patient"
    corrects: bool = False
    """Said with words of correction ("actually", "I meant")."""
    ended: bool = False
    """Denied with words that say it was there before ("no longer")."""
    retold: bool = False
    """Told of somebody in the past without a recent time ("my dad had a stroke")."""


@dataclass(frozen=True)
class Clause:
    """A clause of a message. ``symptomatic`` when its words sound like a complaint of the patient."""

    turn: int
    start: int
    end: int
    quote: str
    text: str
    forms: frozenset[str]
    subject: str | None
    symptomatic: bool
    placed: bool
    """Names a place of the body."""
    question: bool
    """Said in a question: what an asker wonders about is not a statement."""
    denied: bool
    raw_start: int
    raw_end: int
    relieved: bool = False
    """Tells what makes it better, or that it went."""
    told: bool = False
    """A phrase was found in it."""


@dataclass(frozen=True)
class OwnedDetail:
    """A demographic detail and the person it was said of."""

    detail: Detail
    subject: str | None


@dataclass(frozen=True)
class Reading:
    """Everything read from one message."""

    source: Source
    mentions: tuple[Mention, ...]
    clauses: tuple[Clause, ...]
    measurements: tuple[Measurement, ...]
    durations: tuple[Duration, ...]
    details: tuple[OwnedDetail, ...]
