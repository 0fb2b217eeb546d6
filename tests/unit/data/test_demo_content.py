"""The demo clinic's files: strict, consistent, and about people who cannot exist."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import phonenumbers
import pytest

from data.demo import demo_cases, demo_ehr
from data.demo.schema import (
    DEMO_DIR,
    DemoContentError,
    load_clinic,
    load_medicine_classes,
    load_medicines,
    load_people,
    load_scripts,
    load_supplies,
)
from data.ehr.connector import Chart


def charts() -> dict[str, Chart]:
    ehr = demo_ehr()
    return {patient_id: chart for patient_id in ehr.patient_ids() if (chart := ehr.chart(patient_id))}


def test_classes_in_use_exist_and_ids_are_unique_over_both_lists() -> None:
    ids = [item.id for item in [*load_supplies(), *load_medicines()]]
    assert len(set(ids)) == len(ids)
    classes = load_medicine_classes()
    written = {name for medicine in load_medicines() for name in medicine.interacts_with}
    ingredients = {name for names in classes.values() for name in names}
    assert {"anticoagulant", "ssri", "nsaid", "ace inhibitor"} <= written & set(classes)
    assert not set(classes) & ingredients


def test_no_over_the_counter_text_gives_a_dose() -> None:
    dosing = re.compile(
        r"\b(take|give)\b|\b(once|twice|three times|four times) (a day|daily)\b|every \d", re.IGNORECASE
    )
    assert [m.id for m in load_medicines() if m.kind == "otc" and dosing.search(m.description)] == []


# --- people and charts -----------------------------------------------------------------------------------------------

EXPECTED = {
    "demo-01": (58, "male", "Hypertension", "Atorvastatin"),
    "demo-02": (29, "female", "Pregnancy", "Ferrous"),
    "demo-03": (0, "male", "Bronchiolitis", None),
    "demo-04": (4, "female", "Atopic dermatitis", "Emollient"),
    "demo-05": (72, "male", "Atrial fibrillation", "Warfarin"),
    "demo-06": (24, "female", "Type 1 diabetes mellitus", "Insulin"),
    "demo-07": (15, "male", "Asthma", "Salbutamol"),
    "demo-08": (67, "female", "Chronic obstructive pulmonary disease", "Tiotropium"),
    "demo-09": (51, "female", "Rheumatoid arthritis", "Methotrexate"),
    "demo-10": (36, "male", "Major depressive disorder", "Sertraline"),
    "demo-11": (45, "female", "Hypothyroidism", "Levothyroxine"),
    "demo-12": (33, "female", "Urinary tract infection", None),
}


@pytest.mark.parametrize("patient_id", EXPECTED)
def test_each_chart_tells_its_story(patient_id: str) -> None:
    age, sex, condition, medicine = EXPECTED[patient_id]
    chart = charts()[patient_id]
    assert (int(chart.age_years or 0), chart.sex) == (age, sex)
    assert condition in [c.name for c in chart.conditions]
    assert medicine is None or any(m.name.startswith(medicine) for m in chart.medicines)
    assert chart.unreadable == ()
    assert bool(chart.allergies) is not chart.no_known_allergies


def test_only_the_pregnant_are_pregnant() -> None:
    weeks = {patient_id: chart.pregnancy.weeks for patient_id, chart in charts().items() if chart.pregnancy}
    assert weeks == {"demo-02": 24}


def test_telephone_numbers_and_addresses_belong_to_nobody() -> None:
    for chart in charts().values():
        phones = [value for value in chart.identifiers if re.fullmatch(r"[\d-]{8}", value)]
        assert phones
        # 555-0100 to 555-0199 are set aside for fiction in the North American Numbering Plan.
        assert all(re.fullmatch(r"555-01\d\d", phone) for phone in phones)
        assert not any(phonenumbers.is_valid_number(phonenumbers.parse(phone, "US")) for phone in phones)
        emails = [value for value in chart.identifiers if "@" in value]
        assert all(email.endswith("@example.org") for email in emails)


# --- scripted cases --------------------------------------------------------------------------------------------------


def test_eight_cases_of_patients_who_exist() -> None:
    cases = demo_cases()
    _, members = load_people()
    assert len({case.id for case in cases}) == len(cases) == 8
    assert {case.patient_id for case in cases} <= {member.id for member in members}
    assert all(len(case.messages) >= 4 and all(message.strip() for message in case.messages) for case in cases)


@pytest.mark.parametrize(
    ("case_id", "said"),
    [
        ("chest-pain", "left arm"),
        ("urine-infection", "digital thermometer"),
        ("child-fever", "drinking well"),
        ("common-cold", "do I need antibiotics"),
        ("headache-warfarin", "I still take my warfarin"),
        ("low-mood", "don't want to be alive"),
        ("inhaler-refill", "salbutamol inhaler"),
        ("feeling-off", "I don't know how to explain it"),
    ],
)
def test_each_case_says_what_it_is_about(case_id: str, said: str) -> None:
    (case,) = [case for case in demo_cases() if case.id == case_id]
    assert said in " ".join(case.messages)


def test_who_writes_fits_the_patient() -> None:
    writers = {case.id: case.writer_relation for case in demo_cases() if case.writer_relation != "self"}
    assert writers == {"child-fever": "daughter"}


# --- strict content --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "load", "words"),
    [
        ("clinic.yaml", "role: GP}", "rolle: GP}", load_clinic, "clinic.yaml: clinicians"),
        (
            "clinic.yaml",
            "service: phone-review, days: [0, 3]",
            "service: dentist, days: [0, 3]",
            load_clinic,
            "dentist",
        ),
        ("clinic.yaml", "days: [0, 3]", "days: [0, 7]", load_clinic, "timetable"),
        ("commodities.yaml", "price_cents: 690", "price_cents: free", load_supplies, "price_cents"),
        ("commodities.yaml", "id: face-masks", "id: bp-monitor", load_supplies, "bp-monitor is there twice"),
        ("pharmacy.yaml", "pregnancy: ok", "pregnancy: maybe", load_medicines, "pregnancy"),
        ("pharmacy.yaml", "kind: otc", "kind: herbal", load_medicines, "kind"),
        ("people.yaml", "role: nurse", "role: wizard", load_people, "people.yaml: staff"),
        ("cases.yaml", "title: A repeat inhaler", "tittle: A repeat inhaler", load_scripts, "cases.yaml"),
        ("cases.yaml", "cases:", "cases: [", load_scripts, "not YAML"),
    ],
)
def test_a_slip_in_a_file_is_named(
    tmp_path: Path, file: str, old: str, new: str, load: Callable[[Path], object], words: str
) -> None:
    shutil.copy(DEMO_DIR / file, tmp_path / file)
    load(tmp_path)
    text = (DEMO_DIR / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DemoContentError, match=words):
        load(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DemoContentError, match=r"clinic\.yaml: missing"):
        load_clinic(tmp_path)
