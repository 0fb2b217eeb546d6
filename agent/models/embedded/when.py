"""Reads wishes about time ("tomorrow afternoon", "next Friday", "at 10:30") from a clause."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_COUNTS: Final = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}

_PART = re.compile(r"\b(morning|afternoon|evening|lunch ?time|after (?:work|school)|noon)\b|\bfirst thing\b", re.I)
_CLOCK = re.compile(
    r"\b(?:at|around|about|by)?\s*(?:(\d{1,2})[:.](\d{2})\s*(am|pm|a\.m|p\.m)?|(\d{1,2})\s*(am|pm|a\.m|p\.m|o'?clock))\b",
    re.I,
)
_WEEKDAY = re.compile(
    r"\b(?:(next|this|coming)\s+)?(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?\b", re.I
)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_DAY_MONTH = re.compile(
    r"\b(?:(\d{1,2})(?:st|nd|rd|th)?(?: of)? (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
    r"|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (\d{1,2})(?:st|nd|rd|th)?)\b",
    re.I,
)
_IN_DAYS = re.compile(r"\bin (a|\w+) (days?|weeks?)(?:'? time)?\b", re.I)
_TIME_WORDS = re.compile(
    r"\b(?:today|tonight|tomorrow|tmr|tmrw|day after tomorrow|this week|next week|week|as soon as possible|asap|soonest"
    r"|earliest|on|at|in|the|for|about|around|by|any ?time|please|or|and|is|fine|would be|good|best|better|works|me"
    r"|how|what|maybe|preferably|if possible|later|earlier|instead|can|we|do|it|does|work|a|day|time|slot|one)\b",
    re.I,
)


@dataclass(frozen=True)
class When:
    """A wish about time.

    ``on`` is a tool's value for the day ("tomorrow", "this_week", "next_week", an ISO date), None for any day, and
    ``words`` the same for people. ``minutes`` is the time of day wanted, in minutes after midnight.
    """

    on: str | None = None
    part_of_day: str | None = None
    minutes: int | None = None
    words: str = ""

    @property
    def given(self) -> bool:
        """True where the clause says anything about time."""
        return bool(self.on or self.part_of_day or self.minutes is not None)


ANY_TIME: Final = When()
"""No wish at all."""


def read_when(clause: str, today: date | None) -> When:
    """The wish about time in a clause.

    Args:
        clause: One clause, any case.
        today: Today at the clinic; without it weekday names are left out.
    """
    on, words = _day(clause.lower(), today)
    return When(on, _part(clause), _minutes(clause), words)


def only_time(clause: str, today: date | None) -> bool:
    """True where a clause says nothing but a time ("tomorrow morning please")."""
    if not read_when(clause, today).given:
        return False
    rest = clause
    for pattern in (_ISO, _DAY_MONTH, _IN_DAYS, _WEEKDAY, _CLOCK, _PART, _TIME_WORDS):
        rest = pattern.sub(" ", rest)
    return not re.search(r"[a-z]{2,}", rest, re.I)


def _day(text: str, today: date | None) -> tuple[str | None, str]:
    if re.search(r"\bday after tomorrow\b", text) and today:
        return (today + timedelta(days=2)).isoformat(), "the day after tomorrow"
    if re.search(r"\b(?:today|tonight|this (?:morning|afternoon|evening)|same-?day)\b", text):
        return "today", "today"
    if re.search(r"\b(?:tomorrow|tomorow|tommorow|tommorrow|tmrw?)\b", text):
        return "tomorrow", "tomorrow"
    if (found := _ISO.search(text)) and (day := _date(int(found[1]), int(found[2]), int(found[3]))):
        return day.isoformat(), day.isoformat()
    if today is None:
        return None, ""
    if found := _DAY_MONTH.search(text):
        month = _MONTHS.index((found[2] or found[3])[:3]) + 1
        wanted = _date(today.year, month, int(found[1] or found[4]))
        if wanted and wanted < today:
            wanted = _date(today.year + 1, month, wanted.day)
        if wanted:
            return wanted.isoformat(), found.group()
    if found := _WEEKDAY.search(text):
        return _weekday(found, text, today)
    if re.search(r"\bnext week\b", text):
        return "next_week", "next week"
    if re.search(r"\bthis week\b", text):
        return "this_week", "this week"
    if (found := _IN_DAYS.search(text)) and (count := _COUNTS.get(found[1]) or _number(found[1])):
        day = today + timedelta(days=count * (7 if found[2].startswith("week") else 1))
        return day.isoformat(), found.group()
    return None, ""


def _weekday(found: re.Match[str], text: str, today: date) -> tuple[str | None, str]:
    """A plain "Friday" lies after today, "next Friday" in next week, and "this Friday" may be today."""
    which = next(i for i, name in enumerate(WEEKDAYS) if name.startswith(found[2][:3]))
    ahead = (which - today.weekday()) % 7
    if found[1] == "next" or re.search(r"\bnext week\b", text):
        ahead = 7 - today.weekday() + which
    elif found[1] != "this" and ahead == 0:
        ahead = 7
    return (today + timedelta(days=ahead)).isoformat(), WEEKDAYS[which].capitalize()


def _part(text: str) -> str | None:
    found = _PART.search(text)
    if not found:
        return None
    word = (found[1] or "morning").lower()
    if word in {"morning", "afternoon", "evening"}:
        return word
    return "evening" if word.startswith("after ") else "afternoon"


def _minutes(text: str) -> int | None:
    found = _CLOCK.search(text)
    if not found:
        return None
    hour, minute = int(found[1] or found[4]), int(found[2] or 0)
    half = (found[3] or found[5] or "").lower().replace(".", "")
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _number(word: str) -> int:
    return int(word) if word.isdigit() and int(word) <= 60 else 0
