"""Times, things and services in a clause."""

from __future__ import annotations

from datetime import date

import pytest

from agent.models.embedded.wanted import Thing, read_order_id, read_service, read_things
from agent.models.embedded.when import only_time, read_when
from knowledge.schema_intents import load_intents

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("clause", "on", "part", "minutes"),
    [
        ("book me for tomorrow", "tomorrow", None, None),
        ("today please", "today", None, None),
        ("tomorow afternoon", "tomorrow", "afternoon", None),
        ("the day after tomorrow", "2026-11-22", None, None),
        ("on Monday morning", "2026-11-23", "morning", None),
        ("on Friday", "2026-11-27", None, None),
        ("this Friday", "2026-11-20", None, None),
        ("next Friday", "2026-11-27", None, None),
        ("Tuesday next week", "2026-11-24", None, None),
        ("next week", "next_week", None, None),
        ("sometime this week", "this_week", None, None),
        ("in 3 days", "2026-11-23", None, None),
        ("in two weeks", "2026-12-04", None, None),
        ("on 24 November at 10:30", "2026-11-24", None, 630),
        ("Jan 5th", "2027-01-05", None, None),
        ("2026-12-01", "2026-12-01", None, None),
        ("at 3pm", None, None, 900),
        ("12 am", None, None, 0),
        ("as soon as possible", None, None, None),
        ("my temperature is 38.5", None, None, None),
        ("30 February", None, None, None),
        ("I feel sick", None, None, None),
        ("saturated fat is bad", None, None, None),
        ("the sun hurts my eyes", "2026-11-22", None, None),  # a weak spot: "sun" reads as Sunday
    ],
)
def test_a_wish_about_time(clause: str, on: str | None, part: str | None, minutes: int | None) -> None:
    when = read_when(clause, FRIDAY)
    assert (when.on, when.part_of_day, when.minutes) == (on, part, minutes)


def test_without_todays_date_a_weekday_is_left_out() -> None:
    assert read_when("on Monday", None).on is None
    assert read_when("tomorrow", None).on == "tomorrow"


@pytest.mark.parametrize(
    ("clause", "alone"),
    [
        ("tomorrow morning please", True),
        ("Friday at 10", True),
        ("next week is fine", True),
        ("since Monday", False),
        ("my head hurts today", False),
        ("please", False),
    ],
)
def test_a_time_alone(clause: str, alone: bool) -> None:
    assert only_time(clause, FRIDAY) is alone


@pytest.mark.parametrize(
    ("clause", "things"),
    [
        ("send me a thermometer", [Thing("thermometer")]),
        ("could you order two boxes of plasters and a thermometer", [Thing("plasters", 2), Thing("thermometer")]),
        ("I need 3 packs of gauze, please", [Thing("gauze", 3)]),
        ("I want to buy some paracetamol 500 mg", [Thing("paracetamol")]),
        ("do you sell hay fever tablets", [Thing("hay fever tablets")]),
        ("refill my amlodipine", [Thing("amlodipine")]),
        ("get me a blood pressure monitor for my mother", [Thing("blood pressure monitor")]),
        ("send a couple of ice packs to my home", [Thing("ice packs", 2)]),
        ("order", []),
    ],
)
def test_things_and_how_many(clause: str, things: list[Thing]) -> None:
    assert list(read_things(clause)) == things


@pytest.mark.parametrize(
    ("clause", "service"),
    [
        ("book me with the nurse", "Nurse clinic"),
        ("I want my flu jab", "Nurse clinic"),
        ("see a doctor tomorrow", "Same-day GP"),
        ("an appointment by phone", "Telephone and medicines review"),
        ("physio on Monday", "physiotherapy"),
        ("an appointment", None),
        ("I was nursing my baby", None),
    ],
)
def test_a_service(clause: str, service: str | None) -> None:
    assert read_service(clause, load_intents().services) == service


def test_an_order_id_is_taken_as_typed_and_nothing_else() -> None:
    assert read_order_id("cancel ord_Jx3-abc_9 please") == "ord_Jx3-abc_9"
    assert read_order_id("cancel my order number 12345678") is None
