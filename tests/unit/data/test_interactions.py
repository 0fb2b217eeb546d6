"""What was said is recorded before anything else happens, once, and for good."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from data.conversation import TurnRecord
from data.errors import Conflict, NotAllowed, NotFound
from data.levels import PRIORITIES, RANKS, RISKS, WINDOW_HOURS
from data.records import Records, open_records
from knowledge.levels import Disposition
from tests.unit.data.conftest import Desk, FakeClock

RECORD = TurnRecord(
    reply_text="Rest, and drink.",
    tools=[{"name": "triage_and_risk_flagging", "args": {}, "result": {"risk": "low"}}],
    passages=[{"id": "p1", "score": 0.5}],
    findings=[{"id": "earache", "present": True, "quote": "ear hurts"}],
    decision={"disposition": "self_care"},
    verdicts=[{"status": "pass"}],
    model="embedded",
    versions={"prompt": "system_prompt@1"},
    latency_ms={"reason": 12.5},
)


def test_the_records_know_the_same_levels_as_the_knowledge() -> None:
    assert {d.value: d.rank for d in Disposition} == RANKS
    assert {d.value: d.risk.value for d in Disposition} == RISKS
    assert {d.value: d.priority.value for d in Disposition} == {d: PRIORITIES[RISKS[d]] for d in RANKS}
    assert {d.value: d.window_hours for d in Disposition} == WINDOW_HOURS


def test_a_session_is_read_back_as_it_was_opened(records: Records, desk: Desk, clock: FakeClock) -> None:
    session_id = records.interactions.create_session(
        desk.patient_account.account_id, desk.patient_id, "parent", {"age": 4}, "demo-1"
    )
    session = records.interactions.session(session_id)
    assert session_id.startswith("ses_")
    assert (session.writer_relation, session.intake, session.demo_case) == ("parent", {"age": 4}, "demo-1")
    assert (session.status, session.latched, session.created_at) == ("open", None, "2026-11-16T09:00:00.000Z")
    assert session in records.interactions.sessions_of(desk.patient_account.account_id)
    assert session in records.interactions.sessions_of_patient(desk.patient_id)
    assert records.interactions.sessions_of("acc_nobody") == []


def test_a_turn_is_there_for_a_second_program_before_it_is_answered(records: Records, desk: Desk) -> None:
    start = records.interactions.begin_turn(desk.session_id, "My ear hurts", "n1", asked="q1")
    other = open_records(records.store.path)
    message = other.interactions.transcript(desk.session_id)[0]
    assert (start.number, start.duplicate) == (1, False)
    assert (message.text, message.role, message.kind, message.meta) == (
        "My ear hurts",
        "patient",
        "text",
        {"asked": "q1"},
    )
    assert [turn.turn_id for turn in other.interactions.unfinished_turns()] == [start.turn_id]
    other.close()


def test_a_second_submit_is_the_same_turn(records: Records, desk: Desk) -> None:
    first = records.interactions.begin_turn(desk.session_id, "My ear hurts", "n1")
    again = records.interactions.begin_turn(desk.session_id, "My ear hurts", "n1")
    elsewhere = records.interactions.begin_turn(desk.other_session_id, "My ear hurts", "n1")
    assert (again.turn_id, again.duplicate) == (first.turn_id, True)
    assert (elsewhere.duplicate, elsewhere.turn_id != first.turn_id) == (False, True)
    assert len(records.interactions.transcript(desk.session_id)) == 1


def test_twenty_submits_at_once_are_one_turn(records: Records, desk: Desk) -> None:
    with ThreadPoolExecutor(10) as pool:
        starts = list(pool.map(lambda _: records.interactions.begin_turn(desk.session_id, "Hi", "n1"), range(20)))
    assert len({start.turn_id for start in starts}) == 1
    assert [start.duplicate for start in starts].count(False) == 1


@pytest.mark.parametrize(
    "text", ["", "ü 🩺 عربى", "a\x00b", "line\nline", "x" * 100_000, "<script>", "'; DROP TABLE messages;--"]
)
def test_any_text_comes_back_byte_for_byte(records: Records, desk: Desk, text: str) -> None:
    records.interactions.begin_turn(desk.session_id, text, "n1")
    assert records.interactions.transcript(desk.session_id)[0].text == text
    assert records.audit.verify().ok


def test_half_a_character_does_not_stop_the_turn(records: Records, desk: Desk) -> None:
    records.interactions.begin_turn(desk.session_id, "chest \ud800 pain", "n1")
    assert records.interactions.transcript(desk.session_id)[0].text == "chest ? pain"


def test_the_log_alone_gives_back_the_transcript(records: Records, desk: Desk) -> None:
    turn = records.interactions.begin_turn(desk.session_id, "My ear hurts", "n1").turn_id
    for role, kind in [
        ("assistant", "question"),
        ("system", "emergency"),
        ("nurse", "text"),
        ("assistant", "withheld"),
    ]:
        records.interactions.append_message(desk.session_id, turn, role, kind, f"{kind} ü", {"k": 1})
    told = [e.payload for e in reversed(records.audit.search(session_id=desk.session_id)) if "message_id" in e.payload]
    shown = [(m.seq, m.role, m.kind, m.text, m.meta) for m in records.interactions.transcript(desk.session_id)]
    assert [(e["seq"], e["role"], e["kind"], e["text"], e["meta"]) for e in told] == shown
    assert [seq for seq, *_ in shown] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("role", "kind"), [("robot", "text"), ("assistant", "diagnosis"), ("", "")])
def test_an_unknown_role_or_kind_is_refused(records: Records, desk: Desk, role: str, kind: str) -> None:
    with pytest.raises(ValueError, match="role or kind"):
        records.interactions.append_message(desk.session_id, None, role, kind, "x")
    assert records.interactions.transcript(desk.session_id) == []


def test_a_finished_turn_keeps_everything_and_cannot_be_finished_again(records: Records, desk: Desk) -> None:
    turn_id = records.interactions.begin_turn(desk.session_id, "My ear hurts", "n1").turn_id
    records.interactions.finish_turn(turn_id, RECORD)
    turn = records.interactions.turn(turn_id)
    assert (turn.user_text, turn.status, turn.reply_text) == ("My ear hurts", "done", "Rest, and drink.")
    for name in ("tools", "passages", "findings", "decision", "verdicts", "model", "versions", "latency_ms"):
        assert getattr(turn, name) == getattr(RECORD, name)
    with pytest.raises(Conflict):
        records.interactions.finish_turn(turn_id, RECORD)
    assert records.interactions.unfinished_turns() == []


def test_a_running_turn_reads_as_empty_not_as_an_error(records: Records, desk: Desk) -> None:
    records.interactions.begin_turn(desk.session_id, "My ear hurts", "n1")
    turn = records.interactions.turns(desk.session_id)[0]
    assert (turn.status, turn.tools, turn.decision, turn.reply_text) == ("running", [], {}, None)


@pytest.mark.parametrize("call", ["session", "begin", "append", "foreign turn", "finish", "latch"])
def test_what_does_not_exist_is_not_found(records: Records, desk: Desk, call: str) -> None:
    log = records.interactions
    turn_id = log.begin_turn(desk.session_id, "x", "n0").turn_id
    calls = {
        "session": lambda: log.session("ses_x"),
        "begin": lambda: log.begin_turn("ses_x", "x", "n"),
        "append": lambda: log.append_message("ses_x", None, "patient", "text", "x"),
        "foreign turn": lambda: log.append_message(desk.other_session_id, turn_id, "patient", "text", "x"),
        "finish": lambda: log.finish_turn("trn_x", RECORD),
        "latch": lambda: log.latch("ses_x", "self_care"),
    }
    with pytest.raises(NotFound):
        calls[call]()


@pytest.mark.parametrize(("first", "then"), itertools.product(RANKS, RANKS))
def test_the_latch_goes_up_and_never_down(records: Records, desk: Desk, first: str, then: str) -> None:
    records.interactions.latch(desk.session_id, first)
    now = records.interactions.latch(desk.session_id, then)
    assert RANKS[now] == max(RANKS[first], RANKS[then])
    assert records.interactions.session(desk.session_id).latched == now


def test_only_a_nurse_lowers_the_latch_and_gives_a_reason(records: Records, desk: Desk) -> None:
    log = records.interactions
    log.latch(desk.session_id, "ambulance_now")
    with pytest.raises(NotAllowed):
        log.lower_latch(desk.session_id, "self_care", desk.patient_account, "I feel fine")
    with pytest.raises(ValueError, match="reason"):
        log.lower_latch(desk.session_id, "self_care", desk.nurse, "  ")
    assert log.session(desk.session_id).latched == "ambulance_now"
    log.lower_latch(desk.session_id, "self_care", desk.nurse, "seen by me")
    event = records.audit.search(type="risk.lowered")[0]
    assert log.session(desk.session_id).latched == "self_care"
    assert (event.actor, event.payload["reason"]) == (desk.nurse.account_id, "seen by me")


def test_a_status_is_kept_and_told_once(records: Records, desk: Desk) -> None:
    records.interactions.set_status(desk.session_id, "handed_over")
    records.interactions.set_status(desk.session_id, "handed_over")
    assert records.interactions.session(desk.session_id).status == "handed_over"
    assert len(records.audit.search(type="session.status")) == 1
