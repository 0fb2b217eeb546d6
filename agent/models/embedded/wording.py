"""The fixed sentences, filled in. They are data; this module only knows which ones there must be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

PHRASES: Final[Mapping[str, frozenset[str]]] = {
    "ack.symptom": frozenset({"complaint"}),
    "ack.answer": frozenset(),
    "ack.health": frozenset(),
    "ack.not_understood": frozenset(),
    "emergency.follow": frozenset(),
    "emergency.left": frozenset(),
    "come_back": frozenset({"signs"}),
    "triage.unavailable": frozenset(),
    "nothing_found": frozenset(),
    "guidelines.unavailable": frozenset(),
    "clinic.unknown": frozenset(),
    "offer.one": frozenset({"what"}),
    "offer.many": frozenset({"what"}),
    "offer.waiting": frozenset(),
    "declined": frozenset({"what"}),
    "not_possible": frozenset({"what"}),
    "left_over": frozenset(),
    "booking.day_full": frozenset({"day"}),
    "booking.others": frozenset({"times"}),
    "booking.none": frozenset(),
    "booking.no_service": frozenset({"service"}),
    "booking.instead": frozenset(),
    "appointments.none": frozenset(),
    "appointments.list": frozenset({"appointments"}),
    "appointments.instead": frozenset(),
    "refer.to_what": frozenset(),
    "refer.instead": frozenset(),
    "item.which": frozenset(),
    "item.none": frozenset(),
    "item.info": frozenset({"item", "price", "stock"}),
    "item.warned": frozenset({"warnings"}),
    "item.instead": frozenset(),
    "refill.which": frozenset(),
    "refill.which_of": frozenset({"medicines"}),
    "orders.none": frozenset(),
    "orders.list": frozenset({"orders"}),
    "orders.instead": frozenset(),
    "record.list": frozenset({"record", "entries"}),
    "record.none": frozenset({"record"}),
    "record.which": frozenset(),
    "record.unavailable": frozenset(),
    "human": frozenset(),
    "off_topic": frozenset(),
    "abusive": frozenset(),
    "complaint": frozenset(),
    "greeting": frozenset(),
    "thanks": frozenset(),
    "goodbye": frozenset(),
    "finish": frozenset(),
    "agreed": frozenset(),
    "refused": frozenset(),
    "unclear": frozenset(),
    "what.appointment": frozenset({"when"}),
    "what.reschedule": frozenset({"when"}),
    "what.cancel_appointment": frozenset({"when"}),
    "what.refer": frozenset({"service"}),
    "what.order": frozenset({"item"}),
    "what.medicine": frozenset(),
    "what.prescription": frozenset(),
    "what.cancel_order": frozenset({"item"}),
    "what.this": frozenset(),
    "record.my_allergies": frozenset(),
    "record.my_medicines": frozenset(),
    "record.my_conditions": frozenset(),
    "record.my_recent_vitals": frozenset(),
    "record.my_visits": frozenset(),
}
"""Every phrase by key, with the gaps it must have."""

_GAP = re.compile(r"\{([a-z_]+)\}")


class Wording:
    """Says a phrase by its key.

    Args:
        phrases: Texts by key.

    Raises:
        ValueError: a phrase is missing, is unknown, or has other gaps than it should; the text names its key.
    """

    def __init__(self, phrases: Mapping[str, str]) -> None:
        for key, gaps in PHRASES.items():
            if key not in phrases:
                raise ValueError(f"no phrase for {key}")
            if set(_GAP.findall(phrases[key])) != gaps:
                raise ValueError(f"phrase {key} must have these gaps and no others: {sorted(gaps)}")
        if unknown := phrases.keys() - PHRASES.keys():
            raise ValueError(f"phrases nobody says: {', '.join(sorted(unknown))}")
        self._phrases = dict(phrases)

    def __call__(self, key: str, **values: str) -> str:
        """The phrase with its gaps filled in."""
        return _GAP.sub(lambda gap: values[gap[1]], self._phrases[key])


def listed(parts: Sequence[str], last: str = "and") -> str:
    """Join parts as people write a list: "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""


def as_sentence(text: str) -> str:
    """The text on one line, with an end mark."""
    line = " ".join(text.split())
    return line if not line or line[-1] in ".!?" else f"{line}."
