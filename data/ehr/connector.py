"""What the rest of Prelude knows of a health record: one protocol and the plain values it returns.

A ``Chart`` holds ages and intervals, never a birth date or the day of a visit: whoever reads it cannot pass on what it
does not hold. The only direct identifiers on it are in ``identifiers``, kept so that free text can be cleaned of them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from data.errors import DataError

Today = Callable[[], date]


class EhrUnavailable(DataError):
    """The record cannot be read just now. The text names the fault, never the patient."""


class EhrInvalid(DataError):
    """What was read is not this patient's record, or not FHIR R4 at all."""


@dataclass(frozen=True)
class ChartCondition:
    """A condition by name. ``status`` is FHIR's (active, recurrence, remission, resolved, ...) or unknown."""

    name: str
    status: str
    onset_year: int | None = None


@dataclass(frozen=True)
class ChartMedicine:
    """A medicine as prescribed or reported. ``status`` is FHIR's (active, on-hold, completed, stopped, ...).

    ``name`` is the product as the prescriber wrote it, ``ingredient`` the coded substance where there is one.
    """

    name: str
    status: str
    dose: str | None = None
    ingredient: str | None = None


@dataclass(frozen=True)
class ChartAllergy:
    """An allergy or intolerance. ``criticality`` is low, high, unable-to-assess or None where nothing is recorded."""

    substance: str
    reaction: str | None = None
    criticality: str | None = None
    status: str = "active"


@dataclass(frozen=True)
class ChartObservation:
    """A measurement with its own unit. ``value`` is None for worded results; ``days_ago`` is None if undated."""

    name: str
    text: str
    unit: str | None
    value: float | None = None
    days_ago: int | None = None


@dataclass(frozen=True)
class ChartPregnancy:
    """A pregnancy that is running today. ``weeks`` counts completed weeks."""

    weeks: int | None
    days_since_recorded: int | None = None


@dataclass(frozen=True)
class ChartImmunisation:
    """A vaccine that was given. ``days_ago`` is None if undated."""

    name: str
    days_ago: int | None = None


@dataclass(frozen=True)
class Chart:
    """One patient's record on the day it was read.

    ``no_known_allergies`` is True only where the record says so: an empty ``allergies`` alone means nobody asked.
    ``unreadable`` names the resource types of entries left out because they were malformed or not this patient's.
    """

    patient_id: str
    age_years: float | None
    sex: str | None
    conditions: tuple[ChartCondition, ...] = ()
    medicines: tuple[ChartMedicine, ...] = ()
    allergies: tuple[ChartAllergy, ...] = ()
    no_known_allergies: bool = False
    observations: tuple[ChartObservation, ...] = ()
    pregnancy: ChartPregnancy | None = None
    immunisations: tuple[ChartImmunisation, ...] = ()
    unreadable: tuple[str, ...] = ()
    identifiers: frozenset[str] = field(default=frozenset(), repr=False)


class EhrConnector(Protocol):
    """A place health records come from."""

    def chart(self, patient_id: str) -> Chart | None:
        """Return the patient's chart, or None where the place holds no such patient.

        Raises:
            EhrUnavailable: the place cannot be reached or does not answer in time.
            EhrInvalid: it answered with something that is not this patient's FHIR R4 record.
        """
        ...
