"""What a turn says while it runs. Each event about text is yielded only after that text is committed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from knowledge.levels import Disposition, Risk


@dataclass(frozen=True)
class TurnStarted:
    """The patient's message is on the record."""

    turn_id: str
    number: int


@dataclass(frozen=True)
class Progress:
    """Something slow is under way; ``text`` is plain words for the screen."""

    text: str


@dataclass(frozen=True)
class EmergencyNotice:
    """The fixed emergency text, sent by code before any model is asked."""

    disposition: Disposition
    text: str


@dataclass(frozen=True)
class CrisisNotice:
    """The fixed text for someone in crisis; ``level`` is possible, explicit or abuse."""

    level: str
    text: str


@dataclass(frozen=True)
class ToolStarted:
    """A tool begins; ``label`` is what the patient sees."""

    name: str
    label: str


@dataclass(frozen=True)
class ToolFinished:
    """A tool ended; ``milliseconds`` is its wall time."""

    name: str
    label: str
    ok: bool
    milliseconds: float


@dataclass(frozen=True)
class ReplySentence:
    """One checked sentence of the reply."""

    text: str


@dataclass(frozen=True)
class ReplyWithheld:
    """A sentence failed the check; ``text`` is the fixed words in its place."""

    text: str


@dataclass(frozen=True)
class QuestionAsked:
    """The next triage question with its quick replies and why it is asked."""

    question_id: str
    text: str
    why: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class ConsentRequested:
    """An exact offer that waits for the patient's own yes or no."""

    offer_id: str
    tool: str
    text: str


@dataclass(frozen=True)
class ModelSwitched:
    """The language model failed and the embedded one took over; ``reason`` is a fixed word."""

    reason: str


@dataclass(frozen=True)
class TurnFinished:
    """The turn is recorded."""

    result: TurnResult


@dataclass(frozen=True)
class TurnResult:
    """One turn as a caller gets it.

    ``text`` is everything the patient was shown, in order. ``tool_calls`` are ``{name, args, result}``,
    ``safety`` is ``{ok, violations[]}``, ``citations`` are ``{n, id, title, snippet, score, source}``.
    """

    ok: bool
    text: str
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    safety: dict[str, Any] = field(default_factory=lambda: {"ok": True, "violations": []})
    risk: str = Risk.NOT_RATED.value
    disposition: str = Disposition.UNABLE_TO_ASSESS.value
    citations: list[dict[str, Any]] = field(default_factory=list)
    pending_consent: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None
    turn_id: str = ""
    model: str = ""


TurnEvent: TypeAlias = (
    TurnStarted
    | Progress
    | EmergencyNotice
    | CrisisNotice
    | ToolStarted
    | ToolFinished
    | ReplySentence
    | ReplyWithheld
    | QuestionAsked
    | ConsentRequested
    | ModelSwitched
    | TurnFinished
)
