"""Checks before an over-the-counter item is ordered: allergy, interaction, age, pregnancy. Unknown is a stop."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz import fuzz

from data.records import Item

NAME_MATCH = 88
"""Similarity (0-100, rapidfuzz ratio) above which two names of substances count as the same despite spelling."""
SHORTEST_FUZZY = 6
"""Letters from which a spelling may differ; shorter names ("ssri", "honey") must stand there as they are."""
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")


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
        warnings.append(f"It is for people aged {_age_words(item.min_age_years)} and over.")
    if person.pregnant and item.pregnancy != "ok":
        warnings.append("In pregnancy a pharmacist or nurse needs to check it first.")
    inside = (*item.ingredients, item.name.split()[0])
    if any(_names(allergy, inside) for allergy in person.allergies):
        warnings.append("The record lists an allergy to it or to something in it.")
    if any(_names(medicine, item.interacts_with) for medicine in person.medicines):
        warnings.append("It may not go together with another medicine on the record.")
    return warnings


def _age_words(years: float) -> str:
    return f"{years:g} years" if years >= 1 else f"{years * 12:.0f} months"


def _names(recorded: str, names: tuple[str, ...] | list[str]) -> bool:
    """Whether a recorded text names one of these substances as whole words, spelling and plural aside."""
    words = _words(recorded)
    return any(_stands_in(" ".join(wanted), words, len(wanted)) for name in names if (wanted := _words(name)))


def _stands_in(name: str, words: list[str], length: int) -> bool:
    groups = (" ".join(words[i : i + length]) for i in range(len(words) - length + 1))
    if len(name) < SHORTEST_FUZZY:
        return name in groups
    return any(fuzz.ratio(name, group) >= NAME_MATCH for group in groups)


def _words(text: str) -> list[str]:
    return [word.removesuffix("s") for word in _WORD.findall(text.casefold())]
