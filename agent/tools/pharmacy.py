"""pharmacy_orders_and_fulfillment: over-the-counter items with checks; prescription items become a nurse's proposal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langgraph.prebuilt import ToolRuntime
from pydantic import Field

from agent.context import RunContext
from agent.errors import ToolRefused
from agent.testimony import patient_facts
from agent.tools.contract import ToolArgs, act_with_consent, as_json
from agent.tools.medicine_checks import Person, warnings_for
from agent.tools.supplies import cancel_order, item_for_model, order_for_model
from data.ehr.summary import NOBODY_ASKED
from data.errors import NotFound, OutOfStock
from data.records import Item, Records

NAME = "pharmacy_orders_and_fulfillment"
Action = Literal["search", "check", "place", "refill", "status", "cancel"]
NEEDS_CONSENT = frozenset({"place", "refill", "cancel"})
_ALLERGY = re.compile(
    r"\b(?:allerg(?:ic|y|ies)|intoleran(?:t|ce)|react(?:s|ed|ions?)?)(?: badly)? to [^.!?\n]+"
    r"|\b(?:my|an?|have|has|had|got) [\w ]{3,30}? allerg(?:y|ies)\b(?! (?:tablet|pill|medicine|relief|remed|spray))",
    re.IGNORECASE,
)
"""What the patient wrote that they do not tolerate."""


class PharmacyArgs(ToolArgs):
    """One action on the pharmacy catalogue or on an order."""

    action: Action
    query: str | None = Field(None, min_length=2, description="Medicine or product, e.g. paracetamol.")
    item_id: str | None = Field(None, max_length=64, description="From a search result.")
    quantity: int = Field(1, ge=1, le=6)
    order_id: str | None = Field(None, max_length=64)


@tool(NAME, args_schema=PharmacyArgs)
def pharmacy_orders_and_fulfillment(
    action: Action,
    runtime: ToolRuntime[RunContext, Any],
    query: str | None = None,
    item_id: str | None = None,
    quantity: int = 1,
    order_id: str | None = None,
) -> str:
    """Search, check, order or refill pharmacy items. Prescription items become a proposal that a nurse approves."""
    records = runtime.context.clinic.records
    match action:
        case "search":
            found = [
                *records.actions.search_items(query or "", "otc"),
                *records.actions.search_items(query or "", "rx"),
            ]
            return as_json({"items": [item_for_model(i) for i in found]})
        case "check":
            item = medicine(records, item_id)
            warnings = warnings_for(item, person_of(runtime.state, runtime.context))
            return as_json({"item_id": item.item_id, "name": item.name, "ok": not warnings, "warnings": warnings})
        case "place" | "refill":
            return _order(runtime, action, medicine(records, item_id), quantity)
        case "status":
            return as_json(order_for_model(runtime, order_id))
        case "cancel":
            return cancel_order(runtime, NAME, order_id)


def _order(runtime: ToolRuntime[RunContext, Any], action: Action, item: Item, quantity: int) -> str:
    """OTC: checked, then placed. Prescription: a proposal for the nurse, with the warnings noted on it."""
    actions = runtime.context.clinic.records.actions
    warnings = warnings_for(item, person_of(runtime.state, runtime.context))
    args = {"action": action, "item_id": item.item_id, "quantity": quantity}
    if item.kind == "otc" and warnings:
        raise ToolRefused("This item cannot be ordered here: " + " ".join(warnings))
    try:
        if item.kind == "otc":
            return act_with_consent(
                runtime, NAME, args, lambda keys: actions.place_order(item.item_id, quantity, **keys)
            )
        note = " ".join(warnings) or "No warning from the checks on the chart."
        return act_with_consent(
            runtime, NAME, args, lambda keys: actions.propose_prescription(item.item_id, quantity, note, **keys)
        )
    except OutOfStock as error:
        raise ToolRefused(f"{item.name} is out of stock at the moment.") from error


def medicine(records: Records, item_id: str | None) -> Item:
    """An item of the pharmacy catalogue. Raises ToolRefused."""
    try:
        item = records.actions.item(item_id or "")
    except NotFound as error:
        raise ToolRefused("There is no such item; search first.") from error
    if item.kind == "commodity":
        raise ToolRefused("That is not a pharmacy item; use the supplies tool.")
    return item


def person_of(state: Mapping[str, Any], context: RunContext) -> Person:
    """What the chart, the intake and the patient's own messages say that matters for a medicine.

    What the patient wrote of an allergy counts as recorded, and all the patient wrote is looked through for medicines
    that do not go together with the item: too careful is the safe side here.
    """
    chart: Mapping[str, Any] = state.get("chart") or {}
    facts = patient_facts(context.intake, context.writer_relation, chart)
    told = getattr(state.get("decision"), "facts", facts)
    said = [str(m.content) for m in state.get("messages", ()) if isinstance(m, HumanMessage)]
    asked_on_form = {"allergies", "medicines"} <= context.intake.keys()
    return Person(
        age_years=told.age_years if told.age_years is not None else facts.age_years,
        pregnant=bool(told.pregnant or facts.pregnant),
        allergies=(*facts.allergies, *(hit[0] for text in said for hit in _ALLERGY.finditer(text))),
        medicines=(*facts.medicines, *said),
        known=asked_on_form or bool(chart and chart.get("allergies_note") != NOBODY_ASKED),
    )
