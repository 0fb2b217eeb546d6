"""Simulated patients answer from their sheet, in their own words, and the interview ends as it would in the chat."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.triage.engine import TriageEngine
from agent.triage.simulation import Ended, SimulatedPatient, interview, interview_lines, report_on_interviews
from agent.triage.types import MAX_QUESTIONS
from knowledge.embedding import Encoder
from knowledge.levels import Disposition
from knowledge.schema import ContentError
from knowledge.schema_interviews import Interview, load_interviews

SHEET = Interview.model_validate(
    {
        "id": "i-test-01", "half": "tuned", "manner": "plain", "age": 30, "sex": "female", "pregnant": False,
        "opening": "I have had a headache since this morning",
        "facts": [
            {"ask": "Did the headache come on suddenly?", "say": "no, bit by bit"},
            {"ask": "Do you have a fever?", "say": "38.4 when I took it"},
        ],
        "volunteers": [{"after": 1, "say": "oh, and light bothers me"}],
        "disposition": "clinician_today", "rationale": "written for the test", "source": "none",
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def patient(encoder: Encoder) -> SimulatedPatient:
    return SimulatedPatient(SHEET, encoder.encode)


def test_a_question_of_the_sheet_is_answered_from_it(patient: SimulatedPatient) -> None:
    assert patient.reply("Have you got a fever or a high temperature?", 2, lambda: "no") == "38.4 when I took it"


def test_what_the_sheet_does_not_cover_is_as_in_health(patient: SimulatedPatient) -> None:
    assert patient.reply("Can you swallow your own spit?", 2, lambda: "yes") == "yes"


def test_what_is_said_unasked_comes_with_its_answer(patient: SimulatedPatient) -> None:
    assert patient.reply("Did it start all of a sudden?", 1, lambda: "no").endswith("oh, and light bothers me")


@pytest.fixture(scope="module")
def ended(clinic_engine: TriageEngine, encoder: Encoder) -> Ended:
    return interview(clinic_engine, SHEET, encoder.encode)


def test_an_interview_ends_within_the_questions_allowed(ended: Ended) -> None:
    assert 1 <= ended.questions <= MAX_QUESTIONS
    assert ended.messages[0].text == SHEET.opening
    assert all(m.asked for m in ended.messages[1:])


def test_the_level_never_falls_below_what_stood_on_evidence(ended: Ended) -> None:
    assert ended.disposition.rank >= ended.decision.disposition.rank


def test_the_report_counts_by_manner(ended: Ended) -> None:
    report = report_on_interviews("tuned", [ended])
    assert report.by_manner["plain"].cases == 1
    assert report.median_questions == ended.questions
    assert any("median questions" in line for line in interview_lines(report))


def test_a_hundred_simulated_patients_of_every_level_are_there() -> None:
    sheets = load_interviews()
    assert len(sheets) == 100
    assert {s.disposition for s in sheets} == set(Disposition) - {Disposition.UNABLE_TO_ASSESS}
    assert sum(s.half == "blind" for s in sheets) == 40


def test_a_bad_sheet_is_named(tmp_path: Path) -> None:

    folder = tmp_path / "interviews"
    folder.mkdir()
    (folder / "a.yaml").write_text("interviews:\n  - {id: i-a-01, half: open}\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"a\.yaml"):
        load_interviews(folder.parent)
