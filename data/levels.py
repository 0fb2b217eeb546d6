"""Dispositions as the records order them.

The same table as knowledge.levels, which data may not import; a test holds the two together.
"""

from __future__ import annotations

RANKS = {
    "ambulance_now": 5,
    "emergency_department_now": 4,
    "clinician_today": 3,
    "clinician_this_week": 2,
    "self_care": 1,
    "unable_to_assess": 0,
}
RISKS = {
    "ambulance_now": "critical",
    "emergency_department_now": "high",
    "clinician_today": "medium",
    "clinician_this_week": "medium",
    "self_care": "low",
    "unable_to_assess": "not_rated",
}
PRIORITIES = {"critical": "HIGH", "high": "HIGH", "medium": "MEDIUM", "not_rated": "MEDIUM", "low": "LOW"}
WINDOW_HOURS: dict[str, float | None] = {
    "ambulance_now": 0.0,
    "emergency_department_now": 1.0,
    "clinician_today": 24.0,
    "clinician_this_week": 168.0,
    "self_care": None,
    "unable_to_assess": 24.0,
}
QUEUE_ORDER = {"critical": 0, "high": 1, "not_rated": 2, "medium": 2, "low": 3}
"""Place in the nurse's queue. What nobody could rate waits with the medium cases, never after them."""


def checked_disposition(value: object) -> str:
    """The disposition's text.

    Raises:
        ValueError: not one of the six.
    """
    text = str(value)
    if text not in RANKS:
        raise ValueError("not a disposition")
    return text


def is_worse(new: str, old: str | None) -> bool:
    """True when `new` is more urgent than `old`; any rating is more than none at all."""
    return old is None or RANKS[new] > RANKS[old]
