# ruff: noqa: S608 - table and column names come from the schema itself
"""Every edit is denied or detected: of an event, of a record row, of the log's end, of its guards, of its bytes."""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from data.audit_events import HASHED_COLUMNS, event_hash
from data.records import open_records
from data.schema_guards import KEYS
from data.verification import verify_file
from tests.unit.data.conftest import FakeClock
from tests.unit.data.tampering import Attack, anchor_of, check, contents, rehash_from, tamper


def test_an_untouched_log_is_whole(lived_in: Path) -> None:
    result = check(lived_in)
    assert (result.ok, result.first_bad_seq, result.anchor_status, result.problems) == (True, None, "matches", ())
    assert result.events > 20


def test_the_untouched_log_covers_a_row_of_every_table(lived_in: Path) -> None:
    connection = sqlite3.connect(lived_in)
    empty = [table for table in KEYS if connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0]
    assert empty == []


EDITS = {
    "messages": "UPDATE messages SET text = 'My toe hurts'",
    "interactions": "UPDATE interactions SET reply_text = 'You are fine.'",
    "cases": "UPDATE cases SET risk = 'low'",
    "reviews": "UPDATE reviews SET comment = 'something else'",
    "par_versions": "UPDATE par_versions SET par = '{}'",
    "consents": "UPDATE consents SET answer_text = 'no'",
    "orders": "UPDATE orders SET quantity = 9",
    "appointments": "UPDATE appointments SET reason = 'x'",
    "referrals": "UPDATE referrals SET status = 'lost'",
    "receipts": "UPDATE receipts SET text = 'x'",
    "nurse_tasks": "UPDATE nurse_tasks SET status = 'acknowledged'",
    "sessions": "UPDATE sessions SET latched = 'self_care'",
    "patients": "UPDATE patients SET chart = '{}'",
    "accounts": "UPDATE accounts SET role = 'admin'",
    "server_sessions": "UPDATE server_sessions SET account_id = (SELECT account_id FROM accounts WHERE role='patient')",
    "items": "UPDATE items SET stock = 1000",
    "slots": "UPDATE slots SET location = 'x'",
    "services": "UPDATE services SET name = 'x'",
    "clinicians": "UPDATE clinicians SET name = 'x'",
}


def test_the_edits_cover_every_table() -> None:
    assert EDITS.keys() == KEYS.keys()


@pytest.mark.parametrize("table", EDITS)
def test_an_edited_row_is_named_with_its_event(lived_in: Path, table: str) -> None:
    tamper(lived_in, lambda c: c.execute(EDITS[table]))
    result = check(lived_in)
    key = sqlite3.connect(lived_in).execute(f"SELECT {KEYS[table]} FROM {table}").fetchone()[0]
    assert not result.ok
    assert result.first_bad_seq is not None
    assert any(line.startswith(f"{table} {key}: the row differs") for line in result.problems)
    assert f"event {result.first_bad_seq} " in " ".join(result.problems)


@pytest.mark.parametrize("table", ["messages", "receipts", "reviews", "referrals"])
def test_a_deleted_row_is_missed(lived_in: Path, table: str) -> None:
    tamper(lived_in, lambda c: c.execute(f"DELETE FROM {table}"))
    result = check(lived_in)
    assert not result.ok
    assert result.first_bad_seq is not None
    assert f"{table} " in str(result.reason)
    assert "missing" in str(result.reason)


def test_a_row_no_event_knows_is_named(lived_in: Path) -> None:
    tamper(lived_in, lambda c: c.execute("INSERT INTO services VALUES ('svc_x', 'Planted', '')"))
    assert check(lived_in).reason == "services svc_x: no event knows this row"


EVENT_ATTACKS: dict[str, tuple[Attack, int]] = {
    "edit payload": (lambda c: c.execute("UPDATE events SET payload = '{}' WHERE seq = 7"), 7),
    "edit actor": (lambda c: c.execute("UPDATE events SET actor = 'somebody' WHERE seq = 8"), 8),
    "edit time": (lambda c: c.execute("UPDATE events SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 9"), 9),
    "edit row hashes": (lambda c: c.execute("UPDATE events SET row_hashes = '[]' WHERE seq = 10"), 10),
    "edit hash": (lambda c: c.execute("UPDATE events SET hash = 'f' WHERE seq = 11"), 11),
    "delete one": (lambda c: c.execute("DELETE FROM events WHERE seq = 12"), 12),
    "delete the first": (lambda c: c.execute("DELETE FROM events WHERE seq = 1"), 1),
    "swap two": (
        lambda c: c.executescript(
            "UPDATE events SET seq = -1 WHERE seq = 5; UPDATE events SET seq = 5 WHERE seq = 6;"
            "UPDATE events SET seq = 6 WHERE seq = -1;"
        ),
        5,
    ),
    "edit and fix its hash": (
        lambda c: (c.execute("UPDATE events SET actor = 'x' WHERE seq = 7"), _fix_one(c, 7)),
        8,
    ),
    "forge at the end": (
        lambda c: c.execute(
            "INSERT INTO events SELECT max(seq) + 1, at, type, session_id, patient_id, actor, payload, '[]', hash, hash"
            " FROM events"
        ),
        0,
    ),
}


def _fix_one(connection: sqlite3.Connection, seq: int) -> None:
    row = connection.execute(f"SELECT {', '.join(HASHED_COLUMNS)} FROM events WHERE seq = ?", (seq,)).fetchone()
    connection.execute("UPDATE events SET hash = ? WHERE seq = ?", (event_hash(tuple(row)), seq))


@pytest.mark.parametrize("name", EVENT_ATTACKS)
def test_an_attack_on_the_chain_names_the_first_bad_event(lived_in: Path, name: str) -> None:
    attack, seq = EVENT_ATTACKS[name]
    expected = seq or check(lived_in).events + 1
    tamper(lived_in, attack)
    result = check(lived_in)
    assert (result.ok, result.first_bad_seq) == (False, expected)


def truncate(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM events WHERE seq > 20")


def rehash_tail(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE events SET actor = 'somebody' WHERE seq = 15")
    rehash_from(connection, 15)


@pytest.mark.parametrize(("attack", "status"), [(truncate, "truncated"), (rehash_tail, "mismatch")])
def test_only_the_anchor_shows_a_consistent_forgery(lived_in: Path, attack: Attack, status: str) -> None:
    tamper(lived_in, attack)
    assert check(lived_in).anchor_status == status
    assert not check(lived_in).ok
    if attack is rehash_tail:  # a cut also leaves rows that no event knows; a re-hashed tail leaves nothing at all
        assert verify_file(lived_in, None).ok


def test_a_replaced_file_is_not_the_one_the_anchor_saw(lived_in: Path, tmp_path: Path, clock: FakeClock) -> None:
    other = open_records(tmp_path / "other.db", clock=clock)
    for number in range(100):
        other.audit.append("note.made", actor="system", payload={"number": number})
    other.close()
    shutil.copy(tmp_path / "other.db", lived_in)
    assert verify_file(lived_in, None).ok
    assert (check(lived_in).ok, check(lived_in).anchor_status) == (False, "mismatch")


REFUSED = {
    "update event": "UPDATE events SET actor = 'x' WHERE seq = 3",
    "delete event": "DELETE FROM events WHERE seq = 3",
    "replace event": "INSERT OR REPLACE INTO events SELECT * FROM events WHERE seq = 3",
    "insert with a gap": "INSERT INTO events SELECT seq + 1000, at, type, session_id, patient_id, actor, payload,"
    " row_hashes, prev_hash, hash FROM events WHERE seq = 3",
    "insert off the chain": "INSERT INTO events SELECT (SELECT max(seq) + 1 FROM events), at, type, session_id,"
    " patient_id, actor, payload, row_hashes, 'wrong', hash FROM events WHERE seq = 3",
    "insert with null seq": "INSERT INTO events (at, type, actor, payload, row_hashes, prev_hash, hash)"
    " VALUES ('', '', '', '', '', 'wrong', '')",
    "update message": "UPDATE messages SET text = 'x'",
    "replace message": "INSERT OR REPLACE INTO messages SELECT * FROM messages",
    "delete case": "DELETE FROM cases",
    "update finished turn": "UPDATE interactions SET reply_text = 'x'",
    "delete consent": "DELETE FROM consents",
    "update receipt": "UPDATE receipts SET text = 'x'",
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_file_itself_refuses(lived_in: Path, name: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        tamper(lived_in, lambda c: c.execute(REFUSED[name]), drop_guards=False)
    assert check(lived_in).ok


@pytest.mark.parametrize(
    "attack",
    [
        lambda c: c.execute("DROP TRIGGER messages_refuse_update"),
        lambda c: c.executescript(
            "DROP TRIGGER messages_refuse_update; CREATE TRIGGER messages_refuse_update BEFORE UPDATE ON messages"
            " WHEN 0 BEGIN SELECT 1; END;"
        ),
        lambda c: c.execute("CREATE TRIGGER quiet AFTER INSERT ON events BEGIN DELETE FROM sign_in_throttles; END"),
    ],
)
def test_a_dropped_changed_or_planted_trigger_is_named(lived_in: Path, attack: Attack) -> None:
    tamper(lived_in, attack, drop_guards=False)
    assert not check(lived_in).ok
    assert "guard messages_refuse_update" in str(check(lived_in).reason) or "'quiet'" in str(check(lived_in).reason)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_thousand_byte_flips_are_detected_or_change_nothing(lived_in: Path, tmp_path: Path, seed: int) -> None:
    whole, rng, missed = lived_in.read_bytes(), random.Random(seed), []
    expected = contents(lived_in)
    target = tmp_path / "flipped.db"
    shutil.copy(anchor_of(lived_in), anchor_of(target))
    for _ in range(1000):
        place, bit = rng.randrange(len(whole)), 1 << rng.randrange(8)
        target.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        if check(target).ok and contents(target) != expected:
            missed.append((place, bit))
    assert missed == []
