"""Times as people in the clinic read them: its own time zone, days by name."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from agent import Settings
from data.clock import from_text


def clock_time(moment: str) -> str:
    """For example "09:20". Takes a time as the records keep it."""
    return _formatted(moment, "HH:mm")


def day_and_time(moment: str) -> str:
    """For example "Monday 23 November at 09:20"."""
    return _formatted(moment, "EEEE d MMMM 'at' HH:mm")


def _formatted(moment: str, pattern: str) -> str:
    settings = Settings()
    return format_datetime(from_text(moment), pattern, tzinfo=ZoneInfo(settings.timezone), locale=settings.locale)
