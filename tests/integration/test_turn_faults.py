"""A turn ends safely whatever breaks: models that loop or die, engine, gate, screen, index, chart and record."""

from __future__ import annotations

import time
from typing import Any

import pytest

from agent.errors import UserFacingError
from agent.events import EmergencyNotice, ReplySentence, ReplyWithheld, TurnEvent
from tests.fakes import (
    BrokenEngine,
    BrokenScreener,
    MissingLibrary,
    Says,
    ScriptedModel,
    dead_model,
    looping_model,
)
from tests.integration.conftest import OpenHouse
from tests.small_clinic import SHOWN, of_kind, result, shown

CHEST = "I have crushing chest pain and I am sweating a lot"
TRIAGE = "triage_and_risk_flagging"


# ---- budgets


@pytest.mark.parametrize(
    "call",
    [
        (TRIAGE, {}),
        ("delete_all_patients", {}),
        ("commodity_orders_and_fulfillment", {"action": "place", "item_id": "thermo"}),
        ("commodity_orders_and_fulfillment", {"action": "place", "item_id": "nothing"}),
    ],
)
@pytest.mark.parametrize("most", [1, 8, 20])
def test_a_looping_model_ends_safely(small_clinic: OpenHouse, call: tuple[str, dict[str, Any]], most: int) -> None:
    model = looping_model(call)
    house = small_clinic(model, settings={"max_model_calls": most})
    session = house.session()
    events = house.say(session, "hello")
    assert len(model.prompts) == most
    assert result(events).error == "budget_used_up"
    assert house.text("degraded.timeout") in shown(events)
    assert "reply_withheld" in house.task_kinds()
    assert len(house.records.consents.pending(session)) <= 1
    assert house.records.interactions.turns(session)[-1].status == "done"


def test_a_server_that_gives_every_message_one_id_loses_no_call(small_clinic: OpenHouse) -> None:
    second = Says(calls=(("database_query", {"name": "my_orders"}),))
    model = ScriptedModel(Says(calls=((TRIAGE, {}),)), second, Says("Thank you."))
    house = small_clinic(model)
    answer = result(house.say(house.session(), "hello"))
    assert [c["name"] for c in answer.tool_calls] == [TRIAGE, "database_query"]
    assert [m.type for m in model.prompts[-1]] == ["system", "human", "ai", "tool", "ai", "tool"]
    assert answer.text == "Thank you."


def test_many_calls_in_one_message_are_cut_at_the_budget(small_clinic: OpenHouse) -> None:
    calls = tuple((TRIAGE, {}) for _ in range(30))
    place = tuple(("commodity_orders_and_fulfillment", {"action": "place", "item_id": "thermo", "quantity": n + 1})
                  for n in range(30))  # fmt: skip
    for many in (calls, place):
        house = small_clinic(ScriptedModel(Says(calls=many), Says("Done looking.")))
        session = house.session()
        answer = result(house.say(session, "hello"))
        done = [c for c in answer.tool_calls if c["result"].get("message") != "No more calls in this turn."]
        assert len(done) <= house.clinic.settings.max_tool_calls
        assert len(house.records.consents.pending(session)) <= house.clinic.settings.max_tool_calls
        assert answer.error is None


def test_no_model_is_asked_after_the_turns_time(small_clinic: OpenHouse) -> None:
    model = ScriptedModel()
    house, heard = small_clinic(model), list[TurnEvent]()
    state = house.run_graph(house.session(), CHEST, model.line(), heard.append, deadline=time.monotonic() - 1)
    assert model.prompts == []
    assert state["error"] == "budget_used_up"
    assert isinstance(heard[0], EmergencyNotice)


# ---- parts that fail


def test_no_model_at_all_means_a_handover(small_clinic: OpenHouse) -> None:
    house = small_clinic(dead_model())
    session = house.session()
    events = house.say(session, "hello, who are you?")
    assert shown(events) == [house.text("handover")]
    assert result(events).error == "model_unavailable"
    assert "reply_withheld" in house.task_kinds()


def test_a_model_that_dies_after_a_booking_keeps_the_booking_on_record(small_clinic: OpenHouse) -> None:
    house = small_clinic(
        ScriptedModel(
            Says(calls=(("referrals_and_scheduling", {"action": "book", "slot_id": "slo_1_9"}),)),
            Says("It waits for your yes."),
            ZeroDivisionError("scripted"),
        )
    )
    session = house.session()
    offer = result(house.say(session, "book tomorrow at nine")).pending_consent[0]
    answer = house.answer(session, offer["offer_id"], True)
    assert not answer.ok
    assert answer.text == house.text("handover")
    turn = house.records.interactions.turns(session)[-1]
    assert turn.status == "failed"
    assert turn.tools[0]["result"]["receipt"]["action"] == "booked"
    assert len(house.records.actions.appointments_of("pat_ann")) == 1
    assert "turn_failed" in house.task_kinds()


@pytest.mark.parametrize("text", ["I have a sore throat", CHEST, "hello"])
def test_a_broken_engine_means_a_nurse_and_never_low(small_clinic: OpenHouse, text: str) -> None:
    house = small_clinic(ScriptedModel(mind=lambda m: Says("There is nothing to worry about.")), engine=BrokenEngine())
    session = house.session()
    events = house.say(session, text)
    assert result(events).disposition == "unable_to_assess"
    assert result(events).risk == "not_rated"
    assert house.text("degraded.engine") in shown(events)
    assert "nothing to worry" not in " ".join(shown(events))
    assert "engine_failed" in house.task_kinds()
    assert house.records.cases.queue()[0].priority == "MEDIUM"


def test_a_broken_engine_never_lowers_what_was_latched(small_clinic: OpenHouse) -> None:
    house = small_clinic(ScriptedModel(), engine=BrokenEngine())
    session = house.session()
    house.records.interactions.latch(session, "ambulance_now")
    assert result(house.say(session, "I feel fine")).disposition == "ambulance_now"


def test_a_broken_screen_asks_no_model(small_clinic: OpenHouse) -> None:
    model = ScriptedModel()
    house = small_clinic(model, screener=BrokenScreener())
    events = house.say(house.session(), "I have a sore throat")
    assert model.prompts == []
    assert "screen_failed" in house.task_kinds()
    assert not list(of_kind(events, ReplySentence))
    assert shown(events)


@pytest.mark.parametrize("claim", ["Drink plenty of water for a sore throat [1].", "Guidelines say honey helps [2]."])
def test_without_an_index_no_guideline_is_claimed(small_clinic: OpenHouse, claim: str) -> None:
    search = Says(calls=(("retrieve_knowledge_base", {"query": "sore throat"}),))
    house = small_clinic(ScriptedModel(search, Says(claim)), library=MissingLibrary())
    answer = result(house.say(house.session(), "I have a sore throat since yesterday"))
    assert answer.citations == []
    assert claim not in answer.text
    embedded = small_clinic(library=MissingLibrary())
    answer = result(embedded.say(embedded.session(), "I have a sore throat since yesterday"))
    assert answer.citations == [] and "[1]" not in answer.text
    assert answer.text


def test_an_unreachable_chart_is_said_to_the_model_and_noted(small_clinic: OpenHouse) -> None:
    house = small_clinic(ScriptedModel(Says(calls=(("ehr_lookup", {}),)), Says("Thank you.")))
    house.charts.down = True
    answer = result(house.say(house.session(), "hello"))
    assert answer.tool_calls[0]["result"] == {"available": False}
    assert answer.error == "chart_unavailable"


@pytest.mark.parametrize("text", [CHEST, "I have a sore throat", "please book me an appointment tomorrow"])
def test_without_a_record_there_is_no_model_and_no_action(small_clinic: OpenHouse, text: str) -> None:
    model = ScriptedModel()
    house = small_clinic(model)
    session = house.session()
    offer = house.records.consents.offer(session, None, "referrals_and_scheduling", {"action": "book"}, "Book?")
    house.spoil()
    events = house.say(session, text)
    assert model.prompts == []
    assert not result(events).ok
    assert result(events).error == "store_unavailable"
    assert house.text("degraded.log") in shown(events)
    assert bool(list(of_kind(events, EmergencyNotice))) is (text == CHEST)
    with pytest.raises(UserFacingError):
        house.answer(session, offer.offer_id, True)


def test_a_record_lost_mid_turn_shows_no_model_text(small_clinic: OpenHouse) -> None:
    model = ScriptedModel(Says("Hello there."), on_ask=lambda: house.spoil())
    house = small_clinic(model)
    events = house.say(house.session(), CHEST)
    assert [type(e) for e in of_kind(events, *SHOWN)] == [EmergencyNotice, ReplyWithheld]
    assert not result(events).ok
    assert result(events).disposition == "ambulance_now"
