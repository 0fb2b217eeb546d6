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
NO = f"{NO}|no fever or pain|none of those|nope, nothing like that|I have no fever|there's no pain|no to all of them"
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
        ("my leg is red", "unsaid", "clinician_today"),
    ],
)
def test_an_answer_settles_what_was_asked(small: Assess, reply: str, sweating: bool | str | None, level: str) -> None:
    decision = small("I have chest pain", (reply, "chest.q_sweat"))
    assert polarities(decision).get("sweating", "unsaid") == sweating and decision.disposition == level
    asked_again = "chest.q_sweat" in {q.id for q in decision.next_questions}
    assert decision.asked_count == 1 and asked_again is (sweating == "unsaid")


def test_a_question_put_twice_in_vain_is_given_up_as_not_known(small: Assess) -> None:
    decision = small("I have chest pain", ("my leg is red", "chest.q_sweat"), ("and it itches", "chest.q_sweat"))
    assert polarities(decision)["sweating"] is None
    assert "chest.q_sweat" not in {q.id for q in decision.next_questions}


ASKED = frozenset({"pass", "urin"})


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("No", "no"),
        ("no, not at all", "no"),
        ("I can't pass any urine", None),
        ("No, I cannot pass urine", "no"),
        ("I am not pregnant, my period was last week", None),
        ("No earache, no rash", None),
        ("No, that is all. Thank you.", None),
        ("no nothing else", None),
        ("Yes, please book us in for today", None),
        ("yes can you order it", None),
        ("Yes, and my arm is numb", "yes"),
        ("yes it has been like that since Monday", "yes"),
        ("not sure really", "unknown"),
    ],
)
def test_a_reply_about_another_matter_is_no_answer(text: str, reply: str | None) -> None:
    assert read_reply(text, ASKED) == reply


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


@pytest.mark.parametrize(
    ("reply", "fired"),
    [
        ("yes the second one", True),
        ("2nd one", True),
        ("less than two weeks", False),
        ("the first one", False),
    ],
)
def test_a_choice_sets_its_own_time_not_the_words_of_its_label(small: Assess, reply: str, fired: bool) -> None:
    decision = small("mild chest pain", (reply, "chest.q_long"))
    assert ("chest.long" in {r.id for r in decision.rules}) is fired
