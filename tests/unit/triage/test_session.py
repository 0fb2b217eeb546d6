"""Several messages: later words supersede earlier ones, red flags stay unless taken back, contradictions are named."""

from __future__ import annotations

from tests.unit.triage.conftest import Assess, polarities


def test_a_later_denial_supersedes_what_is_no_red_flag(small: Assess) -> None:
    decision = small("I have a cough", "no cough")
    assert polarities(decision)["cough"] is False and decision.conflicts == ("cough: stated, then denied",)


def test_a_red_flag_stays_when_denied_in_passing(small: Assess) -> None:
    decision = small("chest pain and sweating", "no sweating")
    assert polarities(decision)["sweating"] is True and decision.disposition == "ambulance_now"
    assert decision.conflicts == ("sweating: stated, then denied",)


def test_a_red_flag_goes_when_the_patient_takes_it_back(small: Assess) -> None:
    decision = small("chest pain and sweating", "sorry, I meant no sweating")
    assert polarities(decision)["sweating"] is False and decision.disposition == "clinician_today"


def test_a_direct_answer_takes_a_red_flag_back(small: Assess) -> None:
    decision = small("chest pain and sweating", ("no", "chest.q_sweat"))
    assert polarities(decision)["sweating"] is False and "sweating: stated, then denied" in decision.conflicts


def test_a_later_statement_is_present_and_named_as_a_contradiction(small: Assess) -> None:
    decision = small("no fever", "now I have a fever")
    assert polarities(decision)["fever"] is True and decision.conflicts == ("fever: first denied, then stated",)


def test_within_one_message_present_outweighs_absent(small: Assess) -> None:
    assert polarities(small("I am sweating. No sweating."))["sweating"] is True


def test_the_subject_is_carried_to_the_next_message(small: Assess) -> None:
    decision = small("My son is 3", "he has a fever")
    assert (decision.facts.writer_relation, decision.facts.age_years) == ("son", 3) and polarities(decision)["fever"]


def test_severe_once_stays_severe(small: Assess) -> None:
    severe = small("severe headache", "a bit of a headache still").findings[0].attributes
    assert severe.get("severe") and not severe.get("mild")


def test_chart_conditions_become_history_with_their_origin(small: Assess) -> None:
    decision = small("cough", conditions=("Heart attack, 2015",), medicines=("Warfarin 3 mg",))
    chart = {f.id: (f.present, f.origin, f.quote) for f in decision.findings if f.origin == "chart"}
    assert chart == {
        "heart_attack_history": (True, "chart", "Heart attack, 2015"),
        "warfarin": (True, "chart", "Warfarin 3 mg"),
    }


def test_the_chart_of_the_writer_does_not_describe_a_relative(small: Assess) -> None:
    decision = small("my son has a cough", age_years=40, conditions=("heart attack",))
    assert "heart_attack_history" not in polarities(decision) and decision.facts.age_years is None
    assert any("somebody else" in c for c in decision.conflicts)


def test_an_age_that_contradicts_the_record_is_named(small: Assess) -> None:
    assert any(c.startswith("Age") for c in small("I am 58, cough", age_years=30).conflicts)
