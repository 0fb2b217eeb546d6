"""What the clinic can arrange for a patient: orders, proposals, appointments, referrals, and their receipts."""

from __future__ import annotations

from datetime import UTC, tzinfo

from data.action_values import Appointment, Clinician, Item, Order, Receipt, Service, Slot
from data.appointments import Appointments
from data.audit import AuditLog
from data.clock import Clock
from data.ids import NewId
from data.orders import Orders
from data.receipts import Receipts
from data.store import Store

__all__ = ["Actions", "Appointment", "Clinician", "Item", "Order", "Receipt", "Service", "Slot"]


class Actions(Orders, Appointments):
    """One place to arrange things.

    Every write takes `session_id`, `patient_id`, `turn_id` and `idempotency_key`, checks that the session is about this
    patient, and returns a Receipt; the same key within a session returns the same receipt.
    """

    def __init__(self, store: Store, audit: AuditLog, clock: Clock, new_id: NewId, zone: tzinfo = UTC) -> None:
        receipts = Receipts(store, audit, clock, new_id)
        Orders.__init__(self, store, audit, clock, new_id, receipts)
        Appointments.__init__(self, store, audit, clock, new_id, receipts, zone)

    def receipts_of_turn(self, turn_id: str) -> list[Receipt]:
        """The turn's receipts, oldest first."""
        return self._receipts.of_turn(turn_id)

    def receipts_of_session(self, session_id: str) -> list[Receipt]:
        """The session's receipts, oldest first."""
        return self._receipts.of_session(session_id)
