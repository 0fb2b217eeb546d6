"""Facts of the patient put together: what the record gave, what the text added, and the values rules ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from agent.triage.mentions import OwnedDetail
from agent.triage.subject import SELF, Person, same_person
from agent.triage.types import PatientFacts
from knowledge.expressions import FACT_FLAGS

CHILD_BELOW_YEARS = 16.0
"""A child is under 16, an infant under one year (contract of the rule language)."""
INFANT_BELOW_YEARS = 1.0
_DAYS_PER_YEAR = 365.25
_LIKELY_AGE = {"infant": 0.5, "child": 7.0, "adult": 40.0, "older_adult": 75.0}
_SAME_AGE_YEARS = 1.5


@dataclass(frozen=True)
class KnownFacts:
    """Facts after reading the text, and values that answers gave directly."""

    facts: PatientFacts
    answered: Mapping[str, float] = field(default_factory=dict)
    conflicts: tuple[str, ...] = ()

    def value(self, name: str) -> bool | float | str | None:
        """A fact of the rule language, or None when not known."""
        facts = self.facts
        if name in self.answered and name != "duration_h":
            return typed(name, self.answered[name])
        match name:
            case "age_years":
                return facts.age_years
            case "age_months":
                return None if facts.age_years is None else facts.age_years * 12
            case "age_days":
                return None if facts.age_years is None else facts.age_years * _DAYS_PER_YEAR
            case "sex":
                return facts.sex
            case "pregnant":
                return facts.pregnant if facts.pregnant is not None else (False if facts.sex == "male" else None)
            case "weeks_pregnant":
                return None if facts.weeks_pregnant is None else float(facts.weeks_pregnant)
            case "postpartum_weeks":
                return facts.postpartum_weeks
            case "child":
                return self._younger(CHILD_BELOW_YEARS, {"infant", "child"})
            case "infant":
                return self._younger(INFANT_BELOW_YEARS, {"infant"})
            case "writer_is_other":
                return facts.writer_relation != SELF
        return None

    def likely_age(self) -> float | None:
        """An age for choosing protocols only, never for a rule: who writes for herself is grown up."""
        if self.facts.age_years is not None:
            return self.facts.age_years
        if self.facts.age_group:
            return _LIKELY_AGE[self.facts.age_group]
        return _LIKELY_AGE["adult"] if self.facts.writer_relation == SELF else None

    def _younger(self, limit: float, groups: set[str]) -> bool | None:
        if self.facts.age_years is not None:
            return self.facts.age_years < limit
        if self.facts.age_group:
            return None if self.facts.age_group == "child" and limit < 2 else self.facts.age_group in groups
        return None


def typed(name: str, value: float) -> bool | float | str:
    """A fact as rules compare it, from the number an answer carries (sex: 1 is female, 0 male)."""
    if name == "sex":
        return "female" if value else "male"
    return bool(value) if name in FACT_FLAGS else value


def gather(
    given: PatientFacts, details: Iterable[OwnedDetail], patient: str, persons: Mapping[str, Person]
) -> KnownFacts:
    """Merge the record's facts with what the text says of ``patient`` (a relation or "self")."""
    conflicts: list[str] = []
    facts = given
    if not same_person(patient, given.writer_relation) and SELF in (patient, given.writer_relation) and patient != SELF:
        if any((given.conditions, given.medicines)):
            conflicts.append("The text seems to be about somebody else than the person whose record is open")
        known = _of_unnamed(given, patient)
        facts = known
    facts = replace(facts, writer_relation=patient)
    person = _person(patient, persons)
    if person:
        facts = replace(facts, sex=facts.sex or person.sex, age_group=facts.age_group or person.age_group)
    for owned in details:
        if owned.subject is None or same_person(owned.subject, patient):
            facts = _with(facts, owned, conflicts)
    if facts.sex is None and (facts.pregnant or facts.weeks_pregnant or facts.postpartum_weeks is not None):
        facts = replace(facts, sex="female")
    return KnownFacts(facts, conflicts=tuple(dict.fromkeys(conflicts)))


def _of_unnamed(given: PatientFacts, patient: str) -> PatientFacts:
    """Facts of the signed-in person do not describe a relative; a "patient" of a summary is who the facts are about."""
    return given if patient == "patient" or (not given.conditions and not given.medicines) else PatientFacts()


def _person(patient: str, persons: Mapping[str, Person]) -> Person | None:
    alike = [p for name, p in persons.items() if name == patient or (patient != SELF and same_person(name, patient))]
    if not alike:
        return None
    sex = next((p.sex for p in alike if p.sex), None)
    group = next((p.age_group for p in alike if p.age_group), None)
    return Person(patient, group, sex)


def _with(facts: PatientFacts, owned: OwnedDetail, conflicts: list[str]) -> PatientFacts:
    kind, value = owned.detail.kind, owned.detail.value
    match kind:
        case "age_years":
            years = float(value)
            if facts.age_years is None:
                return replace(facts, age_years=years)
            if abs(facts.age_years - years) > _SAME_AGE_YEARS:
                conflicts.append(f"Age: {facts.age_years:g} on record or said first, {years:g} in the text")
            return facts
        case "sex":
            if facts.sex is not None and facts.sex != value:
                conflicts.append(f"Sex: {facts.sex} on record or said first, {value} in the text")
                return facts
            return replace(facts, sex=str(value))
        case "pregnant":
            if facts.pregnant is not None and facts.pregnant != bool(value):
                conflicts.append("Pregnancy: stated and denied")
            return replace(facts, pregnant=facts.pregnant or bool(value))
        case "weeks_pregnant":
            return replace(facts, weeks_pregnant=int(value), pregnant=True)
        case "postpartum_weeks":
            return replace(facts, postpartum_weeks=float(value))
