"""Vital signs with units, durations, and the early-warning score."""

from __future__ import annotations

import pytest

from agent.triage.duration import DurationReader
from agent.triage.numbers import NumberReader
from agent.triage.vitals import find_measurements, news2, worst_of
from knowledge.schema import Content
from tests.unit.triage.conftest import Assess, polarities

VITALS = [
    ("temp 38.5", {"temperature_c": 38.5}),
    ("temperature was 101.3F", {"temperature_c": 38.5}),
    ("101 degrees", {"temperature_c": 38.33}),
    (
        "bp 180/110 hr 120 rr 24 sats 91% on air",
        {"systolic": 180, "diastolic": 110, "pulse": 120, "resp_rate": 24, "spo2": 91},
    ),
    ("180 over 110", {"systolic": 180, "diastolic": 110}),
    ("blood sugar 450", {"glucose_mmol": 24.98}),
    ("glucose 2.9 mmol", {"glucose_mmol": 2.9}),
    ("54 mg/dl", {"glucose_mmol": 3.0}),
    ("gcs 13, lactate 4.2", {"gcs": 13, "lactate": 4.2}),
    ("pain is 8/10", {"pain_score": 8}),
    ("ten out of ten", {"pain_score": 10}),
    ("he weighs 22 lb", {"weight_kg": 9.98}),
    ("temp 39.5 then 37.9", {"temperature_c": 39.5}),
    ("3/7 of cough", {}),
    ("I am 58", {}),
    ("I lost 10 kg", {}),
    ("call me on 555 1234", {}),
    ("temp 400", {}),
]


@pytest.mark.parametrize(("text", "expected"), VITALS)
def test_vital_signs(text: str, expected: dict[str, float]) -> None:
    assert worst_of(find_measurements(text.lower())) == pytest.approx(expected, abs=0.02)


DURATIONS = [
    ("for 20 minutes", 1 / 3),
    ("since tuesday", 84),
    ("x2h", 2),
    ("cough 3/7", 72),
    ("6/52", 1008),
    ("all night", 12),
    ("two weeks on and off", 336),
    ("half an hour", 0.5),
    ("an hour and a half ago", 1.5),
    ("for a couple of days", 48),
    ("2-3 days", 72),
    ("twenty five minutes", 25 / 60),
    ("for a week", 168),
    ("3 times a day", None),
    ("every 4 hours", None),
    ("3 years old", None),
    ("28 weeks pregnant", None),
    ("a day at the beach", None),
]


@pytest.mark.parametrize(("text", "hours"), DURATIONS)
def test_durations(small_content: Content, text: str, hours: float | None) -> None:
    found = DurationReader(NumberReader(small_content.lexicon.number_words)).find(text, 0, len(text))
    assert [d.hours for d in found] == ([pytest.approx(hours)] if hours is not None else [])


@pytest.mark.parametrize(
    ("text", "fever"), [("temp 38.0", True), ("temp 37.9", False), ("temp 102F", True), ("my temp was taken", None)]
)
def test_a_temperature_sets_fever(small: Assess, text: str, fever: bool | None) -> None:
    assert polarities(small(text)).get("fever") is fever


def test_news2_needs_three_parameters_and_follows_the_chart() -> None:
    assert news2({"pulse": 131, "resp_rate": 25}) is None
    assert news2({"pulse": 131, "resp_rate": 25, "spo2": 91}) == 9
    assert news2({"pulse": 80, "resp_rate": 16, "spo2": 97, "systolic": 120, "temperature_c": 37.0, "gcs": 15}) == 0
    assert news2({"systolic": 90, "temperature_c": 35.0, "gcs": 14}) == 9


def test_news2_is_not_for_children_or_in_pregnancy(small: Assess) -> None:
    text = "hr 135 rr 26 sats 91%"
    assert small(text, age_years=50).vitals["news2"] == 9
    assert "news2" not in small(text, age_years=5).vitals
    assert "news2" not in small(text, age_years=30, pregnant=True).vitals


@pytest.mark.parametrize(
    ("text", "celsius"),
    [
        ("she's a bit hot, 38.2", 38.2),
        ("39.2 this afternoon", 39.2),
        ("Temp of 38.5 since yesterday", 38.5),
        ("no temperature, 30 year old", None),
        ("weighs 38.5 kg", None),
        ("my bmi is 36.5 kg/m2", None),
        ("it cost 38.50 pounds", None),
    ],
)
def test_a_bare_body_temperature(small: Assess, text: str, celsius: float | None) -> None:
    assert small(text).vitals.get("temperature_c") == celsius
