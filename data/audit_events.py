"""One event of the log, and how its hash is made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.canonical import sha256_hex

HASHED_COLUMNS = (
    "seq",
    "at",
    "type",
    "session_id",
    "patient_id",
    "actor",
    "payload",
    "row_hashes",
    "prev_hash",
)


@dataclass(frozen=True)
class Event:
    """Something that happened, chained to what happened before it.

    `rows` lists table, key and hash of every record row the event wrote. `at` is ISO-8601 UTC text.
    """

    seq: int
    at: str
    type: str
    session_id: str | None
    patient_id: str | None
    actor: str
    payload: dict[str, Any]
    rows: tuple[tuple[str, str, str], ...]
    prev_hash: str
    hash: str

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Event:
        """The event a database row holds."""
        return cls(
            seq=row["seq"],
            at=row["at"],
            type=row["type"],
            session_id=row["session_id"],
            patient_id=row["patient_id"],
            actor=row["actor"],
            payload=json.loads(row["payload"]),
            rows=tuple((table, key, digest) for table, key, digest in json.loads(row["row_hashes"])),
            prev_hash=row["prev_hash"],
            hash=row["hash"],
        )


def event_hash(values: tuple[Any, ...]) -> str:
    """SHA-256 over the canonical JSON of an event's columns in HASHED_COLUMNS order, the previous hash among them."""
    return sha256_hex(json.dumps(values, ensure_ascii=False, separators=(",", ":")))
