"""Levels, questions and explanations on rules small enough to read (content/protocols.yaml)."""

from __future__ import annotations

import json

import pytest

from agent.triage import TriageDecision
from tests.unit.triage.conftest import Assess

LEVELS = [
    ("chest pain", {}, "clinician_today", "default of the complaint"),
    ("chest pain and sweating", {}, "ambulance_now", "a rule"),
    ("chest pain", {"age_years": 60}, "emergency_department_now", "a fact"),
    ("chest pain", {"age_years": 59}, "clinician_today", "a fact that fails"),
    ("runny nose", {}, "self_care", "earned"),
    ("runny nose and chest pain", {}, "clinician_today", "worst of two complaints"),
    ("runny nose with an itchy toe", {}, "clinician_this_week", "a symptom the advice does not cover"),
    ("runny nose. My elbow is swollen.", {}, "clinician_this_week", "a complaint that was not understood"),
    ("runny nose, fever", {}, "clinician_today", "a rule above"),
    ("not feeling well", {}, "clinician_this_week", "the protocol for the unclear"),
    ("not peeing", {}, "clinician_today", "a danger sign without a complaint"),
    ("itchy toe", {}, "unable_to_assess", "a finding no protocol is for"),
    ("qwrt zxcv bnmp", {}, "unable_to_assess", "gibberish"),
    ("", {}, "unable_to_assess", "nothing"),
    ("hello, can I book an appointment?", {}, "unable_to_assess", "no symptom"),
    ("hr 135 rr 26 sats 91%", {"age_years": 40}, "emergency_department_now", "numbers alone"),
]


@pytest.mark.parametrize(("text", "facts", "level", "why"), LEVELS, ids=[r[3] for r in LEVELS])
def test_levels(small: Assess, text: str, facts: dict[str, object], level: str, why: str) -> None:
    decision = small(text, **facts)
    assert decision.disposition == level and decision.risk == decision.disposition.risk


def test_a_fired_rule_carries_its_evidence_and_source(small: Assess) -> None:
    rule = small("Crushing chest pain, SWEATING a lot").rules[0]
    assert (rule.id, rule.protocol, rule.finding_ids) == ("chest.sweating", "chest", ("chest_pain", "sweating"))
    assert rule.quotes == ("Crushing chest pain", "SWEATING") and rule.source.organisation == "Prelude"


def test_red_flags_name_emergencies_only(small: Assess) -> None:
    assert small("chest pain and sweating").red_flags == ("chest pain with sweating",)
    assert small("runny nose, fever").red_flags == ()


def test_only_positive_evidence_latches(small: Assess) -> None:
    assert small("chest pain").evidence_disposition is None
    assert small("chest pain and sweating").evidence_disposition == "ambulance_now"
    assert small("runny nose").evidence_disposition is None, "self-care rests on what is only assumed absent"
    assert small("runny nose, no fever, not breathless").evidence_disposition == "self_care"


def test_a_resolved_pain_does_not_fire_a_rule_that_excludes_it(small: Assess) -> None:
    assert small("I was sweating. The chest pain has gone now").disposition == "clinician_today"


def test_a_critical_unknown_is_not_excluded(small: Assess) -> None:
    base = "mild chest pain for 3 weeks"
    assert small(base).disposition == "clinician_this_week"
    doubtful = small(base, ("don't know", "chest.q_breath"))
    assert doubtful.disposition == "clinician_today"
    assert "breathlessness (asked, not known)" in doubtful.not_asked_or_unknown


def ids(decision: TriageDecision) -> list[str]:
    return [q.id for q in decision.next_questions]


def test_questions_come_by_acuity_and_only_if_they_can_change_the_level(small: Assess) -> None:
    decision = small("chest pain")
    assert ids(decision) == ["chest.q_sweat", "chest.q_breath"] and decision.needs_more
    assert [c.label for c in decision.next_questions[0].choices] == ["Yes", "No", "Don't know"]


def test_what_the_text_answers_is_not_asked(small: Assess) -> None:
    assert ids(small("chest pain, not sweating")) == ["chest.q_breath"]
    assert ids(small("chest pain, not sweating, no cough, not short of breath")) == []
    assert not small("chest pain, not sweating, not short of breath").needs_more


def test_an_emergency_on_evidence_needs_no_more(small: Assess) -> None:
    department = small("chest pain and short of breath")
    assert not department.needs_more and ids(department) == ["chest.q_sweat"], "only what could make it an ambulance"
    assert ids(small("chest pain and sweating")) == []


def test_a_general_question_needs_its_guard(small: Assess) -> None:
    assert "general.q_awake" not in ids(small("runny nose"))
    assert "general.q_awake" in ids(small("runny nose and fever"))
    assert "general.q_never" not in ids(small("runny nose and fever"))


def test_questions_about_another_person_are_worded_so(small: Assess) -> None:
    assert small("my son has chest pain").next_questions[0].text == "Are they sweating?"


def test_eight_questions_a_session_at_most(small: Assess) -> None:
    replies = [("no idea what you mean", f"old.q{n}") for n in range(8)]
    decision = small("chest pain", *replies)
    assert decision.asked_count == 8 and not decision.next_questions and not decision.needs_more


def test_text_that_is_no_complaint_is_asked_about_and_then_given_up(small: Assess) -> None:
    first = small("blorp")
    assert ids(first) == ["unclear.q_breath"] and first.needs_more and first.complaints == ()
    last = small("blorp", ("no", "unclear.q_breath"))
    assert last.disposition == "unable_to_assess" and not last.needs_more


def test_a_greeting_is_not_about_health(small: Assess) -> None:
    assert not small("hello there").about_health and small("hello there").needs_more
    assert small("cough").about_health and small("my elbow is swollen").about_health


def test_the_explanation_says_why_and_what_would_change_it(small: Assess) -> None:
    plain = small("chest pain").explanation
    assert plain.deciding_rule is None and "default" in plain.summary
    assert "chest pain with sweating" in plain.raise_if and plain.lower_if
    urgent = small("chest pain and sweating").explanation
    assert urgent.deciding_rule is not None and urgent.deciding_rule.id == "chest.sweating"
    assert "chest pain with sweating" in urgent.summary and "“sweating”" in urgent.summary


def test_advice_is_of_the_level(small: Assess) -> None:
    assert small("chest pain").advice == ("Rest until you are seen.",)
    assert small("chest pain and sweating").advice == ()
    assert small("chest pain").come_back_if == ("the pain gets worse",)


@pytest.mark.parametrize("text", ["chest pain and sweating 8/10, temp 38.5", "", "my son, 3, has a cough", "itchy toe"])
def test_a_decision_survives_json(small: Assess, text: str) -> None:
    decision = small(text)
    data = json.loads(json.dumps(decision.to_json()))
    assert TriageDecision.from_json(data) == decision
