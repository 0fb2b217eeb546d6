"""Services, clinicians and the times they offer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from data.action_values import Clinician, Service, Slot
from data.audit import AuditLog
from data.clock import Clock, from_text, to_text
from data.errors import NotFound
from data.store import Store

PARTS_OF_DAY = {"morning": (0, 12), "afternoon": (12, 17), "evening": (17, 24)}
"""Hours of the clinic's local day: from the first, before the second."""

_SLOTS = """
SELECT s.slot_id, c.name AS clinician, c.role AS clinician_role, v.name AS service, s.starts_at, s.ends_at, s.location
FROM slots s JOIN clinicians c USING (clinician_id) JOIN services v USING (service_id)"""
_FREE = "NOT EXISTS (SELECT 1 FROM appointments b WHERE b.slot_id = s.slot_id AND b.status = 'booked')"


class Timetable:
    """What can be booked."""

    def __init__(self, store: Store, audit: AuditLog, clock: Clock, zone: tzinfo = UTC) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock
        self._zone = zone

    def add_service(self, service_id: str, name: str, description: str = "") -> None:
        """Add a service; one with this id stays as it is."""
        self._add("services", "service_id", {"service_id": service_id, "name": name, "description": description})

    def add_clinician(self, clinician_id: str, name: str, role: str) -> None:
        """Add a clinician; one with this id stays as it is."""
        self._add("clinicians", "clinician_id", {"clinician_id": clinician_id, "name": name, "role": role})

    def add_slot(
        self,
        slot_id: str,
        clinician_id: str,
        service_id: str,
        starts_at: datetime,
        ends_at: datetime,
        location: str,
    ) -> None:
        """Offer a time; a slot with this id stays as it is. Moments are aware.

        Raises:
            ValueError: it ends before it starts, or a moment has no time zone.
        """
        if ends_at <= starts_at:
            raise ValueError("a slot ends after it starts")
        times = {"starts_at": to_text(starts_at), "ends_at": to_text(ends_at)}
        ids = {"slot_id": slot_id, "clinician_id": clinician_id, "service_id": service_id}
        self._add("slots", "slot_id", ids | times | {"location": location})

    def services(self) -> list[Service]:
        """All services, by name."""
        return [Service(**row) for row in self._store.rows("SELECT * FROM services ORDER BY name")]

    def clinicians(self) -> list[Clinician]:
        """All clinicians, by name."""
        return [Clinician(**row) for row in self._store.rows("SELECT * FROM clinicians ORDER BY name")]

    def free_slots(
        self,
        service: str | None = None,
        on: date | None = None,
        part_of_day: str | None = None,
        limit: int = 6,
    ) -> list[Slot]:
        """Free slots still to come, soonest first.

        Args:
            service: service id, or its name in any letter case.
            on: a day in the clinic's time zone.
            part_of_day: morning, afternoon or evening.
            limit: at most this many.

        Raises:
            ValueError: unknown part of the day.
        """
        hours = PARTS_OF_DAY.get(part_of_day) if part_of_day else (0, 24)
        if hours is None:
            raise ValueError("unknown part of the day")
        first, last = to_text(self._clock()), "9999"
        if on is not None:
            try:
                midnight = datetime.combine(on, time(), self._zone)
                next_midnight = datetime.combine(on + timedelta(days=1), time(), self._zone)
                first, last = max(first, to_text(midnight)), to_text(next_midnight)
            except OverflowError:
                return []  # the calendar's first or last day
        rows = self._store.rows(
            f"{_SLOTS} WHERE s.starts_at >= :first AND s.starts_at < :last AND {_FREE}"
            " AND (:service IS NULL OR s.service_id = :service OR lower(v.name) = lower(:service))"
            " ORDER BY s.starts_at, s.slot_id",
            {"first": first, "last": last, "service": service},
        )
        fitting = [row for row in rows if hours[0] <= self.local(row["starts_at"]).hour < hours[1]]
        return [Slot(**row) for row in fitting[: max(limit, 0)]]

    def slot(self, slot_id: str) -> Slot:
        """One slot, free or not.

        Raises:
            NotFound: no such slot.
        """
        row = self._store.row(f"{_SLOTS} WHERE s.slot_id = ?", (slot_id,))
        if row is None:
            raise NotFound("no such slot")
        return Slot(**row)

    def _add(self, table: str, key: str, row: dict[str, Any]) -> None:
        with self._store.write():
            if self._store.row(f"SELECT 1 FROM {table} WHERE {key} = ?", (row[key],)) is None:  # noqa: S608 - constants
                self._store.insert(table, row)
                event = f"{table.removesuffix('s')}.added"
                self._audit.append(event, actor="system", payload={key: row[key]}, rows=[(table, row[key])])

    def local(self, text: str) -> datetime:
        """A recorded moment in the clinic's time zone."""
        return from_text(text).astimezone(self._zone)
