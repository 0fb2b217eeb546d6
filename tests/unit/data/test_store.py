"""One file, full durability, one writer at a time, nothing half written."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from data.errors import Conflict, DataError, StoreUnavailable
from data.migrations import MIGRATIONS
from data.store import Store

SERVICE = {"service_id": "svc", "name": "Clinic", "description": ""}


def service_ids(store: Store) -> list[str]:
    return [row["service_id"] for row in store.rows("SELECT service_id FROM services ORDER BY service_id")]


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("trusted_schema", 0)],
)
def test_every_connection_is_durable_and_strict(path: Path, pragma: str, value: object) -> None:
    store = Store(path)
    with ThreadPoolExecutor(1) as pool:
        elsewhere = pool.submit(lambda: store.db.conn.execute(f"PRAGMA {pragma}").fetchone()[0]).result()
    assert [store.db.conn.execute(f"PRAGMA {pragma}").fetchone()[0], elsewhere] == [value, value]
    store.close()


def test_only_the_owner_can_read_the_files(path: Path) -> None:
    Store(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_eight_first_starts_at_once_migrate_once(path: Path) -> None:
    code = "import sys; from pathlib import Path; from data.store import Store; Store(Path(sys.argv[1])).close()"
    root = Path(__file__).parents[3]
    starts = [subprocess.Popen([sys.executable, "-c", code, str(path)], cwd=root) for _ in range(8)]
    assert [start.wait(60) for start in starts] == [0] * 8
    store = Store(path)
    assert [m.name for m in MIGRATIONS.applied(store.db)] == [m.name for m in MIGRATIONS._migrations]
    assert MIGRATIONS.pending(store.db) == []
    store.close()


def test_a_failed_write_leaves_nothing(path: Path) -> None:
    store = Store(path)
    with pytest.raises(RuntimeError), store.write():
        store.insert("services", SERVICE)
        raise RuntimeError
    assert service_ids(store) == []
    store.close()


def test_a_failed_inner_write_leaves_the_outer_one_whole(path: Path) -> None:
    store = Store(path)
    ran: list[str] = []
    with store.write():
        store.insert("services", SERVICE)
        with pytest.raises(RuntimeError), store.write():
            store.insert("services", SERVICE | {"service_id": "lost"})
            store.after_commit(lambda: ran.append("lost"))
            raise RuntimeError
        store.after_commit(lambda: ran.append("kept"))
        assert ran == []
    assert (service_ids(store), ran) == (["svc"], ["kept"])
    store.close()


def test_one_threads_rollback_does_not_touch_anothers_row(path: Path) -> None:
    store = Store(path)
    inside, tried = threading.Event(), threading.Event()

    def write_while_the_other_is_open() -> None:
        inside.wait(10)
        tried.set()
        with store.write():
            store.insert("services", SERVICE | {"service_id": "kept"})

    other = threading.Thread(target=write_while_the_other_is_open)
    other.start()
    with pytest.raises(RuntimeError), store.write():
        store.insert("services", SERVICE | {"service_id": "rolled back"})
        inside.set()
        tried.wait(10)
        raise RuntimeError
    other.join(10)
    assert service_ids(store) == ["kept"]
    store.close()


def test_a_broken_rule_is_a_conflict_and_a_wrong_statement_a_bug(path: Path) -> None:
    store = Store(path)
    with pytest.raises(Conflict), store.write():
        store.insert("services", SERVICE)
        store.insert("services", SERVICE)
    with pytest.raises(sqlite3.ProgrammingError), store.write():
        store.execute("DELETE FROM services WHERE service_id = ?", ())
    assert service_ids(store) == []
    store.close()


def test_writing_outside_write_is_refused(path: Path) -> None:
    store = Store(path)
    with pytest.raises(DataError):
        store.insert("services", SERVICE)
    store.close()


def test_a_lock_held_by_another_program_is_said_not_waited_for_ever(path: Path) -> None:
    store = Store(path, busy_timeout_ms=50)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable), store.write():
        pytest.fail("the lock was not respected")
    blocker.execute("ROLLBACK")
    with store.write():
        store.insert("services", SERVICE)
    assert service_ids(store) == ["svc"]
    blocker.close()
    store.close()


def test_a_full_disk_keeps_what_was_there_and_nothing_of_the_new(path: Path) -> None:
    store = Store(path)
    with store.write():
        store.insert("services", SERVICE)
    store.db.conn.set_authorizer(None)
    pages = store.db.conn.execute("PRAGMA page_count").fetchone()[0]
    store.db.conn.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own "disk full"
    with pytest.raises(StoreUnavailable), store.write():
        for number in range(2000):
            store.insert("services", SERVICE | {"service_id": f"new {number}"})
    assert service_ids(store) == ["svc"]
    store.close()


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to look like a header maybe", b"SQLite"])
def test_a_file_that_is_no_database_is_refused(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content * 100)
    with pytest.raises(StoreUnavailable):
        Store(path)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(StoreUnavailable):
        Store(tmp_path / "home" / "prelude.db")


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER events_refuse_update",
        "DROP TABLE events",
        "ALTER TABLE messages ADD COLUMN x TEXT",
        "ATTACH DATABASE ':memory:' AS other",
        "PRAGMA synchronous = OFF",
        "PRAGMA writable_schema = ON",
        "UPDATE events SET actor = 'x'",
        "DELETE FROM messages",
        "CREATE TEMP TRIGGER t AFTER INSERT ON events BEGIN SELECT 1; END",
    ],
)
def test_our_own_connection_refuses_to_rewrite_history(path: Path, statement: str) -> None:
    store = Store(path)
    with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|prohibited"):
        store.db.conn.execute(statement)
    store.close()


def test_a_backup_holds_rows_still_in_the_write_ahead_log(path: Path, tmp_path: Path) -> None:
    store = Store(path)
    with store.write():
        store.insert("services", SERVICE)
    store.backup(tmp_path / "copy.db")
    copy = Store(tmp_path / "copy.db")
    assert service_ids(copy) == ["svc"]
    copy.close()
    store.close()


def test_connections_of_ended_threads_are_let_go(path: Path) -> None:
    store = Store(path)
    for _ in range(300):
        thread = threading.Thread(target=lambda: store.rows("SELECT 1"))
        thread.start()
        thread.join()
    held = [link for link in Path("/proc/self/fd").iterdir() if _points_to(link, path)]
    # SQLite keeps some descriptors for reuse while any connection lives; one a thread would be 300.
    assert len(held) < 60
    store.close()


def _points_to(link: Path, path: Path) -> bool:
    try:
        return link.readlink() == path
    except OSError:
        return False
