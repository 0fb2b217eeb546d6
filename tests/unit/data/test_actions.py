"""What is arranged is arranged once, for the right patient, and only if it is still there."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from data.actions import Actions
from data.errors import Conflict, NotAllowed, NotFound, OutOfStock
from data.records import Item, Records
from tests.unit.data.conftest import ITEMS, Desk, FakeClock, Keys, Who


@pytest.mark.parametrize(
    ("query", "kind", "first"),
    [
        ("thermometer", None, "thermo"),
        ("thermometre", None, "thermo"),
        ("temperature", "commodity", "thermo"),
        ("ors", None, "ors"),
        ("paracetamol", None, "para"),
        ("amoxicilin", "rx", "amox"),
        ("PAIN", "otc", "para"),
    ],
)
def test_search_finds_the_item_first(actions: Actions, query: str, kind: str | None, first: str) -> None:
    assert actions.search_items(query, kind)[0].item_id == first


@pytest.mark.parametrize(
    ("query", "kind"), [("wheelchair", None), ("paracetamol", "commodity"), ("zzz", "otc"), ("!", None)]
)
def test_search_finds_nothing_that_does_not_fit(actions: Actions, query: str, kind: str | None) -> None:
    assert actions.search_items(query, kind) == []


def test_an_empty_search_lists_the_kind(actions: Actions) -> None:
    assert {item.item_id for item in actions.search_items("", "otc")} == {"ors", "para"}
    assert len(actions.search_items("")) == len(ITEMS)
    assert actions.item("thermo") == ITEMS[0]


def test_an_order_takes_from_the_stock_and_gives_a_receipt(actions: Actions, anns: Who, desk: Desk) -> None:
    receipt = actions.place_order("thermo", 2, **anns())
    order = actions.order(receipt.ref_id)
    assert (receipt.action, receipt.text) == ("ordered", "Ordered: 2 × Digital thermometer, 25.00 EUR.")
    assert (order.status, order.total_cents, order.patient_id) == ("placed", 2500, desk.patient_id)
    assert actions.item("thermo").stock == 0
    assert actions.orders_of(desk.patient_id) == [order]
    assert actions.orders_of(desk.other_patient_id) == []


@pytest.mark.parametrize(
    ("item_id", "quantity", "error"),
    [
        ("thermo", 3, OutOfStock),
        ("amox", 1, NotAllowed),
        ("nothing", 1, NotFound),
        ("thermo", 0, ValueError),
        ("thermo", -1, ValueError),
        ("ors", 11, ValueError),
        ("thermo", True, ValueError),
        ("thermo", 1.5, ValueError),
    ],
)
def test_an_order_that_cannot_be_is_refused_and_leaves_the_stock(
    actions: Actions, anns: Who, desk: Desk, item_id: str, quantity: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        actions.place_order(item_id, quantity, **anns())
    assert {i.item_id: i.stock for i in actions.search_items("")} == {i.item_id: i.stock for i in ITEMS}
    assert actions.orders_of(desk.patient_id) == []


def test_forty_orders_at_once_never_sell_what_is_not_there(actions: Actions, desk: Desk, anns: Who) -> None:
    def order(_: int) -> bool:
        try:
            actions.place_order("para", 3, **anns())
        except OutOfStock:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(order, range(40))) == 6
    assert actions.item("para").stock == 2


REPEATED: dict[str, Callable[[Actions, Keys], object]] = {
    "order": lambda a, k: a.place_order("thermo", 1, **k),
    "propose": lambda a, k: a.propose_prescription("amox", 1, "", **k),
    "book": lambda a, k: a.book("slo_1_8", "ear", **k),
    "refer": lambda a, k: a.refer("svc_ent", "ear", **k),
}


@pytest.mark.parametrize("name", REPEATED)
def test_the_same_key_does_it_once(actions: Actions, anns: Who, records: Records, name: str) -> None:
    first, again = (REPEATED[name](actions, anns("k1")) for _ in range(2))
    assert first == again
    assert len(actions.receipts_of_session(anns()["session_id"])) == 1
    assert records.audit.verify().ok


def test_a_key_used_for_something_else_is_refused(actions: Actions, anns: Who, bobs: Who) -> None:
    actions.place_order("thermo", 1, **anns("k1"))
    with pytest.raises(Conflict):
        actions.place_order("thermo", 2, **anns("k1"))
    with pytest.raises(Conflict):
        actions.book("slo_1_8", "x", **anns("k1"))
    assert actions.place_order("thermo", 1, **bobs("k1")).action == "ordered"  # keys belong to a session


def test_receipts_are_listed_by_turn(actions: Actions, records: Records, anns: Who, desk: Desk) -> None:
    turn = records.interactions.begin_turn(desk.session_id, "x", "n").turn_id
    receipt = actions.place_order("thermo", 1, **(anns() | {"turn_id": turn}))
    actions.place_order("thermo", 1, **anns())
    assert actions.receipts_of_turn(turn) == [receipt]
    assert actions.receipts_of_turn("trn_x") == []


FOREIGN: dict[str, Callable[[Actions, Keys, Keys], object]] = {
    "session of another": lambda a, ann, bob: a.place_order("thermo", 1, **(ann | {"patient_id": bob["patient_id"]})),
    "no such session": lambda a, ann, bob: a.book("slo_1_8", "x", **(ann | {"session_id": "ses_x"})),
    "cancel their order": lambda a, ann, bob: a.cancel_order(a.place_order("ors", 1, **bob).ref_id, **ann),
    "see their order": lambda a, ann, bob: a.order(a.place_order("ors", 1, **bob).ref_id, patient_id=ann["patient_id"]),
    "cancel their visit": lambda a, ann, bob: a.cancel_appointment(a.book("slo_1_8", "x", **bob).ref_id, **ann),
    "move their visit": lambda a, ann, bob: a.reschedule(a.book("slo_1_8", "x", **bob).ref_id, "slo_2_8", **ann),
    "see their visit": lambda a, ann, bob: a.appointment(
        a.book("slo_1_8", "x", **bob).ref_id, patient_id=ann["patient_id"]
    ),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_nobody_touches_what_is_anothers(actions: Actions, anns: Who, bobs: Who, desk: Desk, name: str) -> None:
    with pytest.raises(NotAllowed):
        FOREIGN[name](actions, anns(), bobs())
    assert (actions.orders_of(desk.patient_id), actions.appointments_of(desk.patient_id)) == ([], [])
    statuses = [o.status for o in actions.orders_of(desk.other_patient_id)]
    statuses += [a.status for a in actions.appointments_of(desk.other_patient_id)]
    assert statuses in (["placed"], ["booked"], [])


def test_cancelling_an_order_gives_the_stock_back_once(actions: Actions, anns: Who) -> None:
    order_id = actions.place_order("thermo", 2, **anns()).ref_id
    assert actions.cancel_order(order_id, **anns()).action == "cancelled"
    assert (actions.order(order_id).status, actions.item("thermo").stock) == ("cancelled", 2)
    with pytest.raises(Conflict):
        actions.cancel_order(order_id, **anns())
    assert actions.item("thermo").stock == 2


def test_a_prescription_waits_for_a_nurse(actions: Actions, anns: Who, desk: Desk) -> None:
    receipt = actions.propose_prescription("amox", 1, "sore throat", **anns())
    assert (receipt.action, actions.item("amox").stock) == ("proposed", 1)
    assert [o.order_id for o in actions.proposals()] == [receipt.ref_id]
    with pytest.raises(NotAllowed):
        actions.approve_proposal(receipt.ref_id, desk.patient_account)
    approved = actions.approve_proposal(receipt.ref_id, desk.nurse)
    assert (approved.status, approved.decided_by, actions.item("amox").stock) == ("approved", desk.nurse.account_id, 0)
    for decide in (actions.approve_proposal, lambda o, n: actions.decline_proposal(o, n, "no")):
        with pytest.raises(Conflict):
            decide(receipt.ref_id, desk.nurse)


def test_a_declined_proposal_says_why_and_one_out_of_stock_stays_open(actions: Actions, anns: Who, desk: Desk) -> None:
    first, second, free = (
        actions.propose_prescription(what, 1, "", **anns()).ref_id for what in ("amox", "amox", "Levothyroxine 50")
    )
    actions.approve_proposal(first, desk.nurse)
    with pytest.raises(OutOfStock):
        actions.approve_proposal(second, desk.nurse)
    with pytest.raises(ValueError, match="reason"):
        actions.decline_proposal(second, desk.nurse, " ")
    assert [o.order_id for o in actions.proposals()] == [second, free]
    assert actions.decline_proposal(second, desk.nurse, "viral").decision_reason == "viral"
    assert (actions.order(free).item_id, actions.order(free).item_name) == (None, "Levothyroxine 50")
    assert actions.propose_prescription("amox", 1, "", **anns(), refill=True).action == "refill_requested"


def test_adding_twice_changes_nothing(actions: Actions, records: Records, clock: FakeClock) -> None:
    events = records.audit.verify().events
    actions.add_service("svc_gp", "Other name")
    actions.add_clinician("cli_lee", "Other", "GP")
    actions.add_slot("slo_1_8", "cli_lee", "svc_ent", clock(), clock() + timedelta(hours=1), "Elsewhere")
    actions.add_item(Item("thermo", "Other", "otc", "", 1, "EUR", 99))
    assert records.audit.verify().events == events
    assert actions.item("thermo") == ITEMS[0]
    assert [s.name for s in actions.services()] == ["Ear nose and throat", "General practice"]
    assert [c.name for c in actions.clinicians()] == ["Dr Lee"]


@pytest.mark.parametrize("change", [{"kind": "toy"}, {"stock": -1}, {"price_cents": -1}])
def test_an_impossible_item_is_refused(actions: Actions, change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="an item needs"):
        actions.add_item(Item(**(vars(ITEMS[0]) | {"item_id": "new"} | change)))
