"""Who the text is about, and whose age and sex it gives."""

from __future__ import annotations

import pytest

from tests.unit.triage.conftest import Assess, polarities

ROWS = [
    # text, relation of the patient, present findings
    ("I have a cough", "self", "cough"),
    ("My son is 3, he has a fever", "son", "fever"),
    ("My husband has chest pain and is sweating", "husband", "chest_pain sweating"),
    ("I think my daughter has a rash", "daughter", "rash"),
    ("My brother has a cold. I have chest pain.", "self", "chest_pain"),
    ("My dad had a stroke. I have a headache.", "self", "headache"),
    ("My dad had a stroke 10 minutes ago", "father", "stroke"),
    ("My husband says it is nothing but I have chest pain", "self", "chest_pain"),
    ("A 34-year-old woman presents with vomiting. She has a headache.", "patient", "vomiting headache"),
    ("My baby is vomiting. I am worried and I have not slept", "baby", "vomiting"),
    ("no wet nappies today, my baby is 6 weeks old", "baby", "not_peeing"),
    ("I have chest pain and my wife says I look grey", "self", "chest_pain"),
    ("My mum is on warfarin and has a headache", "mother", "warfarin headache"),
    ("I am 30 weeks pregnant, the baby is fine but I am vomiting", "self", "vomiting"),
    ("My wife is 30 weeks pregnant, her baby kicks, she is vomiting", "wife", "vomiting"),
    ("I've had a fever and a cough since Monday, my son has a rash", "self", "fever cough"),
    ("my son has a cough", "son", "cough"),
]


@pytest.mark.parametrize(("text", "relation", "present"), ROWS, ids=[r[0] for r in ROWS])
def test_findings_belong_to_the_person_the_text_is_about(small: Assess, text: str, relation: str, present: str) -> None:
    decision = small(text)
    assert decision.facts.writer_relation == relation
    assert {k for k, v in polarities(decision).items() if v} == set(present.split())


def test_a_relation_known_from_intake_decides(small: Assess) -> None:
    decision = small("I have a cough. He has a rash.", writer_relation="son")
    assert polarities(decision) == {"rash": True} and decision.facts.writer_relation == "son"


AGES = [
    ("58M chest pain", 58, "male"),
    ("I am 58, male", 58, "male"),
    ("34 yo female", 34, "female"),
    ("aged 7", 7, None),
    ("I'm in my seventies", 75, None),
    ("My son is 3, fever", 3, "male"),
    ("My 18 month old daughter has a rash", 1.5, "female"),
    ("my nan, 86, has a cough", 86, "female"),
    ("my brother is 40 and has a cold, I am 22 and vomiting", 22, None),
    ("6/12 old baby with cough", 0.5, None),
    ("at the age of 12 I had a rash. I am now 27 with a headache", 27, None),
    ("a cough since I was eight or nine years old", None, None),
    ("temp 101 F", None, None),
    ("I am 28 weeks pregnant", None, "female"),
    ("pain for 3 days", None, None),
    ("my baby is 2 months old and hot", 2 / 12, None),
    ("my bub is 5 weeks and has a fever", 5 / 52.18, None),
    ("she has just turned 13 months, fever", 13 / 12, "female"),
    ("my baby was sick 2 weeks ago", None, None),
    ("I am 5 feet tall", None, None),
]


@pytest.mark.parametrize(("text", "age", "sex"), AGES)
def test_age_and_sex(small: Assess, text: str, age: float | None, sex: str | None) -> None:
    facts = small(text).facts
    assert (facts.age_years, facts.sex) == (pytest.approx(age) if age is not None else None, sex)


PREGNANCY = [
    ("I am 28 weeks pregnant", True, 28, None),
    ("34/40 with a headache", True, 34, None),
    ("6 months pregnant", True, 26, None),
    ("expecting a baby", True, None, None),
    ("I am not pregnant", False, None, None),
    ("I could be pregnant", None, None, None),
    ("pregnancy test was done", None, None, None),
    ("contractions every 5 minutes at 39 weeks", True, 39, None),
    ("34 weeks, bad headache, swollen face", True, 34, None),
    ("6 weeks, bad headache", None, None, None),
    ("34 weeks, my knee hurts", None, None, None),
    ("nobody at home is pregnant", False, None, None),
    ("gave birth 2 weeks ago", None, None, 2.0),
    ("10 days postpartum", None, None, 10 / 7),
]


@pytest.mark.parametrize(("text", "pregnant", "weeks", "postpartum"), PREGNANCY)
def test_pregnancy(
    small: Assess, text: str, pregnant: bool | None, weeks: int | None, postpartum: float | None
) -> None:
    facts = small(text).facts
    assert (facts.pregnant, facts.weeks_pregnant) == (pregnant, weeks)
    assert facts.postpartum_weeks == (pytest.approx(postpartum) if postpartum is not None else None)
