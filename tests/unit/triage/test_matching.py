"""Which words make a finding: order, gaps, lists, places with sensations, spelling, exact abbreviations."""

from __future__ import annotations

import pytest

from tests.unit.triage.conftest import Assess, polarities

FOUND = [
    ("chest pain", "chest_pain"),
    ("pain in the chest", "chest_pain"),
    ("my chest is really hurting", "chest_pain"),
    ("a dull ache in the left side of my chest", "chest_pain"),
    ("ache down low in my tummy", "stomach_pain"),
    ("CP x2h", "chest_pain"),
    ("pain in my chest and left arm", "chest_pain arm_pain"),
    ("my chest and arm hurt", "chest_pain arm_pain"),
    ("My leg is hot, red and swollen", "red_leg"),
    ("my throat is red and sore", "sore_throat"),
    ("I have a head ache", "headache"),
    ("bad chestpain", "chest_pain"),
    ("chst pian", "chest_pain"),
    ("I am vomitting", "vomiting"),
    ("I HAVE A HEADACHE!!!", "headache"),
    ("soooo breathlesss", "breathless"),
    ("he keeps throwing up", "vomiting"),
    ("short of breathe", "breathless"),
    ("chest\u200b pain", "chest_pain"),
    ("I can’t breathe", "breathless_severe breathless"),
    ("I haven't been able to breathe since last night", "breathless_severe breathless"),
    ("unable to breathe", "breathless_severe breathless"),
]
NOT_FOUND = [
    ("chest pain and numb arm", "arm_pain"),
    ("headache, arm numb", "arm_pain"),
    ("I went back to bed", "chest_pain"),
    ("hay fever", "fever"),
    ("my cpu is slow", "chest_pain"),
    ("sobbing all day", "breathless"),
    ("I had a heart attack last year", "assault"),
    ("my house is red", "red_leg"),
    ("can't pee, arm pain", "stomach_pain"),
    ("my arm is fine and I have a pain", "arm_pain"),
    ("able to breathe", "breathless_severe"),
    ("I have lost weight and a chest freezer hurts my budget for months now", "headache"),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_found(small: Assess, text: str, expected: str) -> None:
    present = {k for k, v in polarities(small(text)).items() if v}
    assert set(expected.split()) <= present


@pytest.mark.parametrize(("text", "unexpected"), NOT_FOUND)
def test_not_found(small: Assess, text: str, unexpected: str) -> None:
    assert unexpected not in polarities(small(text))


def test_attributes_stay_with_their_finding(small: Assess) -> None:
    text = "Severe headache since yesterday, mild cough for 2 weeks, getting worse"
    by_id = {f.id: dict(f.attributes) for f in small(text).findings}
    assert by_id["headache"] == {"severe": True, "duration_h": 24.0}
    assert by_id["cough"] == {"mild": True, "duration_h": 336.0, "worse": True}


def test_a_pain_score_becomes_a_degree(small: Assess) -> None:
    headache = small("headache 8/10 on the left").findings[0]
    assert headache.attributes == {"score": 8.0, "severe": True, "left": True}


def test_left_as_a_verb_is_no_side(small: Assess) -> None:
    assert not small("I left work with a headache").findings[0].attributes.get("left")


def test_a_present_finding_brings_what_it_implies(small: Assess) -> None:
    implied = {f.id: f for f in small("I can't breathe").findings}["breathless"]
    assert (implied.origin, implied.match) == ("inferred", "implied")
