"""A chart as a short, structured, de-identified summary: what an assistant may see of a health record.

Built up from an allow-list of structured fields. The few free texts among them (a name somebody typed, a dose
instruction) pass through ``data.deidentify`` with the patient's own identifiers first.
"""

from collections.abc import Callable
from typing import Any

from data.deidentify import deidentify
from data.ehr.connector import Chart, ChartAllergy, ChartObservation

OLDEST_OBSERVATION_DAYS = 730
OBSERVATIONS_SHOWN = 12
IMMUNISATIONS_SHOWN = 12
# HIPAA Safe Harbor (45 CFR 164.514(b)(2)(i)(C)): ages over 89 go into one group.
OLDEST_AGE_SHOWN = 89
NOBODY_ASKED = "nothing recorded: ask"
"""The note on allergies of a record in which nobody wrote down the question or the answer."""
CURRENT = frozenset({"active", "on-hold", "intended", "recurrence", "relapse", "unknown"})


def summarise(chart: Chart) -> dict[str, Any]:
    """Return the summary as JSON types.

    Keys: ``age_years`` (whole years; a fraction and ``age_months`` below two; 90 with ``age_note`` from 90 on),
    ``sex``, ``pregnancy`` ({pregnant, weeks} or None),
    ``conditions``, ``past_conditions``, ``medicines`` (current), ``past_medicines``, ``allergies``,
    ``allergies_note``, ``recent_observations`` (newest of each kind, up to two years old), ``immunisations``,
    ``notes``. No name, address, number, or date.
    """
    known = sorted(chart.identifiers)

    def clean(text: str) -> str:
        return deidentify(text, known).text

    return {
        **_age(chart.age_years),
        "sex": chart.sex or "not recorded",
        "pregnancy": _pregnancy(chart),
        "conditions": [
            {"name": clean(c.name), "status": c.status, **({"since_year": c.onset_year} if c.onset_year else {})}
            for c in chart.conditions
            if c.status in CURRENT
        ],
        "past_conditions": [clean(c.name) for c in chart.conditions if c.status not in CURRENT],
        "medicines": [
            {"name": clean(m.name), "status": m.status, **({"dose": clean(m.dose)} if m.dose else {})}
            for m in chart.medicines
            if m.status in CURRENT
        ],
        "past_medicines": [
            {"name": clean(m.name), "status": m.status} for m in chart.medicines if m.status not in CURRENT
        ],
        "allergies": [_allergy(a, clean) for a in chart.allergies if a.status in CURRENT],
        "allergies_note": _allergies_note(chart),
        "recent_observations": [
            {"name": clean(o.name), "value": clean(o.text), "unit": o.unit, "how_long_ago": how_long_ago(o.days_ago)}
            for o in _newest_of_each(chart.observations)
        ],
        "immunisations": [
            {"name": clean(i.name), "how_long_ago": how_long_ago(i.days_ago)}
            for i in chart.immunisations[:IMMUNISATIONS_SHOWN]
        ],
        "notes": _notes(chart),
    }


def how_long_ago(days: int | None) -> str:
    """Say an interval in days the way a person would: "today", "3 days ago", "5 weeks ago", "date not recorded"."""
    if days is None:
        return "date not recorded"
    for longest, size, unit in ((0, 1, ""), (13, 1, "day"), (59, 7, "week"), (729, 30, "month")):
        if days <= longest:
            return _ago(days // size, unit) if unit else "today"
    return _ago(days // 365, "year")


def _ago(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'} ago"


def _age(age_years: float | None) -> dict[str, Any]:
    if age_years is None:
        return {"age_years": None}
    if age_years >= OLDEST_AGE_SHOWN + 1:
        return {"age_years": OLDEST_AGE_SHOWN + 1, "age_note": "90 or over"}
    if age_years < 2:
        return {"age_years": age_years, "age_months": int(age_years * 12)}
    return {"age_years": int(age_years)}


def _pregnancy(chart: Chart) -> dict[str, Any] | None:
    if chart.pregnancy is None:
        return None
    return {"pregnant": True, "weeks": chart.pregnancy.weeks}


def _allergy(allergy: ChartAllergy, clean: Callable[[str], str]) -> dict[str, Any]:
    return {
        "substance": clean(allergy.substance),
        "reaction": clean(allergy.reaction) if allergy.reaction else "reaction not recorded",
        **({"criticality": allergy.criticality} if allergy.criticality else {}),
    }


def _allergies_note(chart: Chart) -> str:
    if chart.allergies:
        return "recorded"
    return "no known allergies, as recorded" if chart.no_known_allergies else NOBODY_ASKED


def _newest_of_each(observations: tuple[ChartObservation, ...]) -> list[ChartObservation]:
    newest: dict[str, ChartObservation] = {}
    for observation in sorted(observations, key=lambda o: (o.days_ago is None, o.days_ago or 0)):
        if observation.days_ago is None or observation.days_ago <= OLDEST_OBSERVATION_DAYS:
            newest.setdefault(observation.name, observation)
    return list(newest.values())[:OBSERVATIONS_SHOWN]


def _notes(chart: Chart) -> list[str]:
    if not chart.unreadable:
        return []
    kinds = ", ".join(sorted(set(chart.unreadable)))
    return [f"{len(chart.unreadable)} entries of the record could not be read ({kinds}): the record may be incomplete"]
