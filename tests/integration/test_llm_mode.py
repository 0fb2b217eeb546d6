"""Whole turns on a language model behind a real socket, and what holds when it breaks off."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from agent.errors import UserFacingError
from agent.events import EmergencyNotice, ModelSwitched, ReplySentence, TurnEvent
from agent.models.embedded.chat_model import MODEL_ID
from agent.models.openai_compatible import OpenAISettings, adapter_fingerprint
from agent.safety.splitter import split_sentences
from tests.integration.conftest import OpenHouse
from tests.integration.openai_brain import Fault, ScriptedReply, sensible_brain
from tests.integration.openai_server import ScriptedOpenAIServer
from tests.small_clinic import SHOWN, House, everything, of_kind, result, shown

CHEST = "I have crushing chest pain and I am sweating a lot"
WISHES = "My throat hurts since yesterday. Book me an appointment tomorrow and order a thermometer"
LONG = (
    "Thank you for telling me about it. A nurse reads every message that you send here. "
    "Tell me more about how you feel today and whatever else has changed since then."
)


def chosen(server: ScriptedOpenAIServer, **changes: Any) -> OpenAISettings:
    values: dict[str, Any] = {"model": "clinic-model", "timeout_s": 1.0, "max_retries": 0} | changes
    return OpenAISettings(base_url=server.base_url, **values)


def well_formed(request: Mapping[str, Any]) -> None:
    """What OpenAI demands: each tool call answered by id, right behind its message."""
    messages = request["messages"]
    assert messages[0]["role"] == "system"
    waiting: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            waiting.remove(message["tool_call_id"])
        else:
            assert waiting == []
        waiting += [c["id"] for c in message.get("tool_calls") or ()]
    assert waiting == []


def test_a_whole_conversation(small_clinic: OpenHouse) -> None:
    with ScriptedOpenAIServer() as server:
        house = small_clinic(llm=chosen(server))
        session = house.session()
        first = result(house.say(session, WISHES))
        assert first.ok and first.error is None
        assert first.model == "clinic-model"
        assert len(first.pending_consent) == 2
        assert {"triage_and_risk_flagging", "retrieve_knowledge_base"} <= {c["name"] for c in first.tool_calls}
        assert first.citations
        for offer in first.pending_consent:
            answer = house.answer(session, offer["offer_id"], True)
            assert answer.tool_calls[0]["result"]["receipt"]["text"].rstrip(".") in answer.text
        assert len(house.records.actions.receipts_of_session(session)) == 2
        for request in server.requests:
            well_formed(request)
            assert request["stream"] is True
            assert len(request["tools"]) == 7
        sent = everything(server.requests)
        assert "Bellweather" not in sent and "0201 555 01" not in sent and "pat_ann" not in sent
        turns = house.records.interactions.turns(session)
        assert {t.model for t in turns} == {"clinic-model"}
        assert turns[0].decision["model_switched"] is None


FAULTS: list[tuple[Fault, set[str]]] = [
    ("cut_text", {"cut_stream"}),
    ("no_finish", {"cut_stream"}),
    ("length", {"cut_stream"}),
    ("garbage_sse", {"cut_stream"}),
    ("error_event", {"cut_stream", "http_5xx"}),
    ("hang", {"timeout"}),
    ("http_429", {"rate_limited"}),
    ("http_500", {"http_5xx"}),
    ("http_401", {"http_4xx"}),
    ("reset", {"unreachable", "cut_stream"}),
    ("empty", {"empty_reply"}),
    ("unknown_tool", {"bad_tool_call"}),
    ("garbage_tool_json", {"bad_tool_call"}),
    ("cut_tool_json", {"cut_stream"}),
]


@pytest.mark.parametrize(("fault", "reasons"), FAULTS, ids=[f for f, _ in FAULTS])
def test_the_turn_ends_on_the_embedded_model(small_clinic: OpenHouse, fault: Fault, reasons: set[str]) -> None:
    text = LONG if fault in ("cut_text", "no_finish", "length", "garbage_sse", "error_event") else ""
    with ScriptedOpenAIServer(lambda request: ScriptedReply(text, fault=fault)) as server:
        house = small_clinic(llm=chosen(server))
        session = house.session()
        events = house.say(session, "hello")
    switched = list(of_kind(events, ModelSwitched))
    assert len(switched) == 1 and switched[0].reason in reasons
    answer = result(events)
    assert answer.ok and answer.error is None
    assert answer.model == MODEL_ID
    turn = house.records.interactions.turns(session)[-1]
    assert (turn.model, turn.decision["model_switched"]) == (MODEL_ID, switched[0].reason)
    nothing_half_shown(events)
    assert house.records.actions.orders_of("pat_ann") == []


def nothing_half_shown(events: list[TurnEvent]) -> None:
    """Before the switch only whole sentences of the model; behind it the embedded model's reply."""
    whole = {s.strip() for s in split_sentences(LONG)}
    at = next(i for i, e in enumerate(events) if isinstance(e, ModelSwitched))
    before, behind = shown(events[:at]), shown(events[at:])
    assert set(before) <= whole
    assert behind and not any(text in LONG for text in behind)


def test_a_server_that_goes_away_mid_stream(small_clinic: OpenHouse) -> None:
    with ScriptedOpenAIServer(script=(ScriptedReply(LONG, fault="cut_text"),)) as server:
        house = small_clinic(llm=chosen(server))
        session = house.session()
        first = house.say(session, "hello")
    assert shown(first)[0] == split_sentences(LONG)[0].strip()
    nothing_half_shown(first)
    second = house.say(session, WISHES)  # nobody listens on that port any more
    assert next(of_kind(second, ModelSwitched)).reason == "unreachable"
    assert result(second).model == MODEL_ID
    assert len(result(second).pending_consent) == 2
    third = house.say(session, CHEST)  # two failures in a row: it is left alone for a while
    assert next(of_kind(third, ModelSwitched)).reason == "circuit_open"
    assert isinstance(next(of_kind(third, *SHOWN)), EmergencyNotice)


@pytest.mark.parametrize("fault", ["hang", "http_500", "loop"])
def test_the_emergency_does_not_wait_for_the_server(small_clinic: OpenHouse, fault: Fault) -> None:
    asked_after: list[list[str]] = []

    def brain(request: Mapping[str, Any]) -> ScriptedReply:
        asked_after.append([m.kind for m in house.transcript(session)])
        return ScriptedReply(fault=fault)

    with ScriptedOpenAIServer(brain) as server:
        house = small_clinic(llm=chosen(server))
        session = house.session()
        events = house.say(session, CHEST)
    assert asked_after[0] == ["text", "emergency"]
    assert isinstance(next(of_kind(events, *SHOWN)), EmergencyNotice)
    assert result(events).risk == "critical"


@pytest.mark.parametrize(
    "lie",
    [
        "You have tonsillitis.",
        "Take two tablets of ibuprofen every four hours.",
        "It is nothing serious and you need not be seen.",
        "I have booked your appointment.",
        "Stop taking your warfarin today.",
        "See ![x](http://evil.example/a.png) for more.",
    ],
)
def test_a_lying_model_is_not_shown(small_clinic: OpenHouse, lie: str) -> None:
    with ScriptedOpenAIServer(script=(ScriptedReply(f"Thank you for writing. {lie}"),)) as server:
        house = small_clinic(llm=chosen(server))
        session = house.session()
        events = house.say(session, "I have had a cough for two days")
    assert [e.text for e in of_kind(events, ReplySentence)] == ["Thank you for writing."]
    assert lie not in everything([m.text for m in house.transcript(session)])
    assert not result(events).safety["ok"]
    assert "reply_withheld" in house.task_kinds()


# ---- adapters


def test_a_reloaded_adapter_serves_the_next_turn(small_clinic: OpenHouse) -> None:
    def brain(request: Mapping[str, Any]) -> ScriptedReply:
        if len(server.requests) == 1:
            house.manager.reload_adapter("triage-lora", actor="acc_admin")  # in the middle of a turn
        return sensible_brain(request)

    with ScriptedOpenAIServer(brain, models=("clinic-model", "triage-lora")) as server:
        house = small_clinic(llm=chosen(server))
        session = house.session()
        first = result(house.say(session, WISHES))
        before = len(server.requests)
        assert before > 1
        assert {r["model"] for r in server.requests} == {"clinic-model"}  # a running turn keeps its model
        second = result(house.say(session, "hello again"))
        assert {r["model"] for r in server.requests[before:]} == {"triage-lora"}
    assert (first.model, first.ok, second.ok) == ("clinic-model", True, True)
    fingerprint = adapter_fingerprint("triage-lora")
    assert second.model == f"clinic-model+triage-lora@{fingerprint[:12]}"
    assert house.records.interactions.turns(session)[1].versions["adapter"] == "triage-lora"
    (event,) = house.records.audit.search(type="adapter.reloaded")
    assert event.actor == "acc_admin"
    assert json.loads(everything(event.payload)) == {"from": None, "to": fingerprint, "adapter": "triage-lora"}
    assert len(house.transcript(session)) > 3  # no session was dropped


def test_without_a_language_model_there_is_no_adapter(small_clinic: OpenHouse) -> None:
    house: House = small_clinic()
    with pytest.raises(UserFacingError):
        house.manager.reload_adapter("triage-lora")
    assert house.records.audit.search(type="adapter.reloaded") == []
