"""The nurse's queue: the right order, one hand at a time, every version kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from data.errors import Conflict, NotAllowed, NotFound
from data.levels import PRIORITIES, RISKS
from data.par_diff import diff_par
from data.records import Case, Records
from tests.unit.data.conftest import Desk, FakeClock

PAR = {"primary_concern": "ear pain", "key_findings": [{"text": "fever"}, {"text": "pain"}]}


def level(disposition: str) -> dict[str, str]:
    risk = RISKS[disposition]
    return {"disposition": disposition, "risk": risk, "priority": PRIORITIES[risk]}


@pytest.fixture
def case(records: Records, desk: Desk) -> Case:
    records.interactions.latch(desk.session_id, "emergency_department_now")
    return records.cases.open_or_update(
        desk.session_id, **level("emergency_department_now"), primary_concern="ear pain", par=PAR
    )


def test_a_case_carries_its_patient_its_level_and_when_it_is_due(case: Case) -> None:
    assert (case.patient_name, case.risk, case.priority, case.status) == ("Ann Bell", "high", "HIGH", "new")
    assert (case.waiting_since, case.due_at) == ("2026-11-16T09:00:00.000Z", "2026-11-16T10:00:00.000Z")
    assert (case.version, case.par_draft, case.par_final) == (1, PAR, None)


def test_the_queue_is_by_danger_then_by_waiting(records: Records, desk: Desk, clock: FakeClock) -> None:
    arrivals = ["self_care", "clinician_this_week", "unable_to_assess", "clinician_today", "emergency_department_now"]
    arrivals += ["ambulance_now", "self_care", "emergency_department_now"]
    opened = {}
    for number, disposition in enumerate(arrivals):
        session = records.interactions.create_session(None, desk.patient_id)
        made = records.cases.open_or_update(session, **level(disposition), primary_concern="x")
        opened[made.case_id] = number
        clock.advance(minutes=1)
    assert [opened[c.case_id] for c in records.cases.queue()] == [5, 4, 7, 1, 2, 3, 0, 6]


def test_the_queue_shows_the_statuses_asked_for(records: Records, case: Case, desk: Desk) -> None:
    claimed = records.cases.claim(case.case_id, desk.nurse, case.version)
    assert [c.case_id for c in records.cases.queue(("claimed",))] == [case.case_id]
    assert records.cases.queue(("new",)) == []
    records.cases.sign(case.case_id, desk.nurse, PAR, claimed.version)
    assert records.cases.queue() == []
    assert records.cases.queue(()) == []


def test_an_update_raises_keeps_waiting_time_and_says_nothing_when_nothing_changed(
    records: Records, desk: Desk, clock: FakeClock, case: Case
) -> None:
    clock.advance(minutes=5)
    events = records.audit.verify().events
    same = records.cases.open_or_update(
        desk.session_id, **level("emergency_department_now"), primary_concern="ear pain", par=PAR
    )
    assert (same, records.audit.verify().events) == (case, events)
    worse = records.cases.open_or_update(desk.session_id, **level("ambulance_now"), primary_concern="collapse")
    assert (worse.risk, worse.primary_concern, worse.version) == ("critical", "collapse", 2)
    assert (worse.waiting_since, worse.due_at) == (case.waiting_since, "2026-11-16T09:05:00.000Z")


@pytest.mark.parametrize("claimed", [False, True])
def test_a_provisional_level_comes_down_until_a_nurse_has_the_case(records: Records, desk: Desk, claimed: bool) -> None:
    case = records.cases.open_or_update(desk.session_id, **level("clinician_today"), primary_concern="cold")
    if claimed:
        records.cases.claim(case.case_id, desk.nurse, case.version)
    after = records.cases.open_or_update(desk.session_id, **level("self_care"), primary_concern="cold")
    assert after.disposition == ("clinician_today" if claimed else "self_care")


def test_no_update_lowers_an_emergency(records: Records, desk: Desk, case: Case) -> None:
    after = records.cases.open_or_update(desk.session_id, **level("self_care"), primary_concern="ear pain")
    assert (after.disposition, after.risk, after.priority) == ("emergency_department_now", "high", "HIGH")


def test_an_update_does_not_overwrite_a_nurses_draft(records: Records, desk: Desk, case: Case) -> None:
    mine = PAR | {"primary_concern": "otitis, seen"}
    records.cases.save_draft(case.case_id, desk.nurse, mine, 1)
    newer = PAR | {"primary_concern": "ear pain and fever"}
    after = records.cases.open_or_update(
        desk.session_id, **level("emergency_department_now"), primary_concern="ear pain", par=newer
    )
    assert after.par_draft == mine
    assert [v.par for v in records.cases.par_versions(case.case_id) if v.kind == "generated"] == [PAR, newer]


STALE: dict[str, Callable[[Records, Desk, str, int], object]] = {
    "claim": lambda r, d, c, v: r.cases.claim(c, d.nurse, v),
    "override": lambda r, d, c, v: r.cases.override(c, d.nurse, "self_care", "examined", "fine", v),
    "save_draft": lambda r, d, c, v: r.cases.save_draft(c, d.nurse, PAR, v),
    "sign": lambda r, d, c, v: r.cases.sign(c, d.nurse, PAR, v),
}


@pytest.mark.parametrize("name", STALE)
def test_a_stale_hand_is_told_and_changes_nothing(records: Records, desk: Desk, case: Case, name: str) -> None:
    with pytest.raises(Conflict):
        STALE[name](records, desk, case.case_id, case.version - 1)
    assert records.cases.get(case.case_id) == case


@pytest.mark.parametrize("name", STALE)
def test_a_signed_case_is_closed_to_every_hand(records: Records, desk: Desk, case: Case, name: str) -> None:
    signed = records.cases.sign(case.case_id, desk.nurse, PAR, case.version)
    with pytest.raises(Conflict):
        STALE[name](records, desk, case.case_id, signed.version)


NOT_NURSES: dict[str, Callable[[Records, Desk, Case], object]] = {
    "claim": lambda r, d, c: r.cases.claim(c.case_id, d.patient_account, c.version),
    "override": lambda r, d, c: r.cases.override(c.case_id, d.patient_account, "self_care", "examined", "x", c.version),
    "draft": lambda r, d, c: r.cases.save_draft(c.case_id, d.patient_account, PAR, c.version),
    "sign": lambda r, d, c: r.cases.sign(c.case_id, d.patient_account, PAR, c.version),
    "acknowledge": lambda r, d, c: r.cases.acknowledge(
        r.cases.add_task(c.session_id, None, "k", "t", "low"), d.patient_account
    ),
    "nobody": lambda r, d, c: r.cases.claim(c.case_id, "acc_nobody", c.version),
    "nurse no more": lambda r, d, c: (
        r.accounts.set_role(d.nurse.account_id, "auditor", "acc_admin"),
        r.cases.claim(c.case_id, d.nurse, c.version),
    ),
    "closed account": lambda r, d, c: (
        r.accounts.deactivate(d.nurse.account_id, "acc_admin"),
        r.cases.claim(c.case_id, d.nurse, c.version),
    ),
}


@pytest.mark.parametrize("name", NOT_NURSES)
def test_only_a_nurse_by_the_record_may_act(records: Records, desk: Desk, case: Case, name: str) -> None:
    with pytest.raises(NotAllowed):
        NOT_NURSES[name](records, desk, case)
    assert records.cases.get(case.case_id) == case


def test_a_case_has_one_nurse(records: Records, desk: Desk, case: Case) -> None:
    claimed = records.cases.claim(case.case_id, desk.nurse, case.version)
    assert (claimed.status, claimed.claimed_by) == ("claimed", desk.nurse.account_id)
    assert records.cases.claim(case.case_id, desk.nurse, claimed.version) == claimed
    with pytest.raises(Conflict):
        records.cases.claim(case.case_id, desk.other_nurse, claimed.version)


@pytest.mark.parametrize("to", ["self_care", "clinician_today", "ambulance_now", "unable_to_assess"])
def test_an_override_moves_case_and_latch_in_the_nurses_name(records: Records, desk: Desk, case: Case, to: str) -> None:
    after = records.cases.override(case.case_id, desk.nurse, to, "examined", " spoke on the phone ", case.version)
    review = records.cases.reviews(case.case_id)[0]
    assert (after.disposition, after.risk, after.version) == (to, RISKS[to], 2)
    assert records.interactions.session(desk.session_id).latched == to
    assert (review.kind, review.account_id, review.from_disposition) == (
        "overridden",
        desk.nurse.account_id,
        "emergency_department_now",
    )
    assert (review.to_disposition, review.reason_code, review.comment) == (to, "examined", "spoke on the phone")
    lowered = [e.actor for e in records.audit.search(type="risk.lowered")]
    assert lowered == ([] if to == "ambulance_now" else [desk.nurse.account_id])


@pytest.mark.parametrize(
    ("to", "code", "comment"),
    [
        ("self_care", "examined", ""),
        ("self_care", "examined", "  "),
        ("self_care", "because", "x"),
        ("fine", "examined", "x"),
    ],
)
def test_an_override_without_its_reasons_is_refused(
    records: Records, desk: Desk, case: Case, to: str, code: str, comment: str
) -> None:
    with pytest.raises(ValueError, match=r"override needs|not a disposition"):
        records.cases.override(case.case_id, desk.nurse, to, code, comment, case.version)
    assert records.interactions.session(desk.session_id).latched == "emergency_department_now"


def test_generated_draft_and_final_are_all_kept_with_their_differences(
    records: Records, desk: Desk, case: Case
) -> None:
    draft = PAR | {"primary_concern": "ear pain, left"}
    final = draft | {"key_findings": [{"text": "fever"}], "note": "seen"}
    records.cases.save_draft(case.case_id, desk.nurse, draft, 1)
    signed = records.cases.sign(case.case_id, desk.nurse, final, 2)
    versions = records.cases.par_versions(case.case_id)
    assert [(v.kind, v.par, v.case_version) for v in versions] == [
        ("generated", PAR, 1),
        ("draft", draft, 2),
        ("final", final, 3),
    ]
    assert [c["path"] for c in versions[2].diff] == ["key_findings[1]", "note", "primary_concern"]
    assert (signed.status, signed.par_final, signed.signed_by) == ("signed", final, desk.nurse.account_id)
    assert [r.kind for r in records.cases.reviews(case.case_id)] == ["drafted", "signed"]


def test_a_signed_case_that_gets_worse_is_new_again_and_one_that_does_not_stays(
    records: Records, desk: Desk, clock: FakeClock, case: Case
) -> None:
    signed = records.cases.sign(case.case_id, desk.nurse, PAR, 1)
    calm = records.cases.open_or_update(desk.session_id, **level("clinician_today"), primary_concern="other")
    assert calm == signed
    clock.advance(hours=1)
    par = PAR | {"primary_concern": "collapse"}
    worse = records.cases.open_or_update(desk.session_id, **level("ambulance_now"), primary_concern="collapse", par=par)
    assert (worse.status, worse.claimed_by, worse.par_draft, worse.par_final) == ("new", None, par, PAR)
    assert worse.waiting_since == "2026-11-16T10:00:00.000Z"


def test_unknown_cases_and_levels_are_refused(records: Records, desk: Desk, case: Case) -> None:
    with pytest.raises(NotFound):
        records.cases.get("cas_x")
    assert records.cases.by_session(desk.other_session_id) is None
    for bad in ({"disposition": "fine"}, {"risk": "none"}, {"priority": "high"}):
        with pytest.raises(ValueError, match=r"not a disposition|unknown risk"):
            records.cases.open_or_update(desk.other_session_id, **(level("self_care") | bad), primary_concern="x")


def test_a_task_is_told_once_a_turn_and_kind(records: Records, desk: Desk) -> None:
    turn = records.interactions.begin_turn(desk.session_id, "x", "n").turn_id
    first = records.cases.add_task(desk.session_id, turn, "emergency", "Call back", "critical")
    assert records.cases.add_task(desk.session_id, turn, "emergency", "Call back now", "critical") == first
    other = records.cases.add_task(desk.session_id, turn, "withheld", "Look", "medium")
    assert [t.task_id for t in records.cases.tasks()][:2] == [first, other]


def test_a_task_is_open_until_a_nurse_has_seen_it(records: Records, desk: Desk, clock: FakeClock) -> None:
    task_id = records.cases.add_task(desk.session_id, None, "emergency", "Call back", "critical")
    assert records.cases.note_alert(task_id).alerts == 1
    clock.advance(minutes=3)
    seen = records.cases.acknowledge(task_id, desk.nurse)
    assert (seen.status, seen.acknowledged_by, seen.alerts) == ("acknowledged", desk.nurse.account_id, 1)
    assert records.cases.acknowledge(task_id, desk.other_nurse) == seen
    assert (records.cases.tasks(), records.cases.tasks("acknowledged"), records.cases.tasks(None)) == (
        [],
        [seen],
        [seen],
    )


@pytest.mark.parametrize(
    ("before", "after", "paths"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": True}, ["a"]),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3, 4]}}, ["a.b[1]", "a.b[2]"]),
        ({"a": 1}, {}, ["a"]),
        ({}, {"a": None}, ["a"]),
        ({"a": [1]}, {"a": {"0": 1}}, ["a"]),
    ],
)
def test_a_difference_names_its_place(before: object, after: object, paths: list[str]) -> None:
    assert [change["path"] for change in diff_par(before, after)] == paths
