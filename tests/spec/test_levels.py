"""Sentences a patient may write and the least or exact level they must come to, on the clinic's real content."""

from __future__ import annotations

import pytest

from agent.triage import PatientFacts, PatientMessage, TriageEngine
from knowledge.embedding import Encoder
from knowledge.levels import Disposition
from knowledge.projection import load_projection
from knowledge.schema import load_content

AMBULANCE = Disposition.AMBULANCE_NOW
SELF_CARE = Disposition.SELF_CARE


@pytest.fixture(scope="module")
def engine() -> TriageEngine:
    encoder = Encoder()
    return TriageEngine(
        load_content(), encode=encoder.encode, projection=load_projection(), known_words=encoder.known_words()
    )


@pytest.mark.parametrize(
    ("text", "age", "level"),
    [
        ("my chest feels tight and my arm is numb", None, AMBULANCE),
        ("my chest feels tight and my arm is numb", 58, AMBULANCE),
        ("Tightness across the chest and my jaw is aching", 66, AMBULANCE),
        ("Crushing chest pain for 20 minutes, sweating, left arm numb. I am 58, male.", None, AMBULANCE),
        ("A cold for three days, runny nose and a scratchy throat", 34, SELF_CARE),
        ("zorgle plim the wonk", None, Disposition.UNABLE_TO_ASSESS),
    ],
)
def test_level(engine: TriageEngine, text: str, age: float | None, level: Disposition) -> None:
    decision = engine.assess([PatientMessage(1, text)], PatientFacts(age_years=age))
    assert decision.disposition is level, decision.explanation.summary


@pytest.mark.parametrize(
    "text",
    [
        "Ribs sore when I press them since the gym, and my arms ache from the weights. 40.",
        "My arm is numb when I wake up on it, gone after a minute. No chest pain.",
    ],
)
def test_an_arm_that_has_its_own_reason_is_no_heart_attack(engine: TriageEngine, text: str) -> None:
    assert not engine.assess([PatientMessage(1, text)]).disposition.is_emergency


@pytest.mark.parametrize(
    "text",
    [
        "Severe pelvic pain and vomiting, pregnancy test negative.",
        "He cannot talk in full sentences and his inhaler is not helping.",
        "Band-like pain in my back, my legs are weak on both sides and I am numb where I sit.",
    ],
)
def test_an_emergency_is_not_talked_away_by_a_denial_beside_it(engine: TriageEngine, text: str) -> None:
    decision = engine.assess([PatientMessage(1, text)])
    assert decision.disposition.is_emergency, decision.explanation.summary


@pytest.mark.parametrize(
    ("said", "finding"),
    [
        ("I was ironing all afternoon", "birth_imminent"),
        ("my leg aches a bit", "insect_bite"),
        ("I kept pacing up and down", "stroke_named_now"),
        ("it puffed up a little drink in hand", "drunk_at_injury"),
    ],
)
def test_words_that_only_look_like_a_finding(engine: TriageEngine, said: str, finding: str) -> None:
    found = engine.assess([PatientMessage(1, said)]).findings
    assert finding not in {f.id for f in found if f.present}
