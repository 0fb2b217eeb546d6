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
