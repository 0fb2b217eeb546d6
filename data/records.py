"""The way in: open the database and get every repository over it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path

from data.accounts import Account, Accounts, AuthResult
from data.actions import Actions, Appointment, Clinician, Item, Order, Receipt, Service, Slot
from data.audit import AuditLog
from data.audit_events import Event
from data.cases import REASON_CODES, Case, Cases, ParVersion, Review, Task
from data.clock import Clock, system_clock
from data.consents import Consents, Offer
from data.ids import NewId, random_id
from data.interactions import Interaction, Interactions, Message, SessionRecord, TurnRecord, TurnStart
from data.patients import Patient, Patients
from data.store import Store
from data.verification import VerifyResult

__all__ = [
    "REASON_CODES",
    "Account",
    "Appointment",
    "AuthResult",
    "Case",
    "Clinician",
    "Clock",
    "Event",
    "Interaction",
    "Item",
    "Message",
    "Offer",
    "Order",
    "ParVersion",
    "Patient",
    "Receipt",
    "Records",
    "Review",
    "Service",
    "SessionRecord",
    "Slot",
    "Task",
    "TurnRecord",
    "TurnStart",
    "VerifyResult",
    "open_records",
]


@dataclass(frozen=True)
class Records:
    """Everything the clinic keeps."""

    store: Store
    audit: AuditLog
    accounts: Accounts
    patients: Patients
    interactions: Interactions
    cases: Cases
    consents: Consents
    actions: Actions

    def close(self) -> None:
        """Close the database."""
        self.store.close()


def open_records(
    path: Path,
    *,
    clock: Clock = system_clock,
    new_id: NewId = random_id,
    anchor_path: Path | None = None,
    zone: tzinfo = UTC,
) -> Records:
    """Open, or make, the clinic's database.

    Args:
        path: the database file.
        clock: the present.
        new_id: unguessable tokens; the repositories put the kind before them.
        anchor_path: the anchor of the event log; `<path>.anchor` when None. Better on another disk.
        zone: the clinic's time zone, for days and parts of days.

    Raises:
        StoreUnavailable: the file cannot be opened.
        OSError: the anchor of a new log cannot be written.
    """
    store = Store(path)
    anchor_path = anchor_path or path.with_name(path.name + ".anchor")
    audit = AuditLog(store, clock, anchor_path)
    if store.row("SELECT 1 FROM events LIMIT 1") is None and not anchor_path.exists():
        # From here on a missing anchor is a finding, not a beginning.
        audit.write_anchor(anchor_path)
    interactions = Interactions(store, audit, clock, new_id)
    return Records(
        store=store,
        audit=audit,
        accounts=Accounts(store, audit, clock, new_id),
        patients=Patients(store, audit, clock, new_id),
        interactions=interactions,
        cases=Cases(store, audit, clock, new_id, interactions),
        consents=Consents(store, audit, clock, new_id),
        actions=Actions(store, audit, clock, new_id, zone),
    )
