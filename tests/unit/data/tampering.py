# ruff: noqa: S608 - table and column names come from the schema itself
"""What somebody can do to a database file, and the check that must notice."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from data.audit_events import HASHED_COLUMNS, event_hash
from data.schema_guards import KEYS
from data.verification import VerifyResult, verify_file

Attack = Callable[[sqlite3.Connection], object]


def anchor_of(path: Path) -> Path:
    return path.with_name(path.name + ".anchor")


def check(path: Path) -> VerifyResult:
    return verify_file(path, anchor_of(path))


def tamper(path: Path, attack: Attack, *, drop_guards: bool = True) -> None:
    """What somebody with the file and a SQLite shell can do: drop the guards, edit, put the guards back."""
    connection = sqlite3.connect(path, isolation_level=None)
    guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    if drop_guards:
        for name, _sql in guards:
            connection.execute(f"DROP TRIGGER {name}")
    attack(connection)
    if drop_guards:
        for _name, sql in guards:
            connection.execute(sql)
    connection.close()


def rehash_from(connection: sqlite3.Connection, seq: int) -> None:
    """Make the chain fit again from `seq` on, as an attacker who knows this code would."""
    columns = ", ".join(HASHED_COLUMNS)
    prev = connection.execute("SELECT coalesce(max(hash), '') FROM events WHERE seq = ?", (seq - 1,)).fetchone()[0]
    for row in connection.execute(f"SELECT {columns} FROM events WHERE seq >= ? ORDER BY seq", (seq,)).fetchall():
        values = (*row[:-1], prev)
        digest = event_hash(values)
        connection.execute("UPDATE events SET prev_hash = ?, hash = ? WHERE seq = ?", (prev, digest, row[0]))
        prev = digest


def contents(path: Path) -> object:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.text_factory = bytes
    try:
        return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in ("events", *KEYS)]
    except sqlite3.DatabaseError:
        return None
    finally:
        connection.close()
