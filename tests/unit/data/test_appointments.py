"""A time belongs to the first who books it, on the clinic's own clock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from data.actions import Actions
from data.errors import Conflict, DataError, NotFound, SlotTaken
from data.records import Records
from tests.unit.data.conftest import Desk, FakeClock, Who, counting_ids

SLOT_SEARCHES = [
    ({}, ["0_13", "0_18", "1_8", "1_13", "1_18", "2_8"]),  # it is 9:00: today's 8:00 has passed
    ({"limit": 2}, ["0_13", "0_18"]),
    ({"on": date(2026, 11, 17)}, ["1_8", "1_13", "1_18"]),
    ({"part_of_day": "morning"}, ["1_8", "2_8"]),
    ({"on": date(2026, 11, 18), "part_of_day": "evening"}, ["2_18"]),
    ({"service": "svc_gp", "limit": 1}, ["0_13"]),
    ({"service": "general PRACTICE", "limit": 1}, ["0_13"]),
    ({"service": "svc_ent"}, []),
    ({"on": date(2026, 11, 15)}, []),
    ({"on": date.max}, []),
    ({"on": date.min}, []),
    ({"service": "\ud800"}, []),
    ({"limit": 0}, []),
]


@pytest.mark.parametrize(("criteria", "found"), SLOT_SEARCHES)
def test_free_slots_fit_what_was_asked(actions: Actions, criteria: dict[str, object], found: list[str]) -> None:
    slots = actions.free_slots(**criteria)
    assert [slot.slot_id.removeprefix("slo_") for slot in slots] == found


def test_days_and_parts_of_days_are_the_clinics_own(records: Records, actions: Actions, clock: FakeClock) -> None:
    tokyo = Actions(records.store, records.audit, clock, counting_ids(), ZoneInfo("Asia/Tokyo"))
    # 18:00 UTC is 3:00 of the next morning there.
    assert [s.slot_id for s in tokyo.free_slots(on=date(2026, 11, 17), part_of_day="morning")] == ["slo_0_18"]
    with pytest.raises(ValueError, match="part of the day"):
        tokyo.free_slots(part_of_day="teatime")


def test_a_booked_slot_is_gone_and_comes_back_when_cancelled(
    actions: Actions, anns: Who, bobs: Who, desk: Desk
) -> None:
    receipt = actions.book("slo_1_8", "ear pain", **anns())
    assert receipt.text == "Booked: General practice with Dr Lee, Tuesday 17 November 2026 at 08:00, Room 1."
    assert "slo_1_8" not in [s.slot_id for s in actions.free_slots(limit=20)]
    with pytest.raises(SlotTaken):
        actions.book("slo_1_8", "x", **bobs())
    assert [a.reason for a in actions.appointments_of(desk.patient_id)] == ["ear pain"]
    assert actions.cancel_appointment(receipt.ref_id, **anns()).action == "cancelled"
    assert actions.book("slo_1_8", "x", **bobs()).action == "booked"
    with pytest.raises(Conflict):
        actions.cancel_appointment(receipt.ref_id, **anns())


@pytest.mark.parametrize(("slot_id", "error"), [("slo_0_8", SlotTaken), ("slo_x", NotFound), ("\ud800\x00", NotFound)])
def test_a_slot_of_the_past_or_of_nowhere_is_refused(
    actions: Actions, anns: Who, slot_id: str, error: type[DataError]
) -> None:
    with pytest.raises(error):
        actions.book(slot_id, "x", **anns())


def test_of_sixteen_who_book_at_once_one_wins(actions: Actions, anns: Who, bobs: Who, records: Records) -> None:
    def book(number: int) -> bool:
        try:
            actions.book("slo_1_8", "x", **(anns() if number % 2 else bobs()))
        except SlotTaken:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(book, range(16))) == 1
    taken = records.store.row("SELECT count(*) AS n FROM appointments WHERE slot_id = 'slo_1_8'")
    assert taken == {"n": 1}


def test_moving_a_visit_does_both_or_neither(actions: Actions, anns: Who, bobs: Who, desk: Desk) -> None:
    mine = actions.book("slo_1_8", "ear", **anns()).ref_id
    actions.book("slo_1_13", "x", **bobs())
    with pytest.raises(SlotTaken):
        actions.reschedule(mine, "slo_1_13", **anns())
    assert actions.appointment(mine).status == "booked"
    moved = actions.reschedule(mine, "slo_2_8", **anns())
    assert (moved.action, actions.appointment(mine).status) == ("booked", "moved")
    assert [(a.slot_id, a.status) for a in actions.appointments_of(desk.patient_id)] == [
        ("slo_1_8", "moved"),
        ("slo_2_8", "booked"),
    ]
    assert "slo_1_8" in [s.slot_id for s in actions.free_slots(limit=20)]


def test_a_visit_that_has_begun_is_not_cancelled(actions: Actions, anns: Who, clock: FakeClock) -> None:
    receipt = actions.book("slo_0_13", "x", **anns())
    clock.advance(hours=5)
    with pytest.raises(Conflict):
        actions.cancel_appointment(receipt.ref_id, **anns())


@pytest.mark.parametrize("service", ["svc_ent", "ear NOSE and throat"])
def test_a_referral_goes_to_a_service_that_exists(actions: Actions, anns: Who, service: str) -> None:
    assert actions.refer(service, "hearing loss", **anns()).text == "Referred to Ear nose and throat."
    with pytest.raises(NotFound):
        actions.refer("svc_x", "x", **anns())
