"""The event log: append-only, hash-chained, anchored outside the database.

`python -m data.audit verify DB [--anchor FILE]` checks a log: exit code 0 when whole, 1 when not.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, TypedDict, Unpack

from data.anchor import AnchorFile, AnchorLine, append_line
from data.audit_events import HASHED_COLUMNS, Event, event_hash
from data.canonical import canonical_json, storable
from data.clock import Clock, to_text
from data.errors import ChainBroken
from data.row_hashes import RowKey, hash_rows
from data.store import Store
from data.verification import VerifyResult, verify_connection, verify_file

_LAST = "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1"
_INSERT = (
    "INSERT INTO events (seq, at, type, session_id, patient_id, actor, payload, row_hashes, prev_hash, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Criteria(TypedDict, total=False):
    """What `AuditLog.search` may be asked for."""

    session_id: str | None
    patient_id: str | None
    type: str | None
    since: datetime | str | None
    until: datetime | str | None
    text: str | None
    limit: int
    offset: int


class AuditLog:
    """Appends and reads events.

    Args:
        store: the database.
        clock: gives the moment of each event.
        anchor_path: file that `anchor()` appends to; None keeps no anchor.
    """

    def __init__(self, store: Store, clock: Clock, anchor_path: Path | None = None) -> None:
        self._store = store
        self._clock = clock
        self._anchor = AnchorFile(anchor_path) if anchor_path else None
        self._anchor_failing = False

    def append(
        self,
        type: str,
        *,
        session_id: str | None = None,
        patient_id: str | None = None,
        actor: str,
        payload: Mapping[str, Any],
        rows: Sequence[RowKey] = (),
    ) -> Event:
        """Add one event, in the open write or one of its own.

        Args:
            type: what happened, `thing.verb_past` (`case.signed`).
            session_id: the session it belongs to.
            patient_id: the patient it concerns.
            actor: account id of who did it, or `system`.
            payload: JSON values.
            rows: the record rows this change wrote; their hashes go into the event.

        Raises:
            ChainBroken: the event does not continue the log.
            StoreUnavailable: the database cannot be written.
        """
        with self._store.write() as database:
            last = database.conn.execute(_LAST).fetchone()
            seq, prev_hash = (last[0] + 1, last[1]) if last else (1, "")
            hashes = hash_rows(self._store, rows)
            values = (
                seq,
                to_text(self._clock()),
                storable(type),
                session_id,
                patient_id,
                storable(actor),
                canonical_json(dict(payload)),
                canonical_json(hashes),
                prev_hash,
            )
            digest = event_hash(values)
            try:
                database.conn.execute(_INSERT, (*values, digest))
            except sqlite3.IntegrityError as fault:
                raise ChainBroken("the event log does not continue from its last event") from fault
            line = AnchorLine(seq, digest, values[1])
            if self._anchor:
                self._store.after_commit(_offer(self._anchor, line))
        columns = dict(zip(HASHED_COLUMNS, values, strict=True))
        return Event.from_row(columns | {"hash": digest})

    def anchor(self) -> None:
        """Put the log's committed end on record outside the database, once the open write is committed."""
        if self._anchor:
            self._store.after_commit(self._write_anchor)

    @property
    def anchor_failing(self) -> bool:
        """True while the last attempt to write the anchor failed: staff should be told."""
        return self._anchor_failing

    def write_anchor(self, path: Path) -> None:
        """Append the log's present end to any anchor file, for a copy kept elsewhere.

        Raises:
            OSError: the file cannot be written.
        """
        last = self._store.row(_LAST) or {"seq": 0, "hash": ""}
        append_line(path, AnchorLine(last["seq"], last["hash"], to_text(self._clock())))

    def verify(self, anchor_path: Path | None = None) -> VerifyResult:
        """Recompute every hash; compare every record row, the guards and the anchor with the log."""
        if anchor_path is None and self._anchor:
            anchor_path = self._anchor.path
        with self._store.snapshot() as database:
            return verify_connection(database.conn, anchor_path)

    def search(
        self,
        session_id: str | None = None,
        patient_id: str | None = None,
        type: str | None = None,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        text: str | None = None,
        limit: int = 500,
        offset: int = 0,
    ) -> list[Event]:
        """Events that fit every criterion given, newest first.

        `since` is inclusive, `until` exclusive; `text` is looked for in the payload, letter case ignored (ASCII).
        """
        where, values = _criteria(session_id, patient_id, type, since, until, text)
        sql = f"SELECT * FROM events WHERE {where} ORDER BY seq DESC LIMIT ? OFFSET ?"  # noqa: S608 - fixed texts
        return [Event.from_row(row) for row in self._store.rows(sql, [*values, limit, offset])]

    def types(self) -> list[str]:
        """Every event type the log holds, sorted."""
        return [row["type"] for row in self._store.rows("SELECT DISTINCT type FROM events ORDER BY type")]

    def export_jsonl(self, **criteria: Unpack[Criteria]) -> str:
        """The events `search(**criteria)` finds, oldest first, one JSON object a line."""
        return "".join(canonical_json(asdict(event)) + "\n" for event in self._oldest_first(criteria))

    def export_csv(self, **criteria: Unpack[Criteria]) -> str:
        """The events `search(**criteria)` finds, oldest first, as CSV. A cell a spreadsheet would run gets a quote."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["seq", "at", "type", "session_id", "patient_id", "actor", "payload", "hash"])
        for event in self._oldest_first(criteria):
            payload = json.dumps(event.payload, ensure_ascii=False, sort_keys=True)
            cells = [event.at, event.type, event.session_id or "", event.patient_id or "", event.actor, payload]
            writer.writerow([event.seq, *map(_inert, cells), event.hash])
        return out.getvalue()

    def _write_anchor(self) -> None:
        if self._anchor is None:
            return
        try:
            self._anchor.write()
        except OSError:
            # The rows are committed by now; raising would make the caller think they are not.
            self._anchor_failing = True
        else:
            self._anchor_failing = False

    def _oldest_first(self, criteria: Criteria) -> Iterator[Event]:
        everything: Criteria = {"limit": -1}
        return reversed(self.search(**(everything | criteria)))


def _offer(anchor: AnchorFile, line: AnchorLine) -> Callable[[], None]:
    return lambda: anchor.offer(line)


def _criteria(
    session_id: str | None,
    patient_id: str | None,
    type_: str | None,
    since: datetime | str | None,
    until: datetime | str | None,
    text: str | None,
) -> tuple[str, list[Any]]:
    pairs: list[tuple[str, Any]] = [
        ("session_id = ?", session_id),
        ("patient_id = ?", patient_id),
        ("type = ?", type_),
        ("at >= ?", _as_text(since)),
        ("at < ?", _as_text(until)),
        ("instr(lower(payload), lower(?)) > 0", text or None),
    ]
    given = [(sql, value) for sql, value in pairs if value is not None]
    return " AND ".join(["1", *(sql for sql, _ in given)]), [value for _, value in given]


def _as_text(moment: datetime | str | None) -> str | None:
    return to_text(moment) if isinstance(moment, datetime) else moment


def _inert(cell: str) -> str:
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Prints plain lines; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m data.audit")
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="check the event log, the record rows and the anchor")
    verify.add_argument("db", type=Path, help="database file")
    verify.add_argument("--anchor", type=Path, help="anchor file (default: DB.anchor)")
    options = parser.parse_args(arguments)
    database: Path = options.db
    result = verify_file(database, options.anchor or database.with_name(database.name + ".anchor"))
    sys.stdout.write(result.as_text() + "\n")
    return 0 if result.ok else 1


if __name__ == "__main__":
    sys.exit(main())
