"""How long: "for 20 minutes", "since Tuesday", "x2h", "3/7", "all night", in hours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.triage.numbers import NumberReader

_HOURS = {
    "sec": 1 / 3600,
    "min": 1 / 60,
    "h": 1.0,
    "d": 24.0,
    "night": 24.0,
    "w": 168.0,
    "fortnight": 336.0,
    "mo": 730.0,
    "y": 8766.0,
}
_UNIT = (
    r"(?P<unit>sec(?:ond)?s?|min(?:ute)?s?|h(?:ou)?rs?|h|days?|d|nights?|w(?:ee)?ks?|w|fortnights?|months?|mths?|mo|"
    r"years?|yrs?)\b"
)
_SHORTHAND = {"7": 24.0, "52": 168.0, "12": 730.0}

# Hours up to now of words that name a moment; today's weekday is unknown, so a weekday is taken as half a week ago.
_MOMENTS: tuple[tuple[str, float], ...] = (
    (r"(?:since )?(?:the )?day before yesterday", 48),
    (r"(?:since )?yesterday", 24),
    (r"(?:since )?last night|overnight|all night|through the night", 12),
    (r"(?:since )?this morning|since (?:i |he |she )?(?:woke|waking|got up)|since breakfast", 6),
    (r"(?:since )?this (?:afternoon|evening)|since lunch(?:time)?|tonight", 4),
    (r"since (?:last )?(?:mon|tues?|wed(?:nes)?|thurs?|fri|sat(?:ur)?|sun)(?:day)?|since the weekend", 84),
    (r"(?:since )?last week|all week|(?:for )?(?:the )?(?:past|last) week|for a week", 168),
    (r"(?:since )?last month|(?:for )?(?:the )?(?:past|last) month|for a month", 730),
    (r"since last year|(?:for )?(?:the )?(?:past|last) year|for a year", 8766),
    (r"all day|since today|today", 8),
    (r"for (?:many |several )?hours|hours ago", 5),
    (r"for (?:many |several )?days|for (?:the )?(?:past|last) few days|the other day|days now", 72),
    (r"for (?:many |several )?weeks|weeks now", 504),
    (r"for (?:many |several )?months|months now|for ages|for a long time", 2190),
    (
        r"for (?:many |several )?years|years now|all my life|since (?:birth|childhood|i was)|since 20\d\d|since 19\d\d",
        17532,
    ),
    (r"just (?:now|started|happened|began)|a moment ago|moments ago|right now started", 0.25),
)
_NOT_A_DURATION_BEFORE = re.compile(
    r"(?:every|each|per|next|times|twice|once|x|in another|under|less than once in|daily|age|aged|at)\s*$"
)
_NOT_A_DURATION_AFTER = re.compile(
    r"\s*-?\s*(?:old\b|of age|pregnant|preg\b|gestation|postpartum|post partum|after (?:giving )?birth|o\b|y/?o\b|"
    r"later|away|drive|walk|shift)"
)
_NEEDS_CUE = frozenset({"a", "an", "one", "single"})
_AHEAD = re.compile(r"\bin\s*$")
_NOT_IN_SO_LONG = re.compile(r"\b(?:not?|never|first|haven't|hasn't|hadn't)\b|n't\b")
"""What lies ahead or tells a pace ("in three weeks") is no length of time; "not slept in three days" is one."""
_DURATION_CUE = re.compile(
    r"(?:for|about|around|over|past|last|than|nearly|almost|within|after|lasted|lasting|only)\s*$"
)


@dataclass(frozen=True)
class Duration:
    """A length of time in hours at a span of the normalised text."""

    hours: float
    start: int
    end: int


class DurationReader:
    """Finds durations that reach up to now or tell how long something lasted."""

    def __init__(self, numbers: NumberReader) -> None:
        self._numbers = numbers
        number = numbers.pattern
        self._counted = re.compile(
            rf"(?<![\d/.])(?P<n>{number})(?:\s*(?:-|–|to|or)\s*(?P<m>{number}))?(?P<and_half>\s+and a half)?"
            rf"\s*(?:or so |odd |full |whole |solid )?-?\s*{_UNIT}(?P<tail>\s+and a half)?"
        )
        self._shorthand = re.compile(r"(?<![\d/])(?P<n>\d{1,2})/(?P<unit>7|52|12)\b(?!\s*(?:old|/))")
        self._moments = [(re.compile(rf"\b(?:{pattern})\b"), hours) for pattern, hours in _MOMENTS]

    def find(self, text: str, start: int, end: int, taken: Sequence[tuple[int, int]] = ()) -> list[Duration]:
        """Durations in ``text[start:end]`` that do not touch a ``taken`` span (ages, weeks of pregnancy), in order."""
        found: list[Duration] = []
        for duration in self._candidates(text, start, end):
            spans = [*taken, *((d.start, d.end) for d in found)]
            if all(duration.end <= a or b <= duration.start for a, b in spans):
                found.append(duration)
        return sorted(found, key=lambda d: d.start)

    def _candidates(self, text: str, start: int, end: int) -> Iterator[Duration]:
        for match in self._counted.finditer(text, start, end):
            before, after = text[start : match.start()], text[match.end() : end]
            if _NOT_A_DURATION_BEFORE.search(before) and not re.search(r"\bx\s*$", before):
                continue
            if _AHEAD.search(before) and not _NOT_IN_SO_LONG.search(before):
                continue
            if _NOT_A_DURATION_AFTER.match(after):
                continue
            if match["n"] in _NEEDS_CUE and not (_DURATION_CUE.search(before) or re.match(r"\s*(?:ago|now)\b", after)):
                continue
            amount = max(self._numbers.read(match["n"]), self._numbers.read(match["m"]) if match["m"] else 0.0)
            amount += 0.5 if match["and_half"] or match["tail"] else 0.0
            yield Duration(amount * _unit_hours(match["unit"]), match.start(), match.end())
        for match in self._shorthand.finditer(text, start, end):
            yield Duration(float(match["n"]) * _SHORTHAND[match["unit"]], match.start(), match.end())
        for pattern, hours in self._moments:
            for match in pattern.finditer(text, start, end):
                yield Duration(hours, match.start(), match.end())


def _unit_hours(unit: str) -> float:
    for prefix in ("sec", "min", "mo", "mth", "night", "fortnight", "h", "d", "w", "y"):
        if unit.startswith(prefix):
            return _HOURS["mo" if prefix == "mth" else prefix]
    raise ValueError("a unit the pattern does not know")
