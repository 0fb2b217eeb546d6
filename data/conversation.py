"""The plain values of a conversation: session, turn, message. Moments are ISO-8601 UTC text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.store import Row

MESSAGE_ROLES = frozenset({"patient", "assistant", "system", "nurse"})
MESSAGE_KINDS = frozenset({"text", "emergency", "crisis", "question", "consent", "withheld", "note", "level"})
TURN_JSON = ("tools", "passages", "findings", "decision", "verdicts", "versions", "latency_ms")


@dataclass(frozen=True)
class SessionRecord:
    """One conversation of one patient. `latched` is the highest disposition so far."""

    session_id: str
    account_id: str | None
    patient_id: str | None
    writer_relation: str
    intake: dict[str, Any]
    status: str
    latched: str | None
    created_at: str
    demo_case: str | None


@dataclass(frozen=True)
class TurnStart:
    """A turn that has been recorded; `duplicate` when the same nonce came before, with that turn's id and number."""

    turn_id: str
    number: int
    duplicate: bool


@dataclass(frozen=True)
class Message:
    """One text as written or shown. `number` is its turn (0 before the first), `seq` its place in the session."""

    message_id: str
    session_id: str
    turn_id: str | None
    number: int
    seq: int
    role: str
    kind: str
    text: str
    meta: dict[str, Any]
    created_at: str


@dataclass(frozen=True)
class TurnRecord:
    """What a turn came to. JSON values only; `latency_ms` by node; `status` done or failed."""

    reply_text: str = ""
    tools: Sequence[Mapping[str, Any]] = ()
    passages: Sequence[Mapping[str, Any]] = ()
    findings: Sequence[Mapping[str, Any]] = ()
    decision: Mapping[str, Any] = field(default_factory=dict)
    verdicts: Sequence[Mapping[str, Any]] = ()
    model: str = ""
    versions: Mapping[str, Any] = field(default_factory=dict)
    latency_ms: Mapping[str, float] = field(default_factory=dict)
    status: str = "done"
    error: str | None = None


@dataclass(frozen=True)
class Interaction:
    """A recorded turn. `status` running, done or failed; the JSON fields are empty while it runs."""

    turn_id: str
    session_id: str
    number: int
    nonce: str
    role: str
    user_text: str
    status: str
    reply_text: str | None
    tools: list[dict[str, Any]]
    passages: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    decision: dict[str, Any]
    verdicts: list[dict[str, Any]]
    model: str | None
    versions: dict[str, Any]
    latency_ms: dict[str, float]
    error: str | None
    started_at: str
    finished_at: str | None


def session_from_row(row: Row) -> SessionRecord:
    """The session a database row holds."""
    return SessionRecord(**(row | {"intake": json.loads(row["intake"])}))


def message_from_row(row: Row) -> Message:
    """The message a database row holds."""
    return Message(**(row | {"meta": json.loads(row["meta"])}))


def interaction_from_row(row: Row) -> Interaction:
    """The turn a database row holds."""
    empty: dict[str, Any] = {name: {} if name in {"decision", "versions", "latency_ms"} else [] for name in TURN_JSON}
    values = {name: json.loads(row[name]) if row[name] else empty[name] for name in TURN_JSON}
    return Interaction(**(row | values))
