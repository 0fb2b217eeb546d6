"""Matches by meaning with the real encoder: found where the words differ, held back where they must be."""

from __future__ import annotations

import pytest

from agent.triage import PatientMessage, TriageEngine
from knowledge.embedding import Encoder
from knowledge.projection import labelled_sentences, load_everyday, load_projection
from knowledge.projection_training import train
from knowledge.schema import Content
from tests.unit.triage.conftest import Assess, assessor, polarities


@pytest.fixture(scope="module")
def meaning(small_content: Content, encoder: Encoder) -> Assess:
    pairs = labelled_sentences(small_content.findings.values())
    projection = train(pairs, load_everyday(), encoder.encode)
    engine = TriageEngine(
        small_content, encode=encoder.encode, projection=projection, known_words=encoder.known_words()
    )
    engine.warm()
    return assessor(engine)


def test_a_paraphrase_is_found_with_a_word_of_the_finding(meaning: Assess, small: Assess) -> None:
    text = "my nose keeps dripping the whole day"
    found = {f.id: f for f in meaning(text).findings}["runny_nose"]
    assert found.match == "semantic" and found.quote == text and found.score < 1
    assert "runny_nose" not in polarities(small(text)), "phrases alone miss it, or this test shows nothing"


@pytest.mark.parametrize(
    "text",
    [
        "my tap keeps dripping all day",
        "my nose does not keep dripping all day",
        "what if my nose keeps dripping all day",
        "a heavy weight is lying on the kitchen floor",
        "what time do you open on Saturday",
    ],
)
def test_held_back(meaning: Assess, text: str) -> None:
    assert not any(f.match == "semantic" and f.present for f in meaning(text).findings)


def test_likeness_to_a_complaint_asks_its_questions_and_gives_no_level(meaning: Assess) -> None:
    decision = meaning("something presses on the front of my body")
    assert decision.disposition == "unable_to_assess" and decision.about_health
    assert decision.needs_more and decision.next_questions


def test_a_greeting_is_not_about_health(meaning: Assess) -> None:
    assert not meaning("Good morning, thank you for your help").about_health


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("I can swallow, breathe and eat", "cannot_swallow_saliva"),
        ("back pain, I can feel when I wipe", "saddle_numbness"),
        ("sore throat, can open my mouth fine", "trismus"),
    ],
)
def test_being_able_is_not_matched_to_not_being_able(
    content: Content, encoder: Encoder, text: str, finding: str
) -> None:
    engine = TriageEngine(
        content, encode=encoder.encode, projection=load_projection(), known_words=encoder.known_words()
    )
    found = engine.assess([PatientMessage(1, text)]).findings
    assert not any(f.id == finding and f.present for f in found)
