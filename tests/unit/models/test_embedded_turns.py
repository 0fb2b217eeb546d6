"""Whole turns: which tools are called, in which rounds, and what the patient reads."""

from __future__ import annotations

import pytest

from agent.models.embedded.chat_model import EmbeddedChatModel
from tests.unit.models.conversation import QUESTION, Clinic, carried_out, play_turn

TRIAGE, SCHEDULING = "triage_and_risk_flagging", "referrals_and_scheduling"
SUPPLIES, PHARMACY = "commodity_orders_and_fulfillment", "pharmacy_orders_and_fulfillment"


def test_three_requests_of_one_message_run_in_two_parallel_rounds(embedded: EmbeddedChatModel) -> None:
    turn = play_turn(embedded, "I have burning when I pee, can you book me for tomorrow and send me a thermometer?")
    first, second = turn.rounds
    assert {name for name, _ in first} == {TRIAGE, "retrieve_knowledge_base", "ehr_lookup", SCHEDULING, SUPPLIES}
    assert turn.made("search") == [{"action": "search", "on": "tomorrow"}, {"action": "search", "query": "thermometer"}]
    assert second == [
        (SCHEDULING, {"action": "book", "slot_id": "s2", "reason": "I have burning when I pee"}),
        (SUPPLIES, {"action": "place", "item_id": "thermo", "quantity": 1}),
    ]
    assert turn.text.startswith(
        "I'm sorry you have to deal with this, and thank you for telling me about burning when you pee."
    )
    assert (
        "Below are offers for an appointment on Saturday 21 November at 10:00 with Dr Solvane; Digital thermometer."
        in turn.text
    )
    assert "[1]" not in turn.text, "no guideline before the question is answered"
    assert turn.text.endswith(QUESTION)


def test_four_clauses_and_a_repeat_are_all_done_once(embedded: EmbeddedChatModel) -> None:
    message = (
        "Please cancel my appointment on Friday. I need a thermometer. Can you refer me to a dermatologist? "
        "What allergies do you have on file? And send me a thermometer."
    )
    turn = play_turn(embedded, message)
    assert turn.made("cancel") == [{"action": "cancel", "appointment_id": "a2"}]
    assert turn.made("refer") == [{"action": "refer", "service": "dermatology"}]
    assert turn.made("place") == [{"action": "place", "item_id": "thermo", "quantity": 1}]
    assert ("database_query", {"name": "my_allergies"}) in turn.calls
    assert "Under allergies, your record lists penicillin (rash)." in turn.text


def test_more_than_a_turn_can_hold_is_asked_for_again(embedded: EmbeddedChatModel) -> None:
    message = "Order a thermometer, plasters, bandages, a first aid kit, gauze and an ice pack."
    assert "please send me the rest again" in play_turn(embedded, message).text


@pytest.mark.parametrize(
    ("message", "calls"),
    [
        ("refill my amlodipine", [("search", {"query": "amlodipine"}), ("refill", {"item_id": "amlo", "quantity": 1})]),
        ("send me paracetamol",
         [("search", {"query": "paracetamol"}), ("check", {"item_id": "para"}),
          ("place", {"item_id": "para", "quantity": 1})]),
        ("I want to buy ibuprofen", [("search", {"query": "ibuprofen"}), ("check", {"item_id": "ibu"})]),
        ("do you sell paracetamol", [("search", {"query": "paracetamol"})]),
        ("cancel the thermometer order", [("status", {}), ("cancel", {"order_id": "ord_thermo001"})]),
        ("where is my order", [("status", {})]),
        ("when is my next appointment", [("list", {})]),
        ("hi", []),
        ("tell me a joke", []),
        ("are you a robot", []),
    ],
)  # fmt: skip
def test_the_calls_of_a_request(
    embedded: EmbeddedChatModel, message: str, calls: list[tuple[str, dict[str, object]]]
) -> None:
    turn = play_turn(embedded, message)
    assert [(a.pop("action"), a) for _, a in turn.calls] == calls


def test_a_move_finds_the_appointment_named_and_the_time_nearest_to_the_wish(embedded: EmbeddedChatModel) -> None:
    turn = play_turn(embedded, "reschedule my appointment with Dr Solvane to tomorrow at 10:30")
    assert turn.made("reschedule") == [{"action": "reschedule", "appointment_id": "a2", "slot_id": "s3"}]


def test_a_full_day_leads_to_the_next_free_time_and_names_others(embedded: EmbeddedChatModel) -> None:
    turn = play_turn(embedded, "book me in on Monday morning")
    assert turn.made("search")[0] == {"action": "search", "on": "2026-11-23", "part_of_day": "morning"}
    assert turn.made("book")[0]["slot_id"] == "n1"
    assert "There is nothing free on Monday in the morning" in turn.text
    assert "Other free times are Tuesday 24 November at 10:00." in turn.text


def test_no_free_time_at_all_is_said_plainly(embedded: EmbeddedChatModel) -> None:
    turn = play_turn(embedded, "book me in tomorrow", Clinic(slots={}, next_possible=[]))
    assert turn.made("book") == []
    assert "I found no free time for that." in turn.text


def test_a_wish_about_time_in_a_sentence_of_its_own_belongs_to_the_booking(embedded: EmbeddedChatModel) -> None:
    turn = play_turn(embedded, "I need to see a doctor. Tomorrow morning please.")
    assert turn.made("search") == [
        {"action": "search", "service": "Same-day GP", "on": "tomorrow", "part_of_day": "morning"}
    ]


def test_after_the_yes_the_receipt_is_stated_word_for_word_and_nothing_runs_again(embedded: EmbeddedChatModel) -> None:
    receipt = "Booked: Saturday 21 November at 10:00 with Dr Solvane, Room 1."
    done = {"status": "done", "receipt": {"receipt_id": "rcp_1", "action": "booked", "text": receipt}}
    turn = play_turn(
        embedded, "Yes, please book it",
        after=carried_out(SCHEDULING, {"action": "book", "slot_id": "s2"}, done),
        pending_offers=[{"offer_id": "o2", "tool": SUPPLIES, "offer_text": "Order 1 thermometer?"}],
        decision={"needs_more": True, "next_questions": [{"id": "q", "text": QUESTION}]},
    )  # fmt: skip
    assert turn.calls == []
    assert turn.text.startswith(receipt)
    assert turn.text.endswith(QUESTION)


def test_a_yes_with_a_new_wish_does_the_new_wish(embedded: EmbeddedChatModel) -> None:
    done = {"status": "done", "receipt": {"receipt_id": "rcp_1", "action": "booked", "text": "Booked."}}
    after = carried_out(SCHEDULING, {"action": "book", "slot_id": "s2"}, done)
    turn = play_turn(embedded, "Yes, and please send me a thermometer", after=after)
    assert turn.made("place") == [{"action": "place", "item_id": "thermo", "quantity": 1}]
    assert turn.made("book") == []
    assert turn.text.startswith("Booked.")


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ({"status": "declined", "offer_text": "Book it?"}, "All right, this will not go ahead."),
        ({"status": "error", "message": "That time is gone."}, "I ran into a problem with this. That time is gone."),
    ],
)
def test_a_no_or_a_failure_is_said_plainly(embedded: EmbeddedChatModel, result: dict[str, str], said: str) -> None:
    after = carried_out(SCHEDULING, {"action": "book", "slot_id": "s2"}, result)
    turn = play_turn(embedded, "Yes", after=after)
    assert turn.calls == []
    assert turn.text.startswith(said)


def test_an_offer_that_cannot_be_made_says_why_and_what_else(embedded: EmbeddedChatModel) -> None:
    turn = play_turn(embedded, "order a thermometer", Clinic(refuse={"place": "It is out of stock at the moment."}))
    assert turn.text == (
        "I ran into a problem with Digital thermometer. It is out of stock at the moment. "
        "I can look for something else, or you can ask a pharmacist."
    )


def test_a_warning_stops_the_order_and_is_told(embedded: EmbeddedChatModel) -> None:
    turn = play_turn(embedded, "I want to buy ibuprofen")
    assert turn.made("place") == []
    assert "Your record lists an ibuprofen allergy." in turn.text


def test_with_several_medicines_a_vague_refill_asks_which(embedded: EmbeddedChatModel) -> None:
    turn = play_turn(embedded, "refill my tablets", Clinic(medicines=["Amlodipine 5 mg", "Metformin 500 mg"]))
    assert turn.made("refill") == []
    assert "Your record lists Amlodipine 5 mg and Metformin 500 mg." in turn.text


def test_broken_tool_results_are_survived(embedded: EmbeddedChatModel) -> None:
    refuse = dict.fromkeys(
        ("search", "list", "status", "triage_and_risk_flagging", "retrieve_knowledge_base", "ehr_lookup"), ""
    )
    turn = play_turn(embedded, "my chest hurts, book me tomorrow and order a thermometer", Clinic(refuse=refuse))
    assert turn.made("book") == turn.made("place") == []
    assert "I can't rate the urgency of this right now" in turn.text
