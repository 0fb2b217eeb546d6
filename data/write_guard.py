"""What a running connection may never do: rewrite history, change the schema, or reach another file.

Triggers in the file say the same for the tables they watch; this stops a statement that would first drop a trigger.
The guard binds our own connections. Whoever opens the file by other means is caught by the hash chain instead.
"""

from __future__ import annotations

import sqlite3

from data.schema_guards import APPEND_ONLY

_DENIED = frozenset(
    {
        sqlite3.SQLITE_ALTER_TABLE,
        sqlite3.SQLITE_ATTACH,
        sqlite3.SQLITE_CREATE_TEMP_TRIGGER,
        sqlite3.SQLITE_CREATE_TRIGGER,
        sqlite3.SQLITE_DETACH,
        sqlite3.SQLITE_DROP_INDEX,
        sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_DROP_TRIGGER,
        sqlite3.SQLITE_DROP_VIEW,
    }
)
_CHANGES_ROWS = frozenset({sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
_PRAGMAS_ALLOWED = frozenset(
    {"integrity_check", "quick_check", "journal_mode", "synchronous", "foreign_keys", "trusted_schema", "table_info"}
)


def install_write_guard(connection: sqlite3.Connection) -> None:
    """From now on this connection refuses schema changes, other files, and edits of append-only tables."""
    connection.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, database: str | None, source: str | None) -> int:
    if action in _DENIED:
        return sqlite3.SQLITE_DENY
    if action in _CHANGES_ROWS and first in APPEND_ONLY:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA and (first not in _PRAGMAS_ALLOWED or _weakens(first, second)):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _weakens(pragma: str | None, value: str | None) -> bool:
    return value is not None and pragma not in {"integrity_check", "quick_check", "table_info"}
