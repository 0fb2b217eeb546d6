"""Somebody beside the patient is in danger: the writer is told what to do, whoever the session is about."""

from __future__ import annotations

import pytest

from agent.events import EmergencyNotice
from tests.integration.conftest import OpenHouse
from tests.small_clinic import of_kind


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("My daughter has a runny nose. My mother has crushing chest pain and is sweating.", "ambulance_now"),
        ("My daughter has a runny nose. My mother had a cold last week.", None),
    ],
)
def test_the_emergency_of_somebody_else_is_one_too(small_clinic: OpenHouse, text: str, level: str | None) -> None:
    house = small_clinic()
    events = house.say(house.session(None, "daughter", age_years=4, sex="female"), text)
    assert [e.disposition.value for e in of_kind(events, EmergencyNotice)] == ([level] if level else [])
