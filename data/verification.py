"""Proof that the log is whole: schema and guards, chain, record rows, anchor.

Reads each table once; 100,000 events take a few seconds. Writes nothing, so it may check a copy.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlite_utils

from data.anchor import AnchorLine, load_anchor
from data.audit_events import HASHED_COLUMNS, event_hash
from data.migrations import MIGRATIONS
from data.row_hashes import hash_row
from data.schema_guards import KEYS

# The driver reads SQLite's message as UTF-8, and the message may quote a damaged schema.
_DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError)
_MAX_PROBLEMS = 100  # enough to act on; a replaced file would otherwise list every row


@dataclass(frozen=True)
class VerifyResult:
    """What a check found.

    `problems` holds one sentence a fault, the first of them in `reason`; row faults name table, key and event.
    `anchor_status`: matches, missing, mismatch, truncated, unreadable or not checked.
    """

    events: int
    ok: bool
    first_bad_seq: int | None
    reason: str | None
    anchor_status: str
    rows_checked: int
    problems: tuple[str, ...] = ()

    def as_text(self) -> str:
        """The report of the command line."""
        verdict = "ok" if self.ok else f"first bad seq: {'none' if self.first_bad_seq is None else self.first_bad_seq}"
        lines = [
            f"events checked: {self.events}",
            f"rows checked: {self.rows_checked}",
            verdict,
            f"anchor: {self.anchor_status}",
        ]
        return "\n".join([*lines, *(f"problem: {problem}" for problem in self.problems)])


def verify_file(path: Path, anchor_path: Path | None) -> VerifyResult:
    """Check a database file without changing it; a missing or unreadable file is a failed check, not an error."""
    if not path.is_file():
        return _Check().refuse("no such database file")
    try:
        connection = _open_read_only(path)
    except _DAMAGE:
        return _Check().refuse("the database file cannot be opened")
    try:
        return verify_connection(connection, anchor_path)
    finally:
        connection.close()


def verify_connection(connection: sqlite3.Connection, anchor_path: Path | None) -> VerifyResult:
    """Check the database behind an open connection, best within one read transaction."""
    check = _Check()
    # Before the first read: a turn that ends meanwhile would otherwise look like events cut off.
    anchored = check.load_anchor(anchor_path)
    text_factory, connection.text_factory = connection.text_factory, _lenient_text
    try:
        check.schema(connection)
        check.chain(connection, frozenset(line.seq for line in anchored))
        check.rows(connection)
        check.structure(connection)
    except _DAMAGE:
        check.fault("the database file is damaged", check.events + 1)
    finally:
        connection.text_factory = text_factory
    check.anchor(anchored)
    return check.result()


class _Check:
    def __init__(self) -> None:
        self.events = 0
        self._rows = 0
        self._anchor_status = "not checked"
        self._problems: list[str] = []
        self._bad_seqs: list[int] = []
        self._latest: dict[tuple[str, str], tuple[str, int]] = {}
        self._hash_at: dict[int, str] = {0: ""}

    def fault(self, reason: str, seq: int | None) -> None:
        if len(self._problems) < _MAX_PROBLEMS:
            self._problems.append(reason)
        if seq is not None:
            self._bad_seqs.append(seq)

    def refuse(self, reason: str) -> VerifyResult:
        self.fault(reason, None)
        return self.result()

    def result(self) -> VerifyResult:
        return VerifyResult(
            events=self.events,
            ok=not self._problems,
            first_bad_seq=min(self._bad_seqs, default=None),
            reason=self._problems[0] if self._problems else None,
            anchor_status=self._anchor_status,
            rows_checked=self._rows,
            problems=tuple(self._problems),
        )

    def schema(self, connection: sqlite3.Connection) -> None:
        found = _schema(connection)
        expected = _expected_schema(connection)
        for (kind, name), sql in expected.items():
            if found.get((kind, name)) != sql:
                self.fault(f"{'guard' if kind == 'trigger' else kind} {name} is missing or changed", None)
        for kind, name in sorted(found.keys() - expected.keys()):
            self.fault(f"unknown {kind} {name!r}", None)

    def chain(self, connection: sqlite3.Connection, anchored: frozenset[int]) -> None:
        columns = ", ".join(HASHED_COLUMNS)
        prev_hash = ""
        # The chain is followed in stored order; a fault is reported once, where it starts.
        broken = False
        for *values, digest in connection.execute(f"SELECT {columns}, hash FROM events ORDER BY seq"):  # noqa: S608 - columns are a constant above
            self.events += 1
            seq = values[0]
            problem = _event_problem(values, digest, self.events, prev_hash)
            if problem and not broken:
                broken = True
                self.fault(f"event {self.events}: {problem}", self.events)
            prev_hash = digest
            if seq in anchored:
                self._hash_at[seq] = digest
            self._note_rows(values[7], seq)

    def _note_rows(self, row_hashes: str, seq: int) -> None:
        try:
            for table, key, digest in json.loads(row_hashes):
                self._latest[table, key] = (digest, seq)
        except (TypeError, ValueError):
            return  # the chain has named this event already

    def rows(self, connection: sqlite3.Connection) -> None:
        chain_broken = bool(self._bad_seqs)
        for table, key in KEYS.items():
            cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - names from KEYS
            names = [column[0] for column in cursor.description]
            if key not in names:
                continue  # the schema check has named the table
            for values in cursor:
                self._rows += 1
                row = dict(zip(names, values, strict=True))
                self._row(table, str(row[key]), row, chain_broken)
        for (table, key), (_digest, seq) in self._latest.items():
            self._row_fault(f"{table} {key}: the row is missing; last written by event {seq}", seq, chain_broken)

    def _row(self, table: str, key: str, row: dict[str, Any], chain_broken: bool) -> None:
        known = self._latest.pop((table, key), None)
        if known is None:
            self.fault(f"{table} {key}: no event knows this row", None)
        elif known[0] != hash_row(table, row):
            problem = f"{table} {key}: the row differs from what event {known[1]} wrote"
            self._row_fault(problem, known[1], chain_broken)

    def _row_fault(self, problem: str, seq: int, chain_broken: bool) -> None:
        # A lost event leaves its rows looking like older ones edited: the broken place itself is the one to name.
        self.fault(problem, None if chain_broken else seq)

    def structure(self, connection: sqlite3.Connection) -> None:
        for (line,) in connection.execute("PRAGMA integrity_check(5)"):
            if line != "ok":
                self.fault("the database file is damaged (integrity check)", None)
                return

    def load_anchor(self, path: Path | None) -> list[AnchorLine]:
        if path is None:
            return []
        try:
            lines = load_anchor(path)
        except FileNotFoundError:
            lines = []
        except (OSError, ValueError):
            self._anchor_status = "unreadable"
            return []
        self._anchor_status = "matches" if lines else "missing"
        return lines

    def anchor(self, lines: list[AnchorLine]) -> None:
        if self._anchor_status == "matches":
            self._anchor_status = self._compare(lines)
        elif self._anchor_status != "not checked":
            self.fault(f"the anchor is {self._anchor_status}: a cut or rewritten end would not show", None)

    def _compare(self, lines: list[AnchorLine]) -> str:
        for line in lines:
            if line.seq > self.events:
                self.fault(f"the log ends at {self.events}, the anchor saw {line.seq} events", self.events + 1)
                return "truncated"
            if self._hash_at.get(line.seq) != line.hash:
                self.fault(f"event {line.seq} is not the one the anchor saw", line.seq)
                return "mismatch"
        return "matches"


def _schema(connection: sqlite3.Connection) -> dict[tuple[str, str], str | None]:
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master")
    return {(kind, name): sql for kind, name, sql in rows}


def _expected_schema(connection: sqlite3.Connection) -> dict[tuple[str, str], str | None]:
    """What the migrations that this file says it had would make of an empty one."""
    applied = {name for (name,) in connection.execute("SELECT name FROM _sqlite_migrations")}
    fresh = sqlite_utils.Database(memory=True, execute_plugins=False)
    try:
        pending = [migration.name for migration in MIGRATIONS.pending(fresh)]
        MIGRATIONS.apply(fresh, stop_before=[name for name in pending if name not in applied])
        return _schema(fresh.conn)
    finally:
        fresh.close()


def _event_problem(values: list[Any], digest: str, expected_seq: int, prev_hash: str) -> str | None:
    if values[0] != expected_seq:
        return "missing or out of order"
    if values[8] != prev_hash:
        return "does not follow from the event before it"
    try:
        actual = event_hash(tuple(values))
    except TypeError:
        return "holds values no event can hold"
    return None if actual == digest else "its content does not fit its hash"


def _open_read_only(path: Path) -> sqlite3.Connection:
    address = path.resolve().as_uri() + "?mode=ro"
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        if path.with_name(path.name + "-wal").exists():
            raise
        # A copy in a read-only folder: no write-ahead log can be made there, and none is needed.
        connection = sqlite3.connect(address + "&immutable=1", uri=True, isolation_level=None)
    connection.execute("BEGIN")
    return connection


def _lenient_text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
