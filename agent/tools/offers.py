"""Which calls need the patient's yes, and the exact words of each offer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.context import Clinic, RunContext
from agent.errors import ToolRefused
from agent.tools import pharmacy, scheduling, supplies
from agent.tools.contract import ToolArgs, checked_args
from agent.tools.medicine_checks import warnings_for
from agent.tools.when import slot_words
from data.errors import DataError, NotFound
from data.records import Item

_SCHEMAS: dict[str, type[ToolArgs]] = {
    supplies.NAME: supplies.SupplyArgs,
    pharmacy.NAME: pharmacy.PharmacyArgs,
    scheduling.NAME: scheduling.SchedulingArgs,
}
_CONSENT = {
    supplies.NAME: supplies.NEEDS_CONSENT,
    pharmacy.NAME: pharmacy.NEEDS_CONSENT,
    scheduling.NAME: scheduling.NEEDS_CONSENT,
}


def needs_consent(name: str, args: dict[str, Any]) -> bool:
    """Whether a call changes something for the patient."""
    action = args.get("action")
    return isinstance(action, str) and action in _CONSENT.get(name, frozenset())


def offer_for(
    context: RunContext, state: Mapping[str, Any], name: str, args: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    """The canonical arguments of the call and the offer in plain words. Raises ToolRefused for what cannot be offered.

    The words name the very thing, time and price, since their hash is what the patient agrees to.
    """
    args = checked_args(_SCHEMAS[name], args)
    patient_id = context.patient_id
    if patient_id is None:
        raise ToolRefused("There is no patient record in this session yet.")
    try:
        if name == scheduling.NAME:
            return _appointment_offer(context.clinic, args, patient_id)
        if args["action"] == "cancel":
            return _cancel_offer(context.clinic, args, patient_id)
        if name == supplies.NAME:
            return _order_offer(supplies.supply(context.clinic.records, args.get("item_id")), args)
        item = pharmacy.medicine(context.clinic.records, args.get("item_id"))
        stops = warnings_for(item, pharmacy.person_of(state, context)) if item.kind == "otc" else []
        if stops:
            raise ToolRefused(f"{item.name} cannot be ordered here. " + " ".join(stops))
        return _order_offer(item, args)
    except (NotFound, DataError) as error:
        raise ToolRefused("That is not available; search again.") from error


def _cancel_offer(clinic: Clinic, args: dict[str, Any], patient_id: str) -> tuple[dict[str, Any], str]:
    orders = clinic.records.actions.orders_of(patient_id)
    order = next((o for o in orders if o.order_id == args.get("order_id")), None)
    if order is None:
        raise ToolRefused("There is no such order of this patient.")
    return {"action": "cancel", "order_id": order.order_id}, f"Cancel your order of {order.item_name}?"


def _order_offer(item: Item, args: dict[str, Any]) -> tuple[dict[str, Any], str]:
    quantity = int(args.get("quantity") or 1)
    canonical = {"action": args["action"], "item_id": item.item_id, "quantity": quantity}
    if item.kind == "rx":
        return canonical, f"Ask the nurse to approve a prescription of {item.name}?"
    if item.stock < quantity:
        raise ToolRefused(f"{item.name} is out of stock at the moment.")
    return canonical, f"Order {quantity} × {item.name} ({supplies.price(item)} each)?"


def _appointment_offer(clinic: Clinic, args: dict[str, Any], patient_id: str) -> tuple[dict[str, Any], str]:
    actions = clinic.records.actions
    action = args["action"]
    keys = ("action", "slot_id", "appointment_id", "service", "reason")
    canonical = {k: args[k] for k in keys if args.get(k) is not None}
    if action == "refer":
        wanted = str(args.get("service") or "").casefold()
        service = next((s for s in actions.services() if wanted in (s.service_id, s.name.casefold())), None)
        if service is None:
            raise ToolRefused("The clinic has no such service to refer to; a nurse can help.")
        return canonical | {"service": service.service_id}, f"Send a referral to {service.name}?"
    own = {a.appointment_id: a for a in actions.appointments_of(patient_id)}
    appointment = own.get(str(args.get("appointment_id")))
    if action in ("cancel", "reschedule") and appointment is None:
        raise ToolRefused("There is no such appointment of this patient.")
    if action == "cancel" and appointment is not None:
        return canonical, f"Cancel your appointment on {slot_words(appointment.starts_at, clinic.zone)}?"
    slot = actions.slot(str(args.get("slot_id")))
    when = slot_words(slot.starts_at, clinic.zone)
    if action == "reschedule":
        return canonical, f"Move your appointment to {when} with {slot.clinician}?"
    return canonical, f"Book {when} with {slot.clinician} ({slot.service}, {slot.location})?"
