"""Checks before an over-the-counter item is ordered: allergy, interaction, age, pregnancy. Unknown is a stop."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import fuzz

from data.records import Item

NAME_MATCH = 88
"""Similarity (0-100, rapidfuzz partial ratio) above which two medicine names count as the same despite spelling."""


@dataclass(frozen=True)
class Person:
    """The facts a check needs; ``age_years`` None where nobody said it."""

    age_years: float | None
    pregnant: bool
    allergies: tuple[str, ...]
    medicines: tuple[str, ...]
    known: bool


def warnings_for(item: Item, person: Person) -> list[str]:
    """Why this item needs a pharmacist or nurse first; empty when every check is passed.

    Source of the item's limits: the catalogue entry (manufacturer's leaflet), reviewed by the clinic.
    """
    warnings = []
    if not person.known:
        warnings.append("We do not have your allergies and medicines yet, so a pharmacist needs to check it first.")
    if item.min_age_years and person.age_years is None:
        warnings.append("We need the age before this can be ordered.")
    if item.min_age_years and person.age_years is not None and person.age_years < item.min_age_years:
        warnings.append(f"It is for people aged {item.min_age_years:g} and over.")
    if person.pregnant and item.pregnancy != "ok":
        warnings.append("In pregnancy a pharmacist or nurse needs to check it first.")
    if any(_names(allergy, (item.name, *item.ingredients)) for allergy in person.allergies):
        warnings.append("The record lists an allergy to it or to something in it.")
    if any(_names(medicine, item.interacts_with) for medicine in person.medicines):
        warnings.append("It may not go together with another medicine on the record.")
    return warnings


def _names(recorded: str, names: tuple[str, ...] | list[str]) -> bool:
    """Whether a recorded text names one of these substances, spelling aside."""
    text = recorded.casefold()
    return any(fuzz.partial_ratio(name.casefold(), text) >= NAME_MATCH for name in names if len(name) > 2)
