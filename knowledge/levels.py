"""The five urgency levels, the unrated one, and what each means in time and on other scales."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Risk(StrEnum):
    """How dangerous the situation may be, as staff see it."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NOT_RATED = "not_rated"


class Priority(StrEnum):
    """The priority on the Preliminary Assessment Report."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class Disposition(StrEnum):
    """Where a patient should be seen, and how soon."""

    AMBULANCE_NOW = "ambulance_now"
    EMERGENCY_DEPARTMENT_NOW = "emergency_department_now"
    CLINICIAN_TODAY = "clinician_today"
    CLINICIAN_THIS_WEEK = "clinician_this_week"
    SELF_CARE = "self_care"
    UNABLE_TO_ASSESS = "unable_to_assess"

    @property
    def rank(self) -> int:
        """Order of urgency: 5 ambulance … 1 self-care; 0 is no rating at all."""
        return _MEANING[self].rank

    @property
    def risk(self) -> Risk:
        """The risk level this disposition stands for."""
        return _MEANING[self].risk

    @property
    def priority(self) -> Priority:
        """The report's priority; what could not be assessed is MEDIUM at least."""
        return _MEANING[self].priority

    @property
    def window_hours(self) -> float | None:
        """Hours within which care should start (0 is now); None where there is no limit."""
        return _MEANING[self].window_hours

    @property
    def label(self) -> str:
        """Plain words for a screen."""
        return _MEANING[self].label

    @property
    def is_emergency(self) -> bool:
        """True for the two levels that need a hospital now."""
        return self.rank >= Disposition.EMERGENCY_DEPARTMENT_NOW.rank

    @property
    def scales(self) -> dict[str, str]:
        """The same level on ESI, MTS and CTAS (five levels, mapped one to one; spec, "Risk and disposition")."""
        level = 6 - self.rank if self.rank else 0
        if not level:
            return {"ESI": "not rated", "MTS": "not rated", "CTAS": "not rated"}
        return {"ESI": f"ESI {level}", "MTS": _MTS[level], "CTAS": _CTAS[level]}


@dataclass(frozen=True)
class _Meaning:
    rank: int
    risk: Risk
    priority: Priority
    window_hours: float | None
    label: str


_MEANING: dict[Disposition, _Meaning] = {
    Disposition.AMBULANCE_NOW: _Meaning(5, Risk.CRITICAL, Priority.HIGH, 0.0, "Ambulance now"),
    Disposition.EMERGENCY_DEPARTMENT_NOW: _Meaning(4, Risk.HIGH, Priority.HIGH, 1.0, "Emergency department now"),
    Disposition.CLINICIAN_TODAY: _Meaning(3, Risk.MEDIUM, Priority.MEDIUM, 24.0, "Clinician today"),
    Disposition.CLINICIAN_THIS_WEEK: _Meaning(2, Risk.MEDIUM, Priority.MEDIUM, 168.0, "Clinician this week"),
    Disposition.SELF_CARE: _Meaning(1, Risk.LOW, Priority.LOW, None, "Self-care"),
    Disposition.UNABLE_TO_ASSESS: _Meaning(0, Risk.NOT_RATED, Priority.MEDIUM, 24.0, "Not rated: nurse to assess"),
}
_MTS = {1: "MTS red", 2: "MTS orange", 3: "MTS yellow", 4: "MTS green", 5: "MTS blue"}
_CTAS = {1: "CTAS I", 2: "CTAS II", 3: "CTAS III", 4: "CTAS IV", 5: "CTAS V"}


def worst(*dispositions: Disposition | None) -> Disposition | None:
    """The most urgent of those given; None when none is given.

    "Unable to assess" says nothing of danger, so any rating outranks it.
    """
    rated = [d for d in dispositions if d is not None]
    return max(rated, key=lambda d: d.rank) if rated else None
