"""A demo chart as the plain lists the records keep for "my record" and the named queries."""

from datetime import date, timedelta
from typing import TypedDict

from data.ehr.connector import Chart

CURRENT_MEDICINES = frozenset({"active", "on-hold", "intended"})

Entry = dict[str, str]


class ChartLists(TypedDict):
    """The lists of ``Patients.update_chart``; an entry's ``label`` is what the patient reads."""

    conditions: list[Entry]
    medicines: list[Entry]
    allergies: list[Entry]
    vitals: list[Entry]
    visits: list[Entry]


def chart_lists(chart: Chart, today: date) -> ChartLists:
    """Turn a chart into records' lists, its intervals into days before ``today``."""
    measured = [o for o in chart.observations if o.days_ago is not None]
    return ChartLists(
        conditions=[_entry(c.name, status=c.status, since=str(c.onset_year or "")) for c in chart.conditions],
        medicines=[_entry(m.name, dose=m.dose or "") for m in chart.medicines if m.status in CURRENT_MEDICINES],
        allergies=[
            _entry(a.substance, reaction=a.reaction or "", severity=a.criticality or "") for a in chart.allergies
        ],
        vitals=[_entry(o.name, value=o.text, unit=o.unit or "", on=_day(o.days_ago, today)) for o in measured],
        visits=[
            _entry("Vaccination: " + i.name, on=_day(i.days_ago, today)) for i in chart.immunisations if i.days_ago
        ],
    )


def _entry(label: str, **details: str) -> Entry:
    return {"label": label} | {name: text for name, text in details.items() if text}


def _day(days_ago: int | None, today: date) -> str:
    return (today - timedelta(days=days_ago or 0)).isoformat()
