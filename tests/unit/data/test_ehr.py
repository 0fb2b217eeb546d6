"""Charts from FHIR R4 files, and the summary that leaves every identifier behind."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.demo.charts import FHIR_DIR, demo_ehr
from data.ehr import EhrInvalid, EhrUnavailable, FhirFiles, summarise
from data.ehr.connector import Chart
from data.ehr.summary import how_long_ago
from tests.unit.data.fhir_resources import allergy, bundle, condition, medicine, observation, patient, today


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., FhirFiles]:
    def write(*resources: dict[str, Any]) -> FhirFiles:
        (tmp_path / "p-1.json").write_text(json.dumps(bundle(*resources)), encoding="utf-8")
        return FhirFiles(tmp_path, today=today)

    return write


def chart_of(ehr: FhirFiles) -> Chart:
    chart = ehr.chart("p-1")
    assert chart is not None
    return chart


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_chart_holds_names_states_and_intervals(files: Callable[..., FhirFiles]) -> None:
    chart = chart_of(
        files(
            patient(),
            condition("Asthma", onsetDateTime="2019-05"),
            condition("Appendicitis", status="resolved"),
            medicine("Salbutamol 100 microgram inhaler", dosageInstruction=[{"text": "Two puffs when needed"}]),
            allergy("Penicillin", criticality="high", reaction=[{"manifestation": [{"text": "Anaphylaxis"}]}]),
            observation("Peak expiratory flow", 390, "L/min", "2026-11-02"),
        )
    )
    assert (chart.age_years, chart.sex) == (36.55, "female")
    assert [(c.name, c.status, c.onset_year) for c in chart.conditions] == [
        ("Asthma", "active", 2019),
        ("Appendicitis", "resolved", None),
    ]
    assert [(m.name, m.dose) for m in chart.medicines] == [
        ("Salbutamol 100 microgram inhaler", "Two puffs when needed")
    ]
    assert [(a.substance, a.reaction, a.criticality) for a in chart.allergies] == [
        ("Penicillin", "Anaphylaxis", "high")
    ]
    assert [(o.text, o.unit, o.days_ago) for o in chart.observations] == [("390", "L/min", 14)]


@pytest.mark.parametrize(
    ("resource", "kept"),
    [
        (condition("Asthma"), True),
        (condition("Asthma", verificationStatus={"coding": [{"code": "refuted"}]}), False),
        (condition("Asthma", verificationStatus={"coding": [{"code": "entered-in-error"}]}), False),
        (medicine("Warfarin"), True),
        (medicine("Warfarin", status="entered-in-error"), False),
        (medicine("Warfarin", intent="proposal"), False),
        (observation("Weight", 70, "kg", "2026-11-01"), True),
        (observation("Weight", 70, "kg", "2026-11-01", status="entered-in-error"), False),
    ],
)
def test_what_was_withdrawn_is_left_out(files: Callable[..., FhirFiles], resource: dict[str, Any], kept: bool) -> None:
    chart = chart_of(files(patient(), resource))
    assert bool(chart.conditions or chart.medicines or chart.observations) is kept
    assert chart.unreadable == ()


@pytest.mark.parametrize(
    "broken",
    [
        allergy("Penicillin", patient={"reference": "Patient/p-2"}),
        allergy("Penicillin", patient=None),
        allergy("Penicillin", onsetDateTime="yesterday"),
        allergy("Penicillin", colour="red"),
    ],
    ids=["another patient's", "nobody's", "bad date", "unknown field"],
)
def test_a_bad_entry_is_named_and_hides_nothing_else(files: Callable[..., FhirFiles], broken: dict[str, Any]) -> None:
    chart = chart_of(files(patient(), broken, allergy("Latex")))
    assert [a.substance for a in chart.allergies] == ["Latex"]
    assert chart.unreadable == ("AllergyIntolerance",)
    assert "1 entries of the record could not be read (AllergyIntolerance)" in summarise(chart)["notes"][0]


@pytest.mark.parametrize(
    ("allergies", "note"),
    [
        ([], "nothing recorded: ask"),
        (
            [allergy("No known allergy", code={"coding": [{"code": "716186003", "display": "No known allergy"}]})],
            "no known allergies, as recorded",
        ),
        ([allergy("Latex")], "recorded"),
    ],
)
def test_no_allergy_is_told_from_nobody_asked(
    files: Callable[..., FhirFiles], allergies: list[dict[str, Any]], note: str
) -> None:
    assert summarise(chart_of(files(patient(), *allergies)))["allergies_note"] == note


@pytest.mark.parametrize(
    ("due", "recorded", "weeks"),
    [("2027-03-08", "2026-11-04", 24), ("2026-11-10", "2026-10-01", 40), ("2026-10-01", "2026-09-01", None)],
    ids=["running", "six days over", "long born"],
)
def test_weeks_of_pregnancy_are_counted_to_today(
    files: Callable[..., FhirFiles], due: str, recorded: str, weeks: int | None
) -> None:
    estimated = observation("Due date", 0, "", recorded, valueQuantity=None, valueDateTime=due)
    chart = chart_of(files(patient(), estimated | {"code": {"coding": [{"code": "11778-8"}], "text": "Due date"}}))
    assert (chart.pregnancy.weeks if chart.pregnancy else None) == weeks


@pytest.mark.parametrize("patient_id", ["p-2", "../p-1", "..", ".", "a/b", "p-1\x00", "", "x" * 65])
def test_an_unknown_id_is_no_patient_and_no_path(files: Callable[..., FhirFiles], patient_id: str) -> None:
    assert files(patient()).chart(patient_id) is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not JSON"),
        ("[]", "not a FHIR Bundle"),
        (json.dumps(bundle()), "no Patient resource"),
        (json.dumps(bundle(patient(id="p-2"))), "no Patient resource"),
        (json.dumps(bundle(patient(birthDate="soon"))), "not valid FHIR R4"),
    ],
)
def test_a_file_that_is_not_this_patients_record_is_refused(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "p-1.json").write_text(content, encoding="utf-8")
    with pytest.raises(EhrInvalid, match=words) as caught:
        FhirFiles(tmp_path, today=today).chart("p-1")
    assert not re.search("Zorvan|Quillfeather|p-1", str(caught.value))


def test_a_missing_folder_is_no_empty_record(tmp_path: Path) -> None:
    with pytest.raises(EhrUnavailable):
        FhirFiles(tmp_path / "gone", today=today).chart("p-1")


# --- summary ---------------------------------------------------------------------------------------------------------


def test_the_summary_gives_structure_and_intervals(files: Callable[..., FhirFiles]) -> None:
    pressure = observation("Blood pressure", 0, "", "2026-10-26", valueQuantity=None)
    pressure["component"] = [
        {"code": {"text": "Systolic"}, "valueQuantity": {"value": 148, "unit": "mmHg"}},
        {"code": {"text": "Diastolic"}, "valueQuantity": {"value": 92, "unit": "mmHg"}},
    ]
    old = [observation("Weight", 70, "kg", "2026-01-10"), observation("Weight", 81.5, "kg", "2026-11-15")]
    ancient = observation("Height", 170, "cm", "2001-01-01")
    summary = summarise(chart_of(files(patient(), pressure, *old, ancient)))
    assert summary["age_years"] == 36
    assert summary["recent_observations"] == [
        {"name": "Weight", "value": "81.5", "unit": "kg", "how_long_ago": "1 day ago"},
        {"name": "Blood pressure", "value": "148/92", "unit": "mmHg", "how_long_ago": "3 weeks ago"},
    ]


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ("2026-04-16", {"age_years": 0.59, "age_months": 7}),
        ("1990-05-01", {"age_years": 36}),
        ("1930-01-01", {"age_years": 90, "age_note": "90 or over"}),
        ("1991", {"age_years": 35}),
    ],
)
def test_age_is_told_and_the_oldest_are_one_group(
    files: Callable[..., FhirFiles], born: str, expected: dict[str, Any]
) -> None:
    summary = summarise(chart_of(files(patient(birthDate=born))))
    assert {key: summary[key] for key in summary if key.startswith("age_")} == expected


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (None, "date not recorded"),
        (0, "today"),
        (1, "1 day ago"),
        (13, "13 days ago"),
        (14, "2 weeks ago"),
        (90, "3 months ago"),
        (800, "2 years ago"),
    ],
)
def test_how_long_ago(days: int | None, words: str) -> None:
    assert how_long_ago(days) == words


def test_free_text_in_the_record_is_cleaned(files: Callable[..., FhirFiles]) -> None:
    chart = chart_of(
        files(
            patient(),
            condition("Asthma, seen by Dr Achebe on 4 March 2024 with Zorv Quillfether"),
            medicine("Salbutamol 100 microgram inhaler", dosageInstruction=[{"text": "Two puffs; ring 555-0142"}]),
            allergy("Latex", reaction=[{"manifestation": [{"text": "hives, told by husband Grant"}]}]),
        )
    )
    shown = json.dumps(summarise(chart))
    assert not re.search("Achebe|March|2024|Zorv|Quill|555|Grant", shown)
    assert all(kept in shown for kept in ("Asthma", "Salbutamol 100 microgram inhaler", "Two puffs", "Latex", "hives"))


def test_no_demo_summary_holds_an_identifier_or_a_date() -> None:
    for patient_id in demo_ehr().patient_ids():
        chart = demo_ehr().chart(patient_id)
        assert chart is not None
        assert chart.identifiers
        shown = json.dumps(summarise(chart), ensure_ascii=False).casefold()
        parts = {part for value in chart.identifiers for part in [value, *value.split()] if len(part) > 3}
        assert [part for part in parts if re.search(rf"\b{re.escape(part.casefold())}\b", shown)] == []
        assert not re.search(r"\d{4}-\d\d", shown)
        assert patient_id not in shown


def test_identifiers_never_show_in_a_printed_chart() -> None:
    assert "Okarembe" not in repr(demo_ehr().chart("demo-01"))


def test_an_edit_of_the_file_shows_at_once(tmp_path: Path) -> None:
    source = json.loads((FHIR_DIR / "demo-12.json").read_text(encoding="utf-8"))
    ehr = FhirFiles(tmp_path, today=today)
    (tmp_path / "demo-12.json").write_text(json.dumps(source), encoding="utf-8")
    before = ehr.chart("demo-12")
    changed = copy.deepcopy(source)
    changed["entry"].append({"resource": condition("Asthma", subject={"reference": "Patient/demo-12"})})
    (tmp_path / "demo-12.json").write_text(json.dumps(changed), encoding="utf-8")
    after = ehr.chart("demo-12")
    assert before is not None
    assert after is not None
    assert {c.name for c in after.conditions} - {c.name for c in before.conditions} == {"Asthma"}
