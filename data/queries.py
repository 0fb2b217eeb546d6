"""The named, parametrised, read-only queries a model may ask for. The patient comes from the session, never from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from data.errors import NotFound
from data.store import Row, Store

MAX_ROWS = 50


@dataclass(frozen=True)
class Query:
    """A query and the parameters it takes; each has a check that gives the value to bind or raises ValueError."""

    name: str
    description: str
    sql: str
    parameters: Mapping[str, Callable[[object], str]] = field(default_factory=dict)


def run_query(store: Store, name: str, patient_id: str | None, params: Mapping[str, Any] | None = None) -> list[Row]:
    """Rows of the patient's own records, at most MAX_ROWS.

    Raises:
        NotFound: no such query.
        ValueError: a parameter it does not take, or of the wrong kind.
    """
    query = QUERIES.get(name)
    if query is None:
        raise NotFound("no such query")
    given = dict(params or {})
    if not given.keys() <= query.parameters.keys():
        raise ValueError("this query does not take that parameter")
    bound = {
        name: check(given[name]) if given.get(name) is not None else None for name, check in query.parameters.items()
    }
    return store.rows(f"{query.sql} LIMIT {MAX_ROWS}", bound | {"patient_id": patient_id})


def _word(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 40:
        raise ValueError("the parameter is a short text")
    return value


def _day(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("the parameter is a day, YYYY-MM-DD")
    return date.fromisoformat(value).isoformat()


def _chart(name: str, description: str, columns: str, list_name: str, order: str = "label") -> Query:
    fields = ", ".join(f"json_extract(e.value, '$.{column}') AS {column}" for column in columns.split())
    sql = (
        f"SELECT {fields} FROM patients p, json_each(p.chart, '$.{list_name}') e"  # noqa: S608 - constants below
        f" WHERE p.patient_id = :patient_id ORDER BY {order}"
    )
    return Query(name, description, sql)


_ALL = (
    Query(
        "my_appointments",
        "Appointments; optional status (booked, cancelled, moved) and from_day (YYYY-MM-DD).",
        "SELECT a.appointment_id, v.name AS service, c.name AS clinician, s.starts_at, s.ends_at, s.location, a.reason,"
        " a.status FROM appointments a JOIN slots s USING (slot_id) JOIN clinicians c USING (clinician_id)"
        " JOIN services v USING (service_id) WHERE a.patient_id = :patient_id"
        " AND (:status IS NULL OR a.status = :status) AND (:from_day IS NULL OR s.starts_at >= :from_day)"
        " ORDER BY s.starts_at",
        {"status": _word, "from_day": _day},
    ),
    Query(
        "my_orders",
        "Orders and prescription proposals; optional status (placed, cancelled, proposed, approved, declined).",
        "SELECT order_id, item_name, kind, quantity, total_cents, currency, status, created_at FROM orders"
        " WHERE patient_id = :patient_id AND (:status IS NULL OR status = :status) ORDER BY created_at DESC",
        {"status": _word},
    ),
    _chart("my_allergies", "Allergies on record.", "label reaction severity", "allergies"),
    _chart("my_medicines", "Medicines on record.", "label dose since", "medicines"),
    _chart("my_conditions", "Conditions on record.", "label status since", "conditions"),
    # SQLite knows "on" as a keyword: the alias is day.
    Query(
        "my_visits",
        "Earlier visits, newest first.",
        "SELECT json_extract(e.value, '$.label') AS label, json_extract(e.value, '$.on') AS day,"
        " json_extract(e.value, '$.clinician') AS clinician FROM patients p, json_each(p.chart, '$.visits') e"
        " WHERE p.patient_id = :patient_id ORDER BY day DESC",
    ),
    Query(
        "my_recent_vitals",
        "Measurements on record, newest first; optional label (for example: blood pressure).",
        "SELECT json_extract(e.value, '$.label') AS label, json_extract(e.value, '$.value') AS value,"
        " json_extract(e.value, '$.unit') AS unit, json_extract(e.value, '$.on') AS day"
        " FROM patients p, json_each(p.chart, '$.vitals') e WHERE p.patient_id = :patient_id"
        " AND (:label IS NULL OR lower(json_extract(e.value, '$.label')) = lower(:label)) ORDER BY day DESC",
        {"label": _word},
    ),
)
QUERIES: Mapping[str, Query] = {query.name: query for query in _ALL}
"""Every query there is."""
