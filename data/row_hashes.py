"""A fingerprint of every record row, carried by the event that wrote it.

Editing a row by hand then contradicts the log, and the log contradicts itself when it is edited to agree.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from data.canonical import sha256_hex
from data.schema_guards import KEYS
from data.store import Row, Store

RowKey = tuple[str, str]
"""Table and key value of one row."""

# Moves on every page view; who signed in when is in the log anyway.
_NOT_HASHED = {"server_sessions": frozenset({"last_seen_at"})}
_NOTHING: frozenset[str] = frozenset()


def hash_row(table: str, row: Mapping[str, Any]) -> str:
    """SHA-256 over the row's table, columns and values. NULLs are left out, so that a later column changes no hash."""
    skipped = _NOT_HASHED.get(table, _NOTHING)
    values = {name: value for name, value in row.items() if value is not None and name not in skipped}
    # Not `canonical_json`: that mends undecodable text, and here damage has to show.
    text = json.dumps([table, values], sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=repr)
    return sha256_hex(text)


def hash_rows(store: Store, keys: Sequence[RowKey]) -> list[tuple[str, str, str]]:
    """Table, key and hash of each row as it is now within the open write."""
    hashes = []
    for table, key in keys:
        row: Row | None = store.row(f"SELECT * FROM {table} WHERE {KEYS[table]} = ?", (key,))  # noqa: S608 - from KEYS
        if row is not None:
            hashes.append((table, key, hash_row(table, row)))
    return hashes
