"""One SQLite file: durable, one connection a thread, one writer at a time."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlite_utils

from data.canonical import storable
from data.errors import Conflict, DataError, StoreUnavailable
from data.migrations import MIGRATIONS
from data.write_guard import install_write_guard

Row = dict[str, Any]
Parameters = Sequence[Any] | Mapping[str, Any]

# FULL: an acknowledged row survives a power cut. recursive_triggers: INSERT OR REPLACE meets the delete triggers too.
_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "trusted_schema": 0,
    "recursive_triggers": 1,
}


class Store:
    """The database file, migrated on construction so that a new and an old file are one path.

    Args:
        path: the database file; made (mode 0600, folder 0700) when missing.
        busy_timeout_ms: how long a writer waits for another before StoreUnavailable.

    Raises:
        StoreUnavailable: the file cannot be opened, migrated or set to full durability.
    """

    def __init__(self, path: Path, *, busy_timeout_ms: int = 5000) -> None:
        self.path = path
        self._busy_timeout_ms = busy_timeout_ms
        self._local = threading.local()
        self._opened: weakref.WeakSet[sqlite_utils.Database] = weakref.WeakSet()
        self._opened_lock = threading.Lock()
        # Threads of one process queue here: SQLite's own busy wait polls, and its tail is hundreds of milliseconds.
        self._writer = threading.Lock()
        self._migrate()

    @property
    def db(self) -> sqlite_utils.Database:
        """This thread's own connection. A shared one would let one thread's rollback erase another's insert."""
        database: sqlite_utils.Database | None = getattr(self._local, "database", None)
        if database is None:
            database = self._connect()
            install_write_guard(database.conn)
            self._local.database = database
        return database

    @contextmanager
    def write(self) -> Iterator[sqlite_utils.Database]:
        """All or nothing: BEGIN IMMEDIATE … COMMIT. Inside another `write` of the same thread, a savepoint.

        Raises:
            StoreUnavailable: locked, full, read-only or damaged; nothing was kept.
            Conflict: a constraint or a guard of the schema forbids it; nothing was kept.
        """
        database = self.db
        if self._depth:
            with self._savepoint(database.conn):
                yield database
            return
        if not self._writer.acquire(timeout=self._busy_timeout_ms / 1000):
            raise StoreUnavailable("the database is busy")
        self._local.after_commit = []
        try:
            with _as_data_errors():
                database.conn.execute("BEGIN IMMEDIATE")
            self._local.depth = 1
            try:
                with _as_data_errors():
                    yield database
                    database.conn.execute("COMMIT")
            except BaseException:
                if database.conn.in_transaction:
                    database.conn.execute("ROLLBACK")
                raise
        finally:
            self._local.depth = 0
            self._writer.release()
        for action in self._local.after_commit:
            action()

    @contextmanager
    def snapshot(self) -> Iterator[sqlite_utils.Database]:
        """Several reads of one and the same state, however much is written meanwhile."""
        database = self.db
        if database.conn.in_transaction:
            yield database
            return
        with _as_data_errors():
            database.conn.execute("BEGIN")
            try:
                yield database
            finally:
                if database.conn.in_transaction:
                    database.conn.execute("COMMIT")

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once this thread's open write is committed (never if it is rolled back); at once without one."""
        if self._depth:
            self._local.after_commit.append(action)
        else:
            action()

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """All rows of a query, as dicts by column."""
        with _as_data_errors():
            cursor = self.db.conn.execute(sql, _bindable(parameters))
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, values, strict=True)) for values in cursor]

    def row(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first row of a query, or None."""
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def select(
        self, table: str, columns: str, where: str = "1", parameters: Parameters = (), order_by: str = "rowid"
    ) -> list[Row]:
        """Rows of one table. Table, columns, condition and order are constants of this code, values are bound."""
        return self.rows(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {order_by}", parameters)  # noqa: S608 - names come from the repositories, values are bound

    def insert(self, table: str, row: Mapping[str, Any]) -> None:
        """Add one row, inside `write()`. Table and column names are constants of this code, never a caller's text."""
        names = ", ".join(row)
        marks = ", ".join(f":{name}" for name in row)
        self.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", row)  # noqa: S608 - names come from the repositories, values are bound

    def update(self, table: str, key: str, key_value: str, changes: Mapping[str, Any]) -> None:
        """Change one row by its key, inside `write()`. Names are constants of this code."""
        sets = ", ".join(f"{name} = :{name}" for name in changes)
        self.execute(f"UPDATE {table} SET {sets} WHERE {key} = :_key", {**changes, "_key": key_value})  # noqa: S608 - names come from the repositories, values are bound

    def execute(self, sql: str, parameters: Parameters = ()) -> None:
        """Run one writing statement.

        Raises:
            DataError: no `write()` is open.
        """
        if not self._depth:
            raise DataError("writes happen inside Store.write()")
        self.db.conn.execute(sql, _bindable(parameters))

    def backup(self, target: Path) -> None:
        """A consistent copy while in use (a plain file copy would miss the write-ahead log)."""
        with _as_data_errors():
            copy = sqlite3.connect(target)
            try:
                self.db.conn.backup(copy)
            finally:
                copy.close()

    def close(self) -> None:
        """Close every thread's connection."""
        with self._opened_lock:
            opened = list(self._opened)
        for database in opened:
            database.close()
        self._local = threading.local()

    @property
    def _depth(self) -> int:
        return int(getattr(self._local, "depth", 0))

    @contextmanager
    def _savepoint(self, connection: sqlite3.Connection) -> Iterator[None]:
        name = f"level_{self._depth}"
        waiting = len(self._local.after_commit)
        connection.execute(f"SAVEPOINT {name}")
        self._local.depth += 1
        try:
            yield
        except BaseException:
            del self._local.after_commit[waiting:]
            if connection.in_transaction:
                connection.execute(f"ROLLBACK TO {name}")
                connection.execute(f"RELEASE {name}")
            raise
        else:
            connection.execute(f"RELEASE {name}")
        finally:
            self._local.depth -= 1

    def _connect(self) -> sqlite_utils.Database:
        with _as_data_errors():
            # Only close() may touch a connection from another thread; isolation_level None: we say BEGIN ourselves.
            connection = sqlite3.connect(
                self.path, timeout=self._busy_timeout_ms / 1000, isolation_level=None, check_same_thread=False
            )
            for pragma, wanted in _PRAGMAS.items():
                connection.execute(f"PRAGMA {pragma} = {wanted}")
                if connection.execute(f"PRAGMA {pragma}").fetchone()[0] != wanted:
                    connection.close()
                    raise StoreUnavailable(f"the database does not keep {pragma} = {wanted}")
        database = sqlite_utils.Database(connection, execute_plugins=False)
        with self._opened_lock:
            self._opened.add(database)
        return database

    def _migrate(self) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self.path.with_name(self.path.name + ".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as fault:
            raise StoreUnavailable("the database folder cannot be used") from fault
        try:
            # Two first starts at once would both find the migrations pending.
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            database = self._connect()
            with _as_data_errors():
                MIGRATIONS.apply(database)
            database.close()
        except OSError as fault:
            raise StoreUnavailable("the database file cannot be opened") from fault
        finally:
            os.close(lock)


@contextmanager
def _as_data_errors() -> Iterator[None]:
    """Turn SQLite's faults into ours: a broken rule is a Conflict, a fault of the file is StoreUnavailable.

    A ProgrammingError stays what it is, a bug. SQLite's texts name tables and columns, never values.
    """
    try:
        yield
    except sqlite3.IntegrityError as fault:
        raise Conflict("a rule of the records forbids this") from fault
    except sqlite3.ProgrammingError:
        raise
    except (sqlite3.DatabaseError, UnicodeDecodeError) as fault:  # the latter: a message quoting a damaged schema
        raise StoreUnavailable("the database cannot be used now") from fault


def _bindable(parameters: Parameters) -> Parameters:
    """The parameters with text that UTF-8 cannot hold mended, so that no look-up by a garbled id is an error."""
    if isinstance(parameters, Mapping):
        return {name: storable(value) if isinstance(value, str) else value for name, value in parameters.items()}
    return [storable(value) if isinstance(value, str) else value for value in parameters]
