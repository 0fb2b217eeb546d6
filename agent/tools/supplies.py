"""commodity_orders_and_fulfillment: supplies such as thermometers, oral rehydration, test kits, dressings."""

from __future__ import annotations

from typing import Any, Literal

from langchain_core.tools import tool
from langgraph.prebuilt import ToolRuntime
from pydantic import Field

from agent.context import RunContext
from agent.errors import ToolRefused
from agent.tools.contract import ToolArgs, act_with_consent, as_json, given, known_patient
from data.errors import Conflict, NotAllowed, NotFound, OutOfStock
from data.records import Item, Records

NAME = "commodity_orders_and_fulfillment"
Action = Literal["search", "price", "stock", "propose", "place", "status", "cancel"]
NEEDS_CONSENT = frozenset({"place", "cancel"})


class SupplyArgs(ToolArgs):
    """One action on the supplies catalogue or on an order."""

    action: Action
    query: str | None = Field(None, min_length=2, description="What to search for, e.g. thermometer.")
    item_id: str | None = Field(None, max_length=64, description="From a search result.")
    quantity: int = Field(1, ge=1, le=10)
    order_id: str | None = Field(None, max_length=64)


@tool(NAME, args_schema=SupplyArgs)
def commodity_orders_and_fulfillment(
    action: Action,
    runtime: ToolRuntime[RunContext, Any],
    query: str | None = None,
    item_id: str | None = None,
    quantity: int = 1,
    order_id: str | None = None,
) -> str:
    """Search, price, order or cancel supplies. place and cancel ask the patient first; report only real receipts."""
    records = runtime.context.clinic.records
    match action:
        case "search":
            found = records.actions.search_items(query or "", "commodity")
            return as_json({"items": [item_for_model(i) for i in found]})
        case "price" | "stock" | "propose":
            return as_json({"item": item_for_model(supply(records, item_id))})
        case "status":
            return as_json(order_for_model(runtime, order_id))
        case "place":
            item = supply(records, item_id)
            args = given({"action": action, "item_id": item.item_id, "quantity": quantity})
            try:
                return act_with_consent(
                    runtime, NAME, args, lambda keys: records.actions.place_order(item.item_id, quantity, **keys)
                )
            except OutOfStock as error:
                raise ToolRefused(f"{item.name} is out of stock at the moment.") from error
        case "cancel":
            return cancel_order(runtime, NAME, order_id)


def supply(records: Records, item_id: str | None) -> Item:
    """An item of the supplies catalogue. Raises ToolRefused."""
    try:
        item = records.actions.item(item_id or "")
    except NotFound as error:
        raise ToolRefused("There is no such item; search first.") from error
    if item.kind != "commodity":
        raise ToolRefused("That is a pharmacy item; use the pharmacy tool.")
    return item


def price(item: Item) -> str:
    """Price as people read it."""
    return f"{item.price_cents / 100:.2f} {item.currency}" if item.price_cents else "free"


def item_for_model(item: Item) -> dict[str, Any]:
    """An item without what only staff need."""
    return {
        "item_id": item.item_id,
        "name": item.name,
        "price": price(item),
        "stock": item.stock,
        "pack": item.pack,
        "kind": item.kind,
    }


def order_for_model(runtime: ToolRuntime[RunContext, Any], order_id: str | None) -> dict[str, Any]:
    """One of the patient's orders, or all of them."""
    orders = runtime.context.clinic.records.actions.orders_of(known_patient(runtime))
    chosen = [o for o in orders if order_id in (None, o.order_id)]
    if order_id and not chosen:
        raise ToolRefused("There is no such order of this patient.")
    return {
        "orders": [
            {"order_id": o.order_id, "item": o.item_name, "quantity": o.quantity, "status": o.status}
            for o in chosen[:10]
        ]
    }


def cancel_order(runtime: ToolRuntime[RunContext, Any], name: str, order_id: str | None) -> str:
    """Cancel one of the patient's own orders, with consent."""
    if not order_id:
        raise ToolRefused("Say which order to cancel.")
    args = {"action": "cancel", "order_id": order_id}
    actions = runtime.context.clinic.records.actions
    try:
        return act_with_consent(runtime, name, args, lambda keys: actions.cancel_order(order_id, **keys))
    except (NotFound, NotAllowed, Conflict) as error:
        raise ToolRefused("There is no such order of this patient that can be cancelled.") from error
