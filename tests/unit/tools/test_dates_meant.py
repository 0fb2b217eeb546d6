"""Days as patients say them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from agent.tools.when import dates_meant, slot_words

WEDNESDAY = date(2026, 11, 18)
TABLE: list[tuple[str | None, list[date] | None]] = [
    (None, None),
    ("", None),
    ("any", None),
    ("next_available", None),
    ("today", [date(2026, 11, 18)]),
    (" Tomorrow ", [date(2026, 11, 19)]),
    ("thursday", [date(2026, 11, 19)]),
    ("wednesday", [date(2026, 11, 25)]),
    ("on Friday", [date(2026, 11, 20)]),
    ("this monday", [date(2026, 11, 23)]),
    ("next tuesday", [date(2026, 11, 24)]),
    ("this_week", [date(2026, 11, d) for d in range(18, 25)]),
    ("next week", [date(2026, 11, d) for d in range(23, 30)]),
    ("2026-12-01", [date(2026, 12, 1)]),
    ("2026-01-01", [date(2026, 1, 1)]),
]


@pytest.mark.parametrize(("words", "days"), TABLE)
def test_dates_meant(words: str | None, days: list[date] | None) -> None:
    assert dates_meant(words, WEDNESDAY) == days


@pytest.mark.parametrize("words", ["someday", "2026-13-01", "31/12/2026", "tomorrow or today", "monday;", "\0"])
def test_what_is_no_day(words: str) -> None:
    with pytest.raises(ValueError):  # date's own words
        dates_meant(words, WEDNESDAY)


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("UTC", "Monday 23 November at 23:30"),
        ("Europe/Berlin", "Tuesday 24 November at 00:30"),
        ("America/New_York", "Monday 23 November at 18:30"),
    ],
)
def test_slot_words_are_in_the_clinics_own_time(zone: str, words: str) -> None:
    moment = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert slot_words(moment, ZoneInfo(zone)) == words
    assert slot_words("2026-11-23T23:30:00.000Z", ZoneInfo(zone)) == words
