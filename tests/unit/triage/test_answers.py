"""Replies to questions: yes, no, don't know, choices, and what else the reply says."""

from __future__ import annotations

import pytest

from agent.triage.answers import read_reply
from tests.unit.triage.conftest import Assess, polarities

YES = """yes|Yeah|yep!|y|I do|it does|I think so|yeah a bit|a little|sometimes|Yes, and also my arm is numb|well, yes|
definitely|I guess so"""
NO = (
    """no|Nope|n|not really|I don't think so|none|No, but my head hurts|I haven't|it doesn't|I’m not|not at all|never"""
)
UNKNOWN = "dunno|I don't know|not sure|I'm not sure|no idea|maybe|can't tell|??|hard to say"
OTHER = "my head hurts|since Monday|it goes to my left arm|I have a rash||notebook|yesterday"
REPLIES = {"yes": YES, "no": NO, "unknown": UNKNOWN, None: OTHER}


@pytest.mark.parametrize(("text", "reply"), [(t.strip(), r) for r, texts in REPLIES.items() for t in texts.split("|")])
def test_reading_a_reply(text: str, reply: str | None) -> None:
    assert read_reply(text) == reply


@pytest.mark.parametrize(
    ("reply", "sweating", "level"),
    [
        ("yes", True, "ambulance_now"),
        ("no", False, "clinician_today"),
        ("I don't know", None, "clinician_today"),
        ("my leg is red", None, "clinician_today"),
    ],
)
def test_an_answer_settles_what_was_asked(small: Assess, reply: str, sweating: bool | None, level: str) -> None:
    decision = small("I have chest pain", (reply, "chest.q_sweat"))
    assert polarities(decision)["sweating"] is sweating and decision.disposition == level
    assert decision.asked_count == 1 and "chest.q_sweat" not in {q.id for q in decision.next_questions}


def test_the_rest_of_a_reply_is_read_as_well(small: Assess) -> None:
    decision = small("I have chest pain", ("no, but I am short of breath", "chest.q_sweat"))
    assert polarities(decision) == {"chest_pain": True, "sweating": False, "breathless": True}
    assert decision.disposition == "emergency_department_now"


@pytest.mark.parametrize(
    "reply", ["More than two weeks", "2", "option 2", "the second", "more than 2 weeks i think", "about 3 weeks"]
)
def test_choices_by_label_number_or_length_of_time(small: Assess, reply: str) -> None:
    decision = small("mild chest pain", (reply, "chest.q_long"))
    assert [r.id for r in decision.rules] == ["chest.long"]


def test_a_choice_that_was_not_understood_is_not_guessed(small: Assess) -> None:
    assert small("mild chest pain", ("dunno", "chest.q_long")).rules == ()


def test_an_unknown_question_id_is_ignored(small: Assess) -> None:
    assert small("cough", ("yes", "no.such_question")).complaints == ("cold",)
