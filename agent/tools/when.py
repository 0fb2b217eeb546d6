"""Days as patients say them, and times as they read them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from data.clock import from_text

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def dates_meant(words: str | None, today: date) -> list[date] | None:
    """The days a word stands for, first first; None for any day. Raises ValueError for what is no day.

    A weekday is its next occurrence, today excluded; ``this_week`` runs from today for seven days.
    """
    text = (words or "").strip().casefold().replace("_", " ")
    if text in ("", "any", "anytime", "soon", "next available"):
        return None
    if text == "today":
        return [today]
    if text == "tomorrow":
        return [today + timedelta(days=1)]
    if text in ("this week", "week"):
        return [today + timedelta(days=n) for n in range(7)]
    if text == "next week":
        monday = today + timedelta(days=7 - today.weekday())
        return [monday + timedelta(days=n) for n in range(7)]
    weekday = text.removeprefix("on ").removeprefix("this ").removeprefix("next ")
    if weekday in WEEKDAYS:
        return [today + timedelta(days=(WEEKDAYS.index(weekday) - today.weekday() - 1) % 7 + 1)]
    return [date.fromisoformat(text)]


def slot_words(moment: str | datetime, zone: ZoneInfo, locale: str = "en") -> str:
    """For example "Monday 23 November at 09:20"; takes a time as the records keep it, or an aware datetime."""
    at = from_text(moment) if isinstance(moment, str) else moment
    return format_datetime(at, "EEEE d MMMM 'at' HH:mm", tzinfo=zone, locale=locale)
