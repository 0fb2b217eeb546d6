"""The plain values of what can be arranged. Money is integer cents, moments are ISO-8601 UTC text."""

from __future__ import annotations

import json
from dataclasses import dataclass

from data.store import Row

ITEM_KINDS = frozenset({"commodity", "otc", "rx"})


@dataclass(frozen=True)
class Item:
    """Something in the catalogue. `kind`: commodity, otc (over the counter) or rx (a nurse must approve).

    `pregnancy`: ok, ask or avoid. `ingredients` and `interacts_with` are lower-case substance names.
    """

    item_id: str
    name: str
    kind: str
    description: str
    price_cents: int
    currency: str
    stock: int
    min_age_years: float | None = None
    pregnancy: str = "ok"
    ingredients: tuple[str, ...] = ()
    interacts_with: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    pack: str = ""


@dataclass(frozen=True)
class Order:
    """An order or a proposal. `status`: placed, cancelled; for prescriptions proposed, approved, declined."""

    order_id: str
    patient_id: str
    session_id: str | None
    turn_id: str | None
    item_id: str | None
    item_name: str
    kind: str
    quantity: int
    total_cents: int | None
    currency: str | None
    status: str
    note: str
    decided_by: str | None
    decision_reason: str | None
    decided_at: str | None
    created_at: str


@dataclass(frozen=True)
class Slot:
    """A time a clinician offers for a service."""

    slot_id: str
    clinician: str
    clinician_role: str
    service: str
    starts_at: str
    ends_at: str
    location: str


@dataclass(frozen=True)
class Appointment:
    """A booked slot. `status`: booked, cancelled or moved."""

    appointment_id: str
    patient_id: str
    slot_id: str
    clinician: str
    clinician_role: str
    service: str
    starts_at: str
    ends_at: str
    location: str
    reason: str
    status: str
    created_at: str


@dataclass(frozen=True)
class Service:
    """A kind of care that can be booked or referred to."""

    service_id: str
    name: str
    description: str


@dataclass(frozen=True)
class Clinician:
    """Somebody who offers slots."""

    clinician_id: str
    name: str
    role: str


@dataclass(frozen=True)
class Receipt:
    """Proof that an action was done: booked, ordered, cancelled, referred, proposed or refill_requested."""

    receipt_id: str
    action: str
    ref_id: str
    text: str
    at: str


def item_from_row(row: Row) -> Item:
    """The item a database row holds."""
    lists = {name: tuple(json.loads(row[name])) for name in ("ingredients", "interacts_with", "keywords")}
    return Item(**(row | lists))
