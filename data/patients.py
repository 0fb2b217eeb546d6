"""Who the patients are, and the chart summary their own record page shows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from data.audit import AuditLog
from data.canonical import canonical_json, storable
from data.clock import Clock, to_text
from data.errors import NotFound
from data.ids import NewId
from data.store import Row, Store

CHART_LISTS = ("conditions", "medicines", "allergies", "visits", "vitals")
_DAYS_A_YEAR = 365.2425
_SHORTEST_IDENTIFIER = 2  # letters; a lone initial would match half of all texts

Entries = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Patient:
    """A person the clinic knows. `birth_date` is YYYY-MM-DD; `chart` holds the lists of CHART_LISTS."""

    patient_id: str
    given_name: str
    family_name: str
    birth_date: str | None
    sex: str | None
    phone: str | None
    email: str | None
    address: str | None
    record_number: str | None
    language: str
    chart: dict[str, list[dict[str, Any]]]

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}".strip()


class Patients:
    """The patient register."""

    def __init__(self, store: Store, audit: AuditLog, clock: Clock, new_id: NewId) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock
        self._new_id = new_id

    def create(
        self,
        given_name: str,
        family_name: str,
        birth_date: date | str | None = None,
        sex: str | None = None,
        *,
        phone: str | None = None,
        email: str | None = None,
        address: str | None = None,
        record_number: str | None = None,
        language: str = "en",
        patient_id: str | None = None,
    ) -> str:
        """Add a patient; its id. One that has this `patient_id` already stays as it is.

        Raises:
            ValueError: the birth date is not a date.
        """
        born = date.fromisoformat(str(birth_date)).isoformat() if birth_date else None
        patient_id = patient_id or f"pat_{self._new_id()}"
        now = to_text(self._clock())
        row = {
            "patient_id": patient_id,
            "given_name": storable(given_name),
            "family_name": storable(family_name),
            "birth_date": born,
            "sex": sex,
            "phone": phone,
            "email": email,
            "address": address,
            "record_number": record_number,
            "language": language,
            "chart": canonical_json({name: [] for name in CHART_LISTS}),
            "created_at": now,
            "updated_at": now,
        }
        with self._store.write():
            if self._row(patient_id) is None:
                self._store.insert("patients", row)
                self._record("patient.created", patient_id, "system", {})
        return patient_id

    def get(self, patient_id: str) -> Patient:
        """One patient.

        Raises:
            NotFound: no such patient.
        """
        row = self._row(patient_id)
        if row is None:
            raise NotFound("no such patient")
        return _patient(row)

    def all(self) -> list[Patient]:
        """Every patient, by family name."""
        return [_patient(row) for row in self._store.rows("SELECT * FROM patients ORDER BY family_name, given_name")]

    def search(self, text: str, limit: int = 20) -> list[Patient]:
        """Patients with every word of `text` in name, record number, phone or email. For staff only."""
        words = text.casefold().split()
        found = [patient for patient in self.all() if words and _mentions(patient, words)]
        return found[:limit]

    def update_chart(
        self,
        patient_id: str,
        *,
        conditions: Entries | None = None,
        medicines: Entries | None = None,
        allergies: Entries | None = None,
        visits: Entries | None = None,
        vitals: Entries | None = None,
        actor: str = "system",
    ) -> None:
        """Replace the lists given; the others stay. An unchanged chart writes nothing.

        Raises:
            NotFound: no such patient.
            ValueError: an entry without label.
        """
        given = zip(CHART_LISTS, (conditions, medicines, allergies, visits, vitals), strict=True)
        changed = {name: [_entry(entry) for entry in entries] for name, entries in given if entries is not None}
        with self._store.write():
            patient = self.get(patient_id)
            chart = canonical_json(patient.chart | changed)
            if chart == canonical_json(patient.chart):
                return
            changes = {"chart": chart, "updated_at": to_text(self._clock())}
            self._store.update("patients", "patient_id", patient_id, changes)
            self._record("chart.updated", patient_id, actor, {"lists": sorted(changed)})

    def identifiers(self, patient_id: str) -> frozenset[str]:
        """Every text that points to this person, to be kept out of prompts and logs."""
        patient = self.get(patient_id)
        names = [patient.name, patient.given_name, patient.family_name]
        names += patient.given_name.split() + patient.family_name.split()
        contact = [patient.phone, patient.email, patient.address, patient.record_number, patient.birth_date]
        every: Iterable[str | None] = [*names, *contact, patient.patient_id]
        return frozenset(text for text in every if text and len(text) >= _SHORTEST_IDENTIFIER)

    def age_years(self, patient_id: str) -> float | None:
        """Age now, in years with a fraction (a baby of 30 days is 0.08); None without a birth date."""
        born = self.get(patient_id).birth_date
        if born is None:
            return None
        days = (self._clock().date() - date.fromisoformat(born)).days
        birthdays = _whole_years(date.fromisoformat(born), self._clock().date())
        # The fraction must not cross a birthday: sixteen is sixteen on the day itself.
        return float(min(max(days / _DAYS_A_YEAR, birthdays), birthdays + 0.999))

    def sex(self, patient_id: str) -> str | None:
        """`female`, `male`, or None when the record does not say."""
        return self.get(patient_id).sex

    def _row(self, patient_id: str) -> Row | None:
        return self._store.row("SELECT * FROM patients WHERE patient_id = ?", (patient_id,))

    def _record(self, event: str, patient_id: str, actor: str, payload: dict[str, Any]) -> None:
        rows = [("patients", patient_id)]
        self._audit.append(event, patient_id=patient_id, actor=actor, payload=payload, rows=rows)


def _patient(row: Row) -> Patient:
    columns = {name: value for name, value in row.items() if name not in {"created_at", "updated_at"}}
    return Patient(**(columns | {"chart": json.loads(row["chart"])}))


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    if not str(entry.get("label") or "").strip():
        raise ValueError("a chart entry needs a label")
    return dict(entry)


def _mentions(patient: Patient, words: list[str]) -> bool:
    parts = (patient.name, patient.record_number, patient.phone, patient.email, patient.patient_id)
    everything = " ".join(part for part in parts if part).casefold()
    return all(word in everything for word in words)


def _whole_years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
