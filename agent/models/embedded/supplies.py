"""Scripts about things: supplies, pharmacy items, refills, orders."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from agent.models.embedded.requests import Request
from agent.models.embedded.script import CHART, PHARMACY, SUPPLIES, Outcome, Scene, Script, call, failed, rows, settle
from agent.models.embedded.wanted import Thing
from agent.models.embedded.wording import as_sentence, listed

MAX_QUANTITY: Final = {SUPPLIES: 20, PHARMACY: 6}
"""Most of one thing in an order; the tools refuse more."""

_CLOSED = frozenset({"cancelled", "canceled", "delivered", "declined", "collected"})
_STRENGTH = re.compile(r"\b\d+(?:\.\d+)?\s*(?:%|(?:mg|mcg|micrograms?|g|units?)(?:/\w+)?\b)", re.I)
MAX_LISTED: Final = 5


def order(request: Request, scene: Scene) -> Script:
    """Find the thing, then offer it. What is not among the supplies may be at the pharmacy, and the other way round."""
    if scene.emergency:
        return Outcome((scene.say("emergency.left"),))
    thing = request.thing
    if thing is None:
        return Outcome((scene.say("item.which"),))
    first, second = (PHARMACY, SUPPLIES) if request.intent.value == "pharmacy_item" else (SUPPLIES, PHARMACY)
    tool = first
    (found,) = yield (call(first, action="search", query=thing.query),)
    if not rows(found, "items"):
        tool = second
        (found,) = yield (call(second, action="search", query=thing.query),)
    items = rows(found, "items")
    if not items:
        return Outcome((scene.say("item.none"),))
    item = _nearest(items, thing.query)
    if not request.to_have:
        return Outcome((_about(item, scene),))
    if tool == PHARMACY and item.get("kind") != "rx":
        (checked,) = yield (call(PHARMACY, action="check", item_id=str(item.get("item_id"))),)
        if warned := _warnings(checked):
            return Outcome((scene.say("item.warned", warnings=warned),))
    return (yield from _place(tool, "place", item, thing, scene))


def refill(request: Request, scene: Scene) -> Script:
    """Find the medicine, by its name or by the chart, then offer to ask the nurse for more of it."""
    if scene.emergency:
        return Outcome((scene.say("emergency.left"),))
    query = request.thing.query if request.thing and not _VAGUE.fullmatch(request.thing.query) else ""
    found: Mapping[str, Any] = {}
    if query:
        (found,) = yield (call(PHARMACY, action="search", query=query),)
    items = rows(found, "items")
    if not items:
        (chart,) = yield (call(CHART),)
        medicines = names_of(chart.get("medicines"))
        if len(medicines) != 1:
            key = "refill.which_of" if medicines else "refill.which"
            return Outcome((scene.say(key, **({"medicines": listed(medicines)} if medicines else {})),))
        query = medicines[0].split()[0].lower()
        (found,) = yield (call(PHARMACY, action="search", query=query),)
        items = rows(found, "items")
    if not items:
        return Outcome((scene.say("item.none"),))
    item = _nearest(items, query)
    return (yield from _place(PHARMACY, "refill", item, request.thing or Thing(query), scene))


def show_orders(request: Request, scene: Scene) -> Script:
    """Name the patient's orders and how far they are."""
    (found,) = yield (call(SUPPLIES, action="status", order_id=request.order_id),)
    if failed(found):
        return Outcome((scene.say("orders.instead"),))
    own = [_progress(o) for o in rows(found, "orders")[:MAX_LISTED]]
    return Outcome((scene.say("orders.list", orders="; ".join(own)) if own else scene.say("orders.none"),))


def cancel_order(request: Request, scene: Scene) -> Script:
    """Find the order that is meant, then offer to cancel it."""
    (found,) = yield (call(SUPPLIES, action="status", order_id=request.order_id),)
    if failed(found):
        return Outcome((scene.say("orders.instead"),))
    own = [o for o in rows(found, "orders") if o.get("order_id") and o.get("status") not in _CLOSED]
    if not own:
        return Outcome((scene.say("orders.none"),))
    query = request.thing.query if request.thing else ""
    mine = max(own, key=lambda o: _shared(query, str(o.get("item") or "")))
    (made,) = yield (call(SUPPLIES, action="cancel", order_id=str(mine["order_id"])),)
    what = scene.say("what.cancel_order", item=str(mine.get("item") or "this item"))
    return settle(scene, made, what, "orders.instead")


_VAGUE = re.compile(
    r"(?:my |the |usual |repeat |blood pressure |heart )*"
    r"(?:medicines?|medications?|meds|tablets?|pills?|prescriptions?|it|them|stuff)?"
)


def _progress(order: Mapping[str, Any]) -> str:
    return f"{order.get('item') or 'an item'} ({str(order.get('status') or 'open').replace('_', ' ')})"


def _place(tool: str, action: str, item: Mapping[str, Any], thing: Thing, scene: Scene) -> Script:
    quantity = min(thing.quantity, MAX_QUANTITY[tool])
    (made,) = yield (call(tool, action=action, item_id=str(item.get("item_id")), quantity=quantity),)
    if item.get("kind") == "rx" or action == "refill":
        what = scene.say("what.prescription")
    elif tool == PHARMACY:
        what = scene.say("what.medicine")  # the offer names it; here a name beside a number would read like a dose
    else:
        what = scene.say("what.order", item=_name(item) if quantity == 1 else f"{quantity} × {_name(item)}")
    return settle(scene, made, what, "item.instead")


def _nearest(items: Sequence[Mapping[str, Any]], query: str) -> Mapping[str, Any]:
    """The item whose name shares most with the query and says least beside it; the catalogue's own first on a tie."""
    return max(items, key=lambda i: (_shared(query, _name(i)), -len(_name(i).split())))


def _shared(query: str, name: str) -> int:
    words = {w.rstrip("s") for w in re.findall(r"[a-z]{3,}", query.lower())}
    return len(words & {w.rstrip("s") for w in re.findall(r"[a-z]{3,}", name.lower())})


def _about(item: Mapping[str, Any], scene: Scene) -> str:
    stock = item.get("stock")
    there = "it is there" if not isinstance(stock, int) or stock > 0 else "there is none left at the moment"
    price = str(item.get("price") or "what the pharmacy asks")
    return scene.say("item.info", item=_name(item), price=price, stock=there)


def _warnings(checked: Mapping[str, Any]) -> str:
    given = checked.get("warnings")
    if checked.get("ok") is True or not isinstance(given, list):
        return ""
    return " ".join(as_sentence(str(w)) for w in given)


def _name(item: Mapping[str, Any]) -> str:
    """The item's name without its strength, which reads like a dose; the offer itself shows it in full."""
    return " ".join(_STRENGTH.sub(" ", str(item.get("name") or "this item")).split())


def names_of(entries: object) -> list[str]:
    """Names of chart entries, given as texts or as objects with a name."""
    found = []
    for entry in entries if isinstance(entries, list) else []:
        name = (entry.get("name") or entry.get("substance") or entry.get("item")) if isinstance(entry, dict) else entry
        if name:
            found.append(str(name))
    return list(dict.fromkeys(found))
