"""Reads what is wanted from a clause: things and how many of them, a service, an order's id."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_NUMBERS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "couple": 2, "pair": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10,
    "dozen": 12,
}  # fmt: skip
_STRENGTH = re.compile(r"\b\d+(?:\.\d+)?\s*(?:mg|mcg|µg|ml|g|%|units?)\b", re.I)
_ASKING = re.compile(
    r"^.*?\b(?:order|re-?order|buy|purchase|deliver|send|get|ship|post|mail|bring|need|want|like|have|sell|stock|carry|got"
    r"|give|add|find|any|price of|cost of|much (?:is|are|does)|cancel|refill|renew|out of|low on|more of"
    r"|prescription (?:for|of)|where(?:'s| is| are)|there)\b",
    re.I,
)
_LEADING = re.compile(
    r"^(?:to|me|us|him|her|you|have|get|buy|order|send|sell|over|out|a|an|the|some|any|my|our|more|another|extra|new|few|of"
    r"|please|also|just|usual|regular|monthly|repeat|prescription|refill|for|is|are|does|running|low|on|couple|pair|dozen"
    r"|packs?|packets?|box(?:es)?|bottles?|tubes?|strips? of|sets? of|rolls?|bags?|one|two|three|four|five|six|ten|\d+"
    r"|x)\b[\s,]*",
    re.I,
)
_TRAILING = re.compile(
    r"[\s,]*\b(?:please|pls|thanks|thank you|for (?:me|us|my|his|her|the|a|him|home|delivery)\b.*"
    r"|to (?:my|our|the) (?:home|house|address|door)\b.*|as well|too|also|today|tomorrow|asap|as soon as possible|now"
    r"|if (?:you|possible)\b.*|from (?:the|you|your)\b.*|at home|over|again|in stock|available|cost|delivered|sent"
    r"|because\b.*|refill(?:ed)?|i ordered\b.*|any ?more|order|delivery)$",
    re.I,
)
_JOIN = re.compile(r"\s*(?:,|\band\b|&|\bplus\b|\bas well as\b)\s*", re.I)
_ORDER_ID = re.compile(r"\bord_[\w-]{6,}")
MAX_THINGS: Final = 3
"""Things taken from one clause; a longer list is cut and the patient is told to send the rest."""


@dataclass(frozen=True)
class Thing:
    """Something a patient asks for: words to search by, and how many."""

    query: str
    quantity: int = 1


def read_things(clause: str) -> tuple[Thing, ...]:
    """The things named in a request, in order; empty where none is named."""
    text = _STRENGTH.sub(" ", clause)
    found = _ASKING.match(text)
    wanted = text[found.end() :] if found else text
    things = [_thing(part) for part in _JOIN.split(wanted) if part.strip()]
    named = [t for t in things if re.search(r"[a-z]{3,}|\bors\b|\bbp\b", t.query, re.I)]
    return tuple(dict.fromkeys(named))


def _thing(part: str) -> Thing:
    part = part.strip(" .,!?'\"")
    quantity = 0
    while True:
        shorter = _LEADING.sub("", part, count=1)
        word = part.split(maxsplit=1)[0].lower().strip(",x") if part.split() else ""
        if shorter == part or not part:
            break
        quantity = quantity if quantity > 1 else _NUMBERS.get(word, int(word) if word.isdigit() else quantity)
        part = shorter
    previous = ""
    while part != previous:
        previous, part = part, _TRAILING.sub("", part).strip(" .,!?'\"")
    return Thing(part.lower(), max(quantity, 1))


def read_service(clause: str, services: Mapping[str, Sequence[str]]) -> str | None:
    """The service a clause names, as the scheduling tool knows it; None where any will do."""
    text = clause.lower()
    for service, words in services.items():
        if any(re.search(rf"\b{re.escape(w)}\b", text) for w in words):
            return service
    return None


def read_record(clause: str, records: Mapping[str, Sequence[str]]) -> str | None:
    """The named query that answers a question about the patient's own record."""
    text = clause.lower()
    return next((name for name, words in records.items() if any(w in text for w in words)), None)


def read_order_id(clause: str) -> str | None:
    """An order's id, where the patient typed it."""
    found = _ORDER_ID.search(clause)
    return found.group() if found else None
