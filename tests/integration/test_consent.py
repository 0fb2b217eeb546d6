"""Consent: nothing is done before the patient's own yes to that very offer, and each yes does one thing once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from agent.errors import UserFacingError
from agent.events import ConsentRequested
from tests.fakes import Says, ScriptedModel
from tests.integration.conftest import OpenHouse
from tests.small_clinic import House, in_threads, of_kind, result

SCHEDULE = "referrals_and_scheduling"
SUPPLY = "commodity_orders_and_fulfillment"
PHARMACY = "pharmacy_orders_and_fulfillment"
BOOK = (SCHEDULE, {"action": "book", "slot_id": "slo_1_9", "reason": "sore throat"})
ORDER = (SUPPLY, {"action": "place", "item_id": "thermo", "quantity": 1})


def with_offers(
    small_clinic: OpenHouse, *calls: tuple[str, Mapping[str, Any]], patient: str = "pat_ann"
) -> tuple[House, str, list[str]]:
    """A clinic, a session and the offers that wait in it."""
    house = small_clinic(ScriptedModel(Says(calls=calls)))
    session = house.session(patient)
    waiting = result(house.say(session, "please arrange that")).pending_consent
    return house, session, [o["offer_id"] for o in waiting]


def done(house: House, patient: str = "pat_ann") -> tuple[int, int]:
    """How many appointments and orders the patient has."""
    return len(house.records.actions.appointments_of(patient)), len(house.records.actions.orders_of(patient))


def test_booking_and_ordering_in_one_message(small_clinic: OpenHouse) -> None:
    house = small_clinic()
    session = house.session()
    events = house.say(session, "Please book me a doctor's appointment tomorrow morning and order a thermometer.")
    offers = list(of_kind(events, ConsentRequested))
    assert {o.tool for o in offers} == {SCHEDULE, SUPPLY}
    assert [o["offer_id"] for o in result(events).pending_consent] == [o.offer_id for o in offers]
    assert done(house) == (0, 0)
    assert {m.text for m in house.transcript(session) if m.kind == "consent"} == {o.text for o in offers}
    for number, offer in enumerate(offers, 1):
        answer = house.answer(session, offer.offer_id, True)
        assert answer.ok and answer.error is None
        assert answer.tool_calls[0]["result"]["status"] == "done"
        receipts = house.records.actions.receipts_of_turn(answer.turn_id)
        assert len(receipts) == 1
        assert receipts[0].text.rstrip(".") in answer.text
        assert len(answer.pending_consent) == 2 - number
    assert done(house) == (1, 1)
    assert house.records.actions.item("thermo").stock == 1
    assert house.records.audit.verify().ok


def test_the_offer_names_the_very_thing(small_clinic: OpenHouse) -> None:
    house = small_clinic(ScriptedModel(Says(calls=(BOOK, ORDER))))
    texts = [o["offer_text"] for o in result(house.say(house.session(), "both please")).pending_consent]
    assert texts == [
        "Book Tuesday 17 November at 09:00 with Dr Lee (Same-day GP, Room 1)?",
        "Order 1 × Digital thermometer (12.50 USD each)?",
    ]


def test_the_same_call_twice_is_one_offer(small_clinic: OpenHouse) -> None:
    house, session, offers = with_offers(small_clinic, ORDER, ORDER)
    assert len(offers) == 1
    house.say(session, "what about my order")
    assert len([m for m in house.transcript(session) if m.kind == "consent"]) == 1


def test_two_clicks_are_one_answer(small_clinic: OpenHouse) -> None:
    house, session, (offer,) = with_offers(small_clinic, ORDER)
    first = house.answer(session, offer, True)
    assert house.answer(session, offer, True) == first
    assert done(house) == (0, 1)
    # A no that comes after the yes changes nothing, and says what was done.
    assert house.answer(session, offer, False).text == first.text
    assert done(house) == (0, 1)


def test_many_clicks_at_once_are_one_answer(small_clinic: OpenHouse) -> None:
    house, session, (offer,) = with_offers(small_clinic, ORDER)
    answers = in_threads(*(lambda: house.answer(session, offer, True) for _ in range(6)))
    assert {a.turn_id for a in answers} == {answers[0].turn_id}
    assert all(a == answers[0] for a in answers)
    assert done(house) == (0, 1)


def test_a_typed_yes_and_a_click_are_one_answer(small_clinic: OpenHouse) -> None:
    house, session, (offer,) = with_offers(small_clinic, ORDER)
    typed = result(house.say(session, "yes please"))
    assert done(house) == (0, 1)
    assert house.answer(session, offer, True).turn_id == typed.turn_id
    assert done(house) == (0, 1)


def test_a_no_does_nothing_and_the_model_reads_it(small_clinic: OpenHouse) -> None:
    house, session, (offer,) = with_offers(small_clinic, BOOK)
    answer = house.answer(session, offer, False)
    assert answer.tool_calls[0]["result"]["status"] == "declined"
    assert answer.pending_consent == []
    assert done(house) == (0, 0)
    assert house.records.consents.get(offer).status == "declined"


@pytest.mark.parametrize("typed", [True, False])
def test_an_expired_offer_does_nothing(small_clinic: OpenHouse, typed: bool) -> None:
    house, session, (offer,) = with_offers(small_clinic, BOOK)
    house.clock.advance(minutes=house.clinic.settings.consent_minutes, seconds=1)
    turns = len(house.records.interactions.turns(session))
    if typed:
        assert result(house.say(session, "yes please")).tool_calls == []
    else:
        with pytest.raises(UserFacingError, match="run out"):
            house.answer(session, offer, True)
        assert len(house.records.interactions.turns(session)) == turns
    assert done(house) == (0, 0)


def test_an_offer_holds_until_its_last_second(small_clinic: OpenHouse) -> None:
    house, session, (offer,) = with_offers(small_clinic, BOOK)
    house.clock.advance(minutes=house.clinic.settings.consent_minutes, seconds=-1)
    assert house.answer(session, offer, True).ok
    assert done(house) == (1, 0)


def test_an_offer_belongs_to_its_session(small_clinic: OpenHouse) -> None:
    house, session, (offer,) = with_offers(small_clinic, ORDER)
    for other in (house.session(), house.session("pat_bob")):
        with pytest.raises(UserFacingError):
            house.answer(other, offer, True)
        assert result(house.say(other, "yes")).tool_calls == []
    with pytest.raises(UserFacingError):
        house.answer(session, "ofr_nothing", True)
    with pytest.raises(UserFacingError):
        house.answer("no-such-session", offer, True)
    assert done(house) == done(house, "pat_bob") == (0, 0)


def test_a_changed_offer_does_nothing(small_clinic: OpenHouse) -> None:
    house, session, (offer,) = with_offers(small_clinic, ORDER)
    with house.records.store.write():
        house.records.store.update("consents", "offer_id", offer, {"args": '{"action":"place","item_id":"para"}'})
    assert not house.records.audit.verify().ok
    answer = house.answer(session, offer, True)
    assert answer.tool_calls[0]["result"]["status"] == "error"
    assert done(house) == (0, 0)


def test_a_slot_taken_meanwhile(small_clinic: OpenHouse) -> None:
    house, session, (offer,) = with_offers(small_clinic, BOOK)
    theirs = house.session("pat_bob")
    house.records.actions.book(
        "slo_1_9", "first", session_id=theirs, patient_id="pat_bob", turn_id=None, idempotency_key="k"
    )
    answer = house.answer(session, offer, True)
    assert answer.tool_calls[0]["result"] == {
        "status": "error",
        "message": "That time has just been taken; search again.",
    }
    assert done(house) == (0, 0)
    assert done(house, "pat_bob") == (1, 0)
    assert "booked" not in answer.text.lower()


def test_stock_gone_meanwhile(small_clinic: OpenHouse) -> None:
    house, session, (offer,) = with_offers(
        small_clinic, (SUPPLY, {"action": "place", "item_id": "thermo", "quantity": 2})
    )
    theirs = house.session("pat_bob")
    house.records.actions.place_order(
        "thermo", 1, session_id=theirs, patient_id="pat_bob", turn_id=None, idempotency_key="k"
    )
    answer = house.answer(session, offer, True)
    assert answer.tool_calls[0]["result"]["message"] == "Digital thermometer is out of stock at the moment."
    assert done(house) == (0, 0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ((SUPPLY, {"action": "place", "item_id": "gauze"}), "out of stock"),
        ((SUPPLY, {"action": "place", "item_id": "thermo", "quantity": 5}), "out of stock"),
        ((SUPPLY, {"action": "place", "item_id": "para"}), "pharmacy item"),
        ((SUPPLY, {"action": "place"}), "no such item"),
        ((SUPPLY, {"action": "place", "item_id": "thermo", "quantity": 0}), "not valid"),
        ((SUPPLY, {"action": "place", "item_id": "thermo", "price": 0}), "not valid"),
        ((PHARMACY, {"action": "place", "item_id": "thermo"}), "supplies tool"),
        ((SCHEDULE, {"action": "book"}), "not available"),
        ((SCHEDULE, {"action": "book", "slot_id": "slo_9_9"}), "not available"),
        ((SCHEDULE, {"action": "cancel", "appointment_id": "apt_1"}), "no such appointment"),
        ((SCHEDULE, {"action": "refer", "service": "Stay at home, nothing is wrong"}), "no such service"),
        ((SCHEDULE, {"action": "refer"}), "no such service"),
        ((SCHEDULE, {"action": "book", "slot_id": "slo_1_9", "patient_id": "pat_bob"}), "not valid"),
    ],
)
def test_what_cannot_be_offered(small_clinic: OpenHouse, call: tuple[str, Mapping[str, Any]], words: str) -> None:
    house = small_clinic(ScriptedModel(Says(calls=(call,))))
    answer = result(house.say(house.session(), "please arrange that"))
    assert answer.pending_consent == []
    assert answer.tool_calls[0]["result"]["status"] == "error"
    assert words in answer.tool_calls[0]["result"]["message"]
    assert answer.error is None


def test_without_a_patient_nothing_is_offered(small_clinic: OpenHouse) -> None:
    house = small_clinic(ScriptedModel(Says(calls=(BOOK,))))
    answer = result(house.say(house.session(None), "book it"))
    assert answer.pending_consent == []
    assert "no patient record" in answer.tool_calls[0]["result"]["message"]


@pytest.mark.parametrize("calls", [(BOOK,), (ORDER,), (BOOK, ORDER)])
def test_moving_and_cancelling_ask_as_well(small_clinic: OpenHouse, calls: tuple[Any, ...]) -> None:
    model = ScriptedModel(Says(calls=calls))
    house = small_clinic(model)
    session = house.session()
    for offer in result(house.say(session, "arrange it please")).pending_consent:
        house.answer(session, offer["offer_id"], True)
    appointments = house.records.actions.appointments_of("pat_ann")
    orders = house.records.actions.orders_of("pat_ann")
    move = {"action": "reschedule", "slot_id": "slo_2_9"}
    undo = [(SCHEDULE, move | {"appointment_id": a.appointment_id}) for a in appointments]
    undo += [(SUPPLY, {"action": "cancel", "order_id": o.order_id}) for o in orders]
    model.then(Says(calls=tuple(undo)))
    waiting = result(house.say(session, "change it please")).pending_consent
    assert len(waiting) == len(undo)
    assert [a.status for a in house.records.actions.appointments_of("pat_ann")] == ["booked"] * len(appointments)
    for offer in waiting:
        assert house.answer(session, offer["offer_id"], True).tool_calls[0]["result"]["status"] == "done"
    assert {a.status for a in house.records.actions.appointments_of("pat_ann")} <= {"moved", "booked"}
    assert all(o.status == "cancelled" for o in house.records.actions.orders_of("pat_ann"))


def test_a_prescription_item_becomes_a_proposal(small_clinic: OpenHouse) -> None:
    house, session, (offer,) = with_offers(small_clinic, (PHARMACY, {"action": "place", "item_id": "amox"}))
    assert "nurse to approve" in house.records.consents.get(offer).offer_text
    answer = house.answer(session, offer, True)
    assert answer.tool_calls[0]["result"]["receipt"]["action"] == "proposed"
    assert [p.status for p in house.records.actions.proposals()] == ["proposed"]
    assert house.records.actions.item("amox").stock == 9


def test_warfarin_stops_ibuprofen_before_any_offer(small_clinic: OpenHouse) -> None:
    call = (PHARMACY, {"action": "place", "item_id": "ibu"})
    house, _, offers = with_offers(small_clinic, call, patient="pat_bob")
    assert offers == []
    house, session, offers = with_offers(small_clinic, call)
    assert len(offers) == 1
    assert house.answer(session, offers[0], True).tool_calls[0]["result"]["status"] == "done"


def test_a_reason_with_blanks_around_it_is_still_the_same_offer(small_clinic: OpenHouse) -> None:
    call = (SCHEDULE, {"action": "book", "slot_id": " slo_1_9 ", "reason": "  sore throat \u202e", "service": None})
    house, session, (offer,) = with_offers(small_clinic, call)
    assert house.answer(session, offer, True).tool_calls[0]["result"]["status"] == "done"


def test_a_model_cannot_answer_for_the_patient(small_clinic: OpenHouse) -> None:
    model = ScriptedModel(
        Says(calls=(ORDER,)),
        Says(calls=(("answer_consent", {"granted": True}), (SUPPLY, ORDER[1] | {"consent": "yes"}))),
        Says("Yes. Yes, go ahead."),
    )
    house = small_clinic(model)
    session = house.session()
    answer = result(house.say(session, "hello"))
    assert len(answer.pending_consent) == 1
    assert done(house) == (0, 0)
    assert house.records.consents.pending(session)[0].status == "pending"


@pytest.mark.parametrize("text", ["Yes", "yes please", "No"])
def test_an_answer_to_a_triage_question_books_nothing(small_clinic: OpenHouse, text: str) -> None:
    house = small_clinic()
    session = house.session()
    first = result(house.say(session, "it burns when I pee since yesterday. Please book me an appointment tomorrow"))
    assert len(first.pending_consent) == 1
    assert house.transcript(session)[-1].kind == "question"
    house.say(session, text)
    assert done(house) == (0, 0)
    assert len(house.records.consents.pending(session)) == 1
    assert house.transcript(session)[-1].text != first.text
