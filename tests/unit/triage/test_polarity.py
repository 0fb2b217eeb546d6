"""Stated, denied, past, feared: a row per sentence, what must be present and what absent; the rest not mentioned."""

from __future__ import annotations

import pytest

from tests.unit.triage.conftest import Assess, polarities

ROWS = [
    # denial by scope
    ("I have no fever.", "", "fever"),
    ("He denies fever, cough or SOB.", "", "fever cough breathless"),
    ("She denies fever and cough.", "", "fever cough"),
    ("No fever, cough, SOB.", "", "fever cough breathless"),
    ("no cough, fever or rash", "", "cough fever rash"),
    ("Neither fever nor vomiting.", "", "fever vomiting"),
    ("a headache without fever or rash", "headache", "fever rash"),
    ("fever ruled out", "", "fever"),
    ("chest pain - none", "", "chest_pain"),
    ("Fever: no. Cough: yes.", "cough", "fever"),
    ("never had a fever", "", "fever"),
    ("I don't have any pain in my chest", "", "chest_pain"),
    ("my chest doesn't hurt", "", "chest_pain"),
    ("my breathing is fine", "", "breathless"),
    # where a denial ends
    ("No chest pain earlier, now chest pain and sweating", "chest_pain sweating", ""),
    ("no fever but a cough", "cough", "fever"),
    ("I don't have a fever, just a cough", "cough", "fever"),
    ("not fever but vomiting", "vomiting", "fever"),
    ("No fever and I have a cough", "cough", "fever"),
    ("no fever, chest hurts", "chest_pain", "fever"),
    ("No fever, severe headache", "headache", "fever"),
    ("no fever, cough for 3 days", "cough", "fever"),
    ("Cough, runny nose, no fever, sore throat", "cough runny_nose sore_throat", "fever"),
    ("nothing apart from a headache", "headache", ""),
    ("fine except for a rash", "rash", ""),
    ("I am not well, chest pain", "chest_pain", ""),
    ("no, my head hurts", "headache", ""),
    ("no my head hurts", "headache", ""),
    # words with "no" or "not" that deny nothing
    ("I can't say I don't have chest pain", "chest_pain", ""),
    ("no change in the chest pain", "chest_pain", ""),
    ("the headache is not going away", "headache", ""),
    ("paracetamol is not touching the headache", "headache", ""),
    ("I can't sleep with this cough", "cough", ""),
    ("couldn't go to work because of the vomiting", "vomiting", ""),
    ("never had a headache like this", "headache", ""),
    ("I have never felt this kind of headache before", "headache", ""),
    ("not sure if the rash is new", "rash", ""),
    ("chest pain for no reason", "chest_pain", ""),
    # phrases with a negation of their own
    ("I can't breathe", "breathless_severe breathless", ""),
    ("he is not peeing", "not_peeing", ""),
    ("no wet nappies since yesterday", "not_peeing", ""),
    ("she won't wake up", "unconscious", ""),
    ("not eating or peeing", "not_peeing", ""),
    ("the chest pain doesn't go away with rest", "chest_pain", "eased_by_rest"),
    # fear, question, supposition
    ("could it be a stroke?", "", ""),
    ("I am worried about meningitis", "", ""),
    ("what if I get a rash", "", ""),
    ("Does he have meningitis?", "", ""),
    ("What might cause this, meningitis or a stroke?", "", ""),
    ("Can stress cause a headache?", "", ""),
    ("What can I take for a headache?", "headache", ""),
    ("worried about meningitis, he has a rash", "rash", ""),
    ("I am worried about my chest pain", "chest_pain", ""),
    ("Is my chest pain serious?", "chest_pain", ""),
    ("why does my head hurt?", "headache", ""),
    ("Is it normal to have a headache every day?", "headache", ""),
    ("I think I am having a stroke", "stroke", ""),
    # past and history
    ("had a heart attack in 2019", "heart_attack_history", ""),
    ("I used to take warfarin", "", "warfarin"),
    ("I used to get a rash as a child", "", "rash"),
    ("last year I had a cough", "", "cough"),
    ("cough since last year", "cough", ""),
    ("family history of stroke", "", ""),
    ("I thought it was a panic attack, not a heart attack", "", "heart_attack_history"),
]


@pytest.mark.parametrize(("text", "present", "absent"), ROWS, ids=[r[0] for r in ROWS])
def test_what_is_stated_and_what_is_denied(small: Assess, text: str, present: str, absent: str) -> None:
    found = polarities(small(text))
    assert {k for k, v in found.items() if v} == set(present.split())
    assert {k for k, v in found.items() if v is False} == set(absent.split())


def test_a_symptom_that_went_away_is_present_and_resolved(small: Assess) -> None:
    gone = next(f for f in small("My chest pain has gone now").findings if f.id == "chest_pain")
    staying = next(f for f in small("My chest pain has not gone").findings if f.id == "chest_pain")
    assert gone.present and gone.attributes.get("resolved")
    assert staying.present and not staying.attributes.get("resolved")


def test_a_past_symptom_carries_its_time_and_opens_no_complaint(small: Assess) -> None:
    decision = small("Years ago I had chest pain")
    assert decision.findings[0].attributes.get("past") and decision.complaints == ()
