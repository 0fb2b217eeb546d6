"""Moments as staff read them, in the clinic's own time: short, sortable, and how long ago or how soon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from agent import Settings
from data.clock import from_text


@lru_cache(maxsize=1)
def clinic_zone() -> ZoneInfo:
    """The clinic's time zone (PRELUDE_TIMEZONE)."""
    return ZoneInfo(Settings().timezone)


def now() -> datetime:
    """The present, aware UTC."""
    return datetime.now(UTC)


def clock_time(at: str | None, *, seconds: bool = False) -> str:
    """An ISO moment as `14:05`, with the day before it when that is not today; empty for None."""
    if not at:
        return ""
    moment = from_text(at).astimezone(clinic_zone())
    time = moment.strftime("%H:%M:%S" if seconds else "%H:%M")
    return time if moment.date() == now().astimezone(clinic_zone()).date() else f"{moment.day} {moment:%b} {time}"


def sortable(at: str) -> str:
    """An ISO moment as `2026-11-21 14:05:09`."""
    return from_text(at).astimezone(clinic_zone()).strftime("%Y-%m-%d %H:%M:%S")


def span(length: timedelta) -> str:
    """A length of time in its largest useful unit: `under a minute`, `12 min`, `3 h 20 min`, `2 days`."""
    minutes = int(abs(length).total_seconds() // 60)
    if minutes < 1:
        return "under a minute"
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest and hours < 10 else f"{hours} h"
    return f"{hours // 24} days"


def since(at: str) -> timedelta:
    """How long ago an ISO moment was; negative for one to come."""
    return now() - from_text(at)


def is_late(due_at: str | None) -> bool:
    """Whether a due moment has passed."""
    return due_at is not None and from_text(due_at) < now()
