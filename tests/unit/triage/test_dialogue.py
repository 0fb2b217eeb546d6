"""In a written-down conversation nothing is stated by asking: the answer settles what a question named."""

from __future__ import annotations

import pytest

from agent.triage.dialogue import utterances
from agent.triage.text import normalise
from tests.unit.triage.conftest import Assess, polarities

TALK = "Caller: {told} Nurse: {asked} Caller: {answer} Nurse: Right, thank you. Caller: Thanks."


def test_speakers_are_told_apart() -> None:
    text = normalise("Nurse: Hello. Caller: I have a headache. Nurse: Any fever? Caller: No.").text
    assert [(u.asker, text[u.start : u.end].strip()) for u in utterances(text)] == [
        (True, "hello."), (False, "i have a headache."), (True, "any fever?"), (False, "no."),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["Patient: 54 F, headache", "I told the nurse: it hurts", "Plan: rest. A: fine"])
def test_a_heading_makes_no_conversation(text: str) -> None:
    assert utterances(normalise(text).text) == []


@pytest.mark.parametrize(
    ("answer", "present"),
    [("No, no, nothing like that.", False), ("Yes, since last night.", True), ("Yeah, a bit.", True)],
)
def test_the_answer_settles_what_was_asked(small: Assess, answer: str, present: bool) -> None:
    decision = small(TALK.format(told="I have a headache.", asked="Any fever or vomiting?", answer=answer))
    found = polarities(decision)
    assert found["headache"] is True
    assert found["fever"] is present and found["vomiting"] is present


def test_what_was_asked_and_not_answered_is_not_there(small: Assess) -> None:
    decision = small(TALK.format(told="I have a headache.", asked="Any vomiting?", answer="My son is at school today."))
    assert "vomiting" not in polarities(decision)
