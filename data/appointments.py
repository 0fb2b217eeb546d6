"""Appointments and referrals. One slot, one patient, whoever comes first."""

from __future__ import annotations

import sqlite3
from datetime import UTC, tzinfo

from data.action_values import Appointment, Receipt, Slot
from data.audit import AuditLog
from data.canonical import storable
from data.clock import Clock, to_text
from data.errors import Conflict, NotAllowed, NotFound, SlotTaken
from data.ids import NewId
from data.receipts import Done, Receipts, Request
from data.store import Row, Store
from data.timetable import Timetable

_APPOINTMENTS = """
SELECT a.appointment_id, a.patient_id, s.slot_id, c.name AS clinician, c.role AS clinician_role, v.name AS service,
    s.starts_at, s.ends_at, s.location, a.reason, a.status, a.created_at
FROM appointments a JOIN slots s USING (slot_id) JOIN clinicians c USING (clinician_id)
    JOIN services v USING (service_id)"""


class Appointments(Timetable):
    """Booking.

    Args:
        store: the database.
        audit: the event log.
        clock: the present.
        new_id: tokens for ids.
        receipts: runs each request once.
        zone: the clinic's time zone, for days and parts of days and the words of receipts.
    """

    def __init__(
        self, store: Store, audit: AuditLog, clock: Clock, new_id: NewId, receipts: Receipts, zone: tzinfo = UTC
    ) -> None:
        super().__init__(store, audit, clock, zone)
        self._new_id = new_id
        self._receipts = receipts

    def book(
        self,
        slot_id: str,
        reason: str,
        *,
        session_id: str,
        patient_id: str,
        turn_id: str | None,
        idempotency_key: str,
    ) -> Receipt:
        """Book a free slot.

        Raises:
            SlotTaken: somebody was faster, or its time has passed.
            NotFound: no such slot.
            NotAllowed: the session is about another patient.
        """
        args = {"slot_id": slot_id, "reason": reason}
        request = Request(session_id, patient_id, turn_id, idempotency_key, "booked", args)

        def act() -> Done:
            slot = self._free_slot(slot_id)
            appointment_id = self._insert(request, slot_id, reason)
            return Done(appointment_id, f"Booked: {self._words(slot)}.", [("appointments", appointment_id)])

        return self._receipts.once(request, "appointment.booked", act)

    def reschedule(
        self,
        appointment_id: str,
        slot_id: str,
        *,
        session_id: str,
        patient_id: str,
        turn_id: str | None,
        idempotency_key: str,
    ) -> Receipt:
        """Move one's own appointment to another slot: both happen or neither. The receipt says `booked`.

        Raises:
            SlotTaken: the new slot is gone; the old appointment stands.
            NotFound: no such appointment or slot.
            NotAllowed: somebody else's appointment.
            Conflict: it is not booked any more.
        """
        args = {"appointment_id": appointment_id, "slot_id": slot_id}
        request = Request(session_id, patient_id, turn_id, idempotency_key, "booked", args)

        def act() -> Done:
            old = self._own_booked(appointment_id, patient_id)
            slot = self._free_slot(slot_id)
            self._end(appointment_id, "moved")
            new_id = self._insert(request, slot_id, old.reason)
            return Done(
                new_id, f"Moved to {self._words(slot)}.", [("appointments", appointment_id), ("appointments", new_id)]
            )

        return self._receipts.once(request, "appointment.moved", act)

    def cancel_appointment(
        self, appointment_id: str, *, session_id: str, patient_id: str, turn_id: str | None, idempotency_key: str
    ) -> Receipt:
        """Cancel one's own appointment; the slot is free again.

        Raises:
            NotFound: no such appointment.
            NotAllowed: somebody else's.
            Conflict: it is not booked any more, or has begun.
        """
        args = {"appointment_id": appointment_id}
        request = Request(session_id, patient_id, turn_id, idempotency_key, "cancelled", args)

        def act() -> Done:
            old = self._own_booked(appointment_id, patient_id)
            self._end(appointment_id, "cancelled")
            text = f"Cancelled: {self._words(self.slot(old.slot_id))}."
            return Done(appointment_id, text, [("appointments", appointment_id)])

        return self._receipts.once(request, "appointment.cancelled", act)

    def appointment(self, appointment_id: str, *, patient_id: str | None = None) -> Appointment:
        """One appointment; with `patient_id`, only that patient's.

        Raises:
            NotFound: no such appointment.
            NotAllowed: another patient's.
        """
        row = self._store.row(f"{_APPOINTMENTS} WHERE a.appointment_id = ?", (appointment_id,))
        if row is None:
            raise NotFound("no such appointment")
        if patient_id is not None and row["patient_id"] != patient_id:
            raise NotAllowed("this appointment is another patient's")
        return Appointment(**row)

    def appointments_of(self, patient_id: str) -> list[Appointment]:
        """A patient's appointments in every state, by time."""
        sql = f"{_APPOINTMENTS} WHERE a.patient_id = ? ORDER BY s.starts_at, a.rowid"
        return [Appointment(**row) for row in self._store.rows(sql, (patient_id,))]

    def refer(
        self,
        service: str,
        reason: str,
        *,
        session_id: str,
        patient_id: str,
        turn_id: str | None,
        idempotency_key: str,
    ) -> Receipt:
        """Refer the patient to a service (id or name).

        Raises:
            NotFound: no such service.
            NotAllowed: the session is about another patient.
        """
        args = {"service": service, "reason": reason}
        request = Request(session_id, patient_id, turn_id, idempotency_key, "referred", args)

        def act() -> Done:
            sql = "SELECT * FROM services WHERE service_id = ? OR lower(name) = lower(?)"
            known = self._store.row(sql, (service, service))
            if known is None:
                raise NotFound("no such service")
            referral_id = f"ref_{self._new_id()}"
            row = self._owner(request) | {"referral_id": referral_id, "service_id": known["service_id"]}
            self._store.insert("referrals", row | {"reason": storable(reason), "status": "sent"})
            return Done(referral_id, f"Referred to {known['name']}.", [("referrals", referral_id)])

        return self._receipts.once(request, "referral.sent", act)

    def _free_slot(self, slot_id: str) -> Slot:
        slot = self.slot(slot_id)
        taken = self._store.row("SELECT 1 FROM appointments WHERE slot_id = ? AND status = 'booked'", (slot_id,))
        if taken or slot.starts_at < to_text(self._clock()):
            raise SlotTaken("this time is no longer free")
        return slot

    def _own_booked(self, appointment_id: str, patient_id: str) -> Appointment:
        old = self.appointment(appointment_id, patient_id=patient_id)
        if old.status != "booked" or old.starts_at < to_text(self._clock()):
            raise Conflict("this appointment can no longer be changed")
        return old

    def _insert(self, request: Request, slot_id: str, reason: str) -> str:
        appointment_id = f"apt_{self._new_id()}"
        row = self._owner(request) | {"appointment_id": appointment_id, "slot_id": slot_id}
        try:
            self._store.insert("appointments", row | {"reason": storable(reason), "status": "booked"})
        except sqlite3.IntegrityError as fault:
            # The unique index is the last word, should the look before ever be wrong.
            raise SlotTaken("this time is no longer free") from fault
        return appointment_id

    def _end(self, appointment_id: str, status: str) -> None:
        changes = {"status": status, "ended_at": to_text(self._clock())}
        self._store.update("appointments", "appointment_id", appointment_id, changes)

    def _owner(self, request: Request) -> Row:
        return {
            "patient_id": request.patient_id,
            "session_id": request.session_id,
            "turn_id": request.turn_id,
            "created_at": to_text(self._clock()),
        }

    def _words(self, slot: Slot) -> str:
        starts = self.local(slot.starts_at)
        return (
            f"{slot.service} with {slot.clinician}, {starts:%A} {starts.day} {starts:%B %Y at %H:%M}, {slot.location}"
        )
