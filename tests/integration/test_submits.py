"""Submits: the same one twice, two at once, many sessions side by side, and what is refused before anything runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from langchain_core.messages import AIMessageChunk, BaseMessage

from agent.errors import UserFacingError
from agent.events import QuestionAsked
from agent.models.resilience import Endpoint, ModelFailure, ModelLine
from data.ehr.connector import Chart, ChartCondition, ChartMedicine
from tests.fakes import (
    Says,
    ScriptedModel,
    hostile_moves,
)
from tests.integration.conftest import OpenHouse
from tests.small_clinic import MONDAY, House, everything, in_threads, of_kind, real_parts, result, shown

CHEST = "I have crushing chest pain and I am sweating a lot"
TRIAGE = "triage_and_risk_flagging"


def test_the_same_nonce_is_one_turn(small_clinic: OpenHouse) -> None:
    model = ScriptedModel()
    house = small_clinic(model)
    session = house.session()
    first = house.say(session, CHEST, nonce="n1")
    again = house.say(session, CHEST, nonce="n1")
    assert result(again) == result(first)
    assert result(again).risk == "critical"
    assert len(model.prompts) == 1
    assert len(house.records.interactions.turns(session)) == 1
    other = house.say(session, "hello", nonce="n2")
    assert result(other).turn_id != result(first).turn_id


def test_the_same_nonce_joins_a_running_turn(small_clinic: OpenHouse) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        asked.set()
        assert go_on.wait(30)

    model = ScriptedModel(Says("Here I am."), on_ask=hold)
    house = small_clinic(model)
    session = house.session()
    first = house.manager.stream_step(session, "hello", nonce="n1")
    assert asked.wait(30)
    assert house.manager.is_running(session)
    second = house.manager.stream_step(session, "hello", nonce="n1")
    assert house.manager.activity(session)
    go_on.set()
    both = [list(first), list(second)]
    assert both[0] == both[1]
    assert "Here I am." in shown(both[1])
    assert len(house.records.interactions.turns(session)) == 1
    assert not house.manager.is_running(session)


def test_two_threads_in_one_session_take_turns(small_clinic: OpenHouse) -> None:
    inside = threading.Semaphore(1)
    overlaps = []

    def enter() -> None:
        overlaps.append(not inside.acquire(blocking=False))

    def leave(messages: object) -> Says:
        inside.release()
        return Says("Yes.")

    house = small_clinic(ScriptedModel(mind=leave, on_ask=enter))
    texts = [f"hello number {n}" for n in range(8)]
    answers = in_threads(*(lambda t=t: house.manager.run_step("one-session", t, "pat_ann") for t in texts))
    assert overlaps == [False] * 8
    assert all(a.ok for a in answers)
    turns = house.records.interactions.turns("one-session")
    assert [t.number for t in turns] == list(range(1, 9))
    assert {t.user_text for t in turns} == set(texts)
    assert house.records.audit.verify().ok


def test_two_sessions_run_side_by_side(small_clinic: OpenHouse) -> None:
    both_inside = threading.Barrier(2)
    house = small_clinic(ScriptedModel(on_ask=lambda: both_inside.wait(30)))
    answers = in_threads(
        *(lambda p=p: house.manager.run_step(f"session-{p}", "hello", p) for p in ("pat_ann", "pat_bob"))
    )
    assert all(a.ok and a.error is None for a in answers)


def test_messages_that_are_refused_leave_no_trace(small_clinic: OpenHouse) -> None:
    house = small_clinic()
    session = house.session()
    for text in ("", "  \n ", "x" * 4001):
        with pytest.raises(UserFacingError):
            house.say(session, text)
    with pytest.raises(UserFacingError):
        house.manager.run_step(session, "hello", "pat_bob")
    with pytest.raises(UserFacingError):
        house.manager.run_step("brand-new", "hello", "pat_nobody")
    assert house.transcript(session) == []


def test_the_question_is_asked_word_for_word_and_its_answer_counts(small_clinic: OpenHouse) -> None:
    house = small_clinic()
    session = house.session()
    asked = list(of_kind(house.say(session, "it burns when I pee since yesterday"), QuestionAsked))
    assert len(asked) == 1
    message = next(m for m in house.transcript(session) if m.kind == "question")
    assert (message.text, message.meta["question_id"]) == (asked[0].text, asked[0].question_id)
    house.say(session, "No")
    answered = [m for m in house.transcript(session) if m.role == "patient"][-1]
    assert answered.meta["asked"] == asked[0].question_id
    following = [m.meta["question_id"] for m in house.transcript(session) if m.kind == "question"]
    assert len(following) == len(set(following))


def test_a_failing_model_falls_back_within_the_turn(small_clinic: OpenHouse) -> None:
    spare = ScriptedModel(Says("I am the spare."))
    broken = ScriptedModel(ModelFailure("timeout"))
    house: House = small_clinic(broken.line(Endpoint("spare", spare.stream)))
    session = house.session()
    answer = result(house.say(session, "hello"))
    assert (answer.text, answer.model) == ("I am the spare.", "spare")
    assert house.records.interactions.turns(session)[-1].decision["model_switched"] == "timeout"


# ---- isolation

SESSIONS = 20


def canary(number: int) -> dict[str, str]:
    """What only one patient's session may ever hold."""
    return {
        "word": f"quartz{number:02d}x",
        "condition": f"Zebrafever{number:02d}x",
        "medicine": f"Nilocard{number:02d}x",
        "reason": f"topaz{number:02d}x",
    }


def furnish(house: House) -> None:
    """Twenty patients with a name, a chart and an appointment of their own."""
    actions = house.records.actions
    for n in range(SESSIONS):
        own, patient = canary(n), f"pat_{n:02d}"
        house.records.patients.create(f"Quentara{n:02d}x", f"Villoso{n:02d}x", "1970-01-01", patient_id=patient)
        house.charts.charts[patient] = Chart(
            patient, 50.0, "female", (ChartCondition(own["condition"], "active"),),
            (ChartMedicine(own["medicine"], "active"),), no_known_allergies=True,
        )  # fmt: skip
        start = MONDAY + timedelta(days=5, minutes=20 * n)
        actions.add_slot(f"slo_{n:02d}", "cli_lee", "svc_gp", start, start + timedelta(minutes=20), "Room 1")
        session = house.session(patient)
        actions.book(
            f"slo_{n:02d}", own["reason"], session_id=session, patient_id=patient, turn_id=None, idempotency_key="k"
        )


def converse(house: House, number: int) -> tuple[str, str]:
    """One patient's conversation; their session, and all that came back."""
    session, own = f"session-{number:02d}", canary(number)
    texts = [
        f"My word is {own['word']}. I have a sore throat since yesterday, which medicines and conditions do you know?",
        "what are my appointments",
        "book me an appointment tomorrow and order a thermometer",
    ]
    heard = [everything(vars(house.manager.run_step(session, t, f"pat_{number:02d}"))) for t in texts]
    return session, "\n".join(heard)


def foreign(text: str, number: int) -> set[str]:
    """Canaries of other patients in a text."""
    return {c for n in range(SESSIONS) if n != number for c in canary(n).values() if c in text}


def test_twenty_sessions_at_once_see_nothing_of_each_other(small_clinic: OpenHouse) -> None:
    prompts: list[str] = []
    embedded = real_parts().line

    def remember(messages: Sequence[BaseMessage]) -> Iterator[AIMessageChunk]:
        prompts.append("\n".join(f"{m.content} {getattr(m, 'tool_calls', '')}" for m in messages))
        return embedded._primary.stream(messages)

    house = small_clinic(ModelLine(Endpoint("remembering", remember)))
    furnish(house)
    heard = in_threads(*(lambda n=n: converse(house, n) for n in range(SESSIONS)))
    assert len(prompts) >= 3 * SESSIONS
    for number, (session, text) in enumerate(heard):
        own = canary(number)
        assert foreign(text, number) == set()
        assert own["condition"] in text and own["medicine"] in text  # the test sees what it looks for
        record = house.records.interactions
        kept = everything([vars(m) for m in record.transcript(session)] + [vars(t) for t in record.turns(session)])
        assert own["word"] in kept
        assert foreign(kept, number) == set()
    for prompt in prompts:
        owners = {n for n in range(SESSIONS) for c in canary(n).values() if c in prompt}
        assert len(owners) == 1
        assert "Quentara" not in prompt and "Villoso" not in prompt
    assert house.records.audit.verify().ok


def test_a_hostile_model_reaches_nobody_else(small_clinic: OpenHouse) -> None:
    house = small_clinic()
    bobs = house.session("pat_bob")
    actions = house.records.actions
    keys = {"session_id": bobs, "patient_id": "pat_bob", "turn_id": None}
    actions.book("slo_2_14", "bobs secret", **keys, idempotency_key="k1")
    actions.place_order("thermo", 1, **keys, idempotency_key="k2")
    before = (actions.appointments_of("pat_bob"), actions.orders_of("pat_bob"))
    other = {
        "patient_id": "pat_bob",
        "appointment_id": before[0][0].appointment_id,
        "order_id": before[1][0].order_id,
    }
    for number, move in enumerate(hostile_moves(other)):
        model = ScriptedModel(move, Says("Thank you."))
        house.manager._runner._model_line = model.line
        answer = result(house.say(house.session("pat_ann"), "hello"))
        assert answer.ok, number
        results = everything([c["result"] for c in answer.tool_calls]) + answer.text
        assert not [w for w in ("bobs secret", "pat_bob", "Cranefield", "Warfarin", *other.values()) if w in results]
        assert all(c["result"].get("status") in ("error", None) for c in answer.tool_calls)
        assert answer.pending_consent == []
        prompt = everything([m.content for m in model.prompts[-1]])
        assert "bobs secret" not in prompt and "Cranefield" not in prompt
        assert len(prompt) < 100_000
        assert "booked" not in answer.text and "nothing serious" not in answer.text and "warfarin" not in answer.text
    assert (actions.appointments_of("pat_bob"), actions.orders_of("pat_bob")) == before
    assert actions.appointments_of("pat_ann") == [] and actions.orders_of("pat_ann") == []
    assert len(house.records.patients.all()) == 2
