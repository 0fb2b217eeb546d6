"""What a clause asks for."""

from __future__ import annotations

import pytest

from agent.models.embedded.clauses import split_clauses
from agent.models.embedded.intent import IntentReader
from knowledge.schema_intents import Intent, load_intents
from tests.unit.models.intent_cases import BLIND, TUNED


def test_every_tuned_clause_is_read_as_labelled(reader: IntentReader) -> None:
    readings = reader.read([text for text, _, _ in TUNED])
    wrong = [
        (r.clause, str(r.intent), r.health, intent, health)
        for r, (_, intent, health) in zip(readings, TUNED, strict=True)
        if (r.intent, r.health) != (intent, health)
    ]
    assert wrong == []


def test_blind_clauses_are_mostly_read_as_labelled(reader: IntentReader) -> None:
    readings = reader.read([text for text, _, _ in BLIND])
    right = sum(r.intent == intent for r, (_, intent, _) in zip(readings, BLIND, strict=True))
    assert right / len(BLIND) >= 0.85


def test_no_symptom_is_taken_for_something_that_skips_the_rating(reader: IntentReader) -> None:
    cases = [(text, health) for text, _, health in (*TUNED, *BLIND)]
    readings = reader.read([text for text, _ in cases])
    unrated = [
        r.clause
        for r, (_, health) in zip(readings, cases, strict=True)
        if health and not r.health and r.intent != "unclear"
    ]
    assert unrated == []


def test_no_talk_about_health_is_taken_for_an_action(reader: IntentReader) -> None:
    """Something said about the past or in passing never books, orders or cancels."""
    actions = {Intent.CANCEL_APPOINTMENT, Intent.CANCEL_ORDER, Intent.REFILL, Intent.ORDER_SUPPLY, Intent.RESCHEDULE}
    said = [
        "I was told at my last visit that my blood pressure is high",
        "the doctor I saw on Monday said it was a virus",
        "I had to cancel my holiday because of the pain",
        "my tablets make me dizzy",
        "I wear a mask at work and my face itches",
        "he ordered a burger and then threw up",
        "I ran out of breath on the stairs",
        "I changed the dressing and it smells",
    ]
    readings = reader.read(said)
    assert [r.clause for r in readings if r.intent in actions] == []
    assert all(r.health or r.intent is Intent.UNCLEAR for r in readings)


@pytest.mark.parametrize(
    ("message", "clauses"),
    [
        (
            "I have burning when I pee, can you book me for tomorrow and send me a thermometer?",
            ["I have burning when I pee", "can you book me for tomorrow", "send me a thermometer"],
        ),
        (
            "fever of 38.5 since Monday. Please order a thermometer",
            ["fever of 38.5 since Monday", "Please order a thermometer"],
        ),
        ("my back hurts can you book me in", ["my back hurts", "can you book me in"]),
        ("it hurts when I sit and when I walk", ["it hurts when I sit and when I walk"]),
        ("burning when I pee and fever and chills", ["burning when I pee and fever and chills"]),
        (
            "can you tell me when I can see Dr. Solvane at 9 a.m. today",
            ["can you tell me when I can see Dr. Solvane at 9 a.m. today"],
        ),
        ("what medicines do you have on my record?", ["what medicines do you have on my record"]),
        ("Yes, but I also need a referral", ["Yes", "I also need a referral"]),
        ("", []),
        ("???", []),
    ],
)
def test_a_message_is_cut_where_a_new_request_begins(message: str, clauses: list[str]) -> None:
    book = load_intents()
    assert split_clauses(message, [p.pattern for p in book.compiled(book.openers)]) == clauses
