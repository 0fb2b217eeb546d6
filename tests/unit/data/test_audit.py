"""The log takes every event once, in order, fast; it is searched, exported, anchored and checked."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from data.anchor import load_anchor
from data.errors import ChainBroken
from data.records import Records
from tests.unit.data.conftest import Desk, FakeClock
from tests.unit.data.tampering import anchor_of, check, tamper

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("damage", "status"),
    [
        (lambda anchor: anchor.unlink(), "missing"),
        (lambda anchor: anchor.write_text(""), "missing"),
        (lambda anchor: anchor.write_text("not json\n"), "unreadable"),
        (lambda anchor: anchor.write_bytes(b"\xff\xfe\n"), "unreadable"),
        (lambda anchor: anchor.write_text('{"seq": "1", "hash": "", "at": ""}\n'), "unreadable"),
    ],
)
def test_without_its_anchor_a_log_is_not_vouched_for(
    lived_in: Path, damage: Callable[[Path], object], status: str
) -> None:
    damage(anchor_of(lived_in))
    assert (check(lived_in).ok, check(lived_in).anchor_status) == (False, status)


def test_a_torn_anchor_line_is_cut_off_by_the_next(records: Records, desk: Desk, path: Path) -> None:
    with anchor_of(path).open("a") as anchor:
        anchor.write('{"seq": 99999, "ha')  # power went here
    assert records.audit.verify().ok
    records.cases.add_task(desk.session_id, None, "review", "look", "medium")
    lines = load_anchor(anchor_of(path))
    assert lines[-1].seq == records.audit.verify().events
    assert records.audit.verify().anchor_status == "matches"


def test_a_rolled_back_write_is_never_anchored(records: Records, desk: Desk, path: Path) -> None:
    before = load_anchor(anchor_of(path))
    with pytest.raises(RuntimeError), records.store.write():
        records.cases.add_task(desk.session_id, None, "review", "look", "medium")
        raise RuntimeError
    assert load_anchor(anchor_of(path)) == before
    records.cases.add_task(desk.session_id, None, "review", "look", "medium")
    assert records.audit.verify().ok


def test_an_anchor_that_cannot_be_written_is_told_not_raised(records: Records, desk: Desk, path: Path) -> None:
    anchor_of(path).unlink()
    anchor_of(path).mkdir()
    records.cases.add_task(desk.session_id, None, "review", "look", "medium")
    assert records.audit.anchor_failing
    anchor_of(path).rmdir()
    records.cases.add_task(desk.session_id, None, "other", "look", "medium")
    assert not records.audit.anchor_failing


def test_an_event_off_the_chain_is_refused_when_written(records: Records, desk: Desk) -> None:
    connection = sqlite3.connect(records.store.path, isolation_level=None)
    connection.execute("DROP TRIGGER events_refuse_update")
    connection.execute("CREATE TRIGGER events_stop BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(ChainBroken):
        records.audit.append("note.made", actor="system", payload={})
    connection.close()


def test_search_finds_by_each_criterion_and_not_by_others(records: Records, desk: Desk, clock: FakeClock) -> None:
    clock.advance(hours=1)
    noon = clock()
    audit = records.audit
    audit.append("note.made", session_id=desk.session_id, patient_id=desk.patient_id, actor="x", payload={"t": "Zebra"})
    audit.append("note.made", session_id=desk.other_session_id, actor="x", payload={"t": "100% _"})
    assert len(audit.search(type="note.made")) == 2
    assert [e.payload for e in audit.search(text="zebra")] == [{"t": "Zebra"}]
    assert [e.payload for e in audit.search(text="% _")] == [{"t": "100% _"}]
    assert audit.search(text="z_bra") == []
    assert [e.payload for e in audit.search(session_id=desk.session_id, type="note.made")] == [{"t": "Zebra"}]
    assert [e.payload for e in audit.search(patient_id=desk.patient_id, since=noon)] == [{"t": "Zebra"}]
    assert len(audit.search(until=noon)) == audit.verify().events - 2
    newest_two = audit.search(limit=1) + audit.search(limit=1, offset=1)
    assert [e.seq for e in newest_two] == sorted((e.seq for e in audit.search(type="note.made")), reverse=True)
    assert {"note.made", "session.created"} <= set(audit.types())


def test_exports_are_oldest_first_and_harmless_in_a_spreadsheet(records: Records) -> None:
    records.audit.append("note.made", actor="=HYPERLINK(1)", payload={"t": "ü"})
    records.audit.append("note.made", actor="x", payload={})
    lines = [json.loads(line) for line in records.audit.export_jsonl(type="note.made").splitlines()]
    assert [line["actor"] for line in lines] == ["=HYPERLINK(1)", "x"]
    table = records.audit.export_csv(type="note.made").splitlines()
    assert ",'=HYPERLINK(1)," in table[1]
    assert len(table) == 3


def run_cli(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "data.audit", "verify", str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_the_command_line_says_ok_and_exits_0(lived_in: Path) -> None:
    events = check(lived_in).events
    run = run_cli(lived_in)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines()[0] == f"events checked: {events}"
    assert run.stdout.splitlines()[2:] == ["ok", "anchor: matches"]


def test_the_command_line_names_the_bad_event_and_exits_1(lived_in: Path) -> None:
    tamper(lived_in, lambda c: c.execute("UPDATE events SET actor = 'x' WHERE seq = 4"))
    run = run_cli(lived_in)
    assert run.returncode == 1
    assert "first bad seq: 4" in run.stdout.splitlines()


@pytest.mark.parametrize("content", [None, b"no database"])
def test_the_command_line_fails_plainly_on_no_database_and_makes_none(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "none.db"
    if content:
        path.write_bytes(content)
    run = run_cli(path)
    assert (run.returncode, run.stderr, path.exists()) == (1, "", content is not None)


def test_sixteen_writers_lose_nothing(records: Records) -> None:
    def write(writer: int) -> None:
        for number in range(250):
            records.audit.append("note.made", actor=f"w{writer}", payload={"number": number})

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(16)))
    result = records.audit.verify()
    assert (result.events, result.ok) == (4000, True)


def test_a_check_while_turns_end_raises_no_false_alarm(records: Records, desk: Desk) -> None:
    stop = False

    def keep_writing() -> int:
        written = 0
        while not stop:
            records.cases.add_task(desk.session_id, None, f"kind {written}", "look", "low")
            written += 1
        return written

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(keep_writing)
        results = [records.audit.verify() for _ in range(40)]
        stop = True
        assert writer.result() > 0
    assert [result.problems for result in results if not result.ok] == []


KILLED = """
import sys
from pathlib import Path
from data.records import TurnRecord, open_records
records = open_records(Path(sys.argv[1]))
session = records.interactions.create_session(None, None)
for number in range(100_000):
    turn = records.interactions.begin_turn(session, f"message {number}", str(number)).turn_id
    records.interactions.append_message(session, turn, "assistant", "text", f"reply {number}")
    records.interactions.finish_turn(turn, TurnRecord(reply_text=f"reply {number}"))
    print(turn, flush=True)
"""


@pytest.mark.parametrize("after_lines", [1, 7, 20, 45, 90])
def test_a_kill_loses_no_acknowledged_turn_and_breaks_no_chain(path: Path, after_lines: int) -> None:
    writer = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline().strip() for _ in range(after_lines)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += writer.stdout.read().split("\n")[:-1]
    writer.wait(30)
    assert check(path).problems == ()
    connection = sqlite3.connect(path)
    kept = {turn for (turn,) in connection.execute("SELECT turn_id FROM interactions WHERE status = 'done'")}
    assert set(acknowledged) <= kept
