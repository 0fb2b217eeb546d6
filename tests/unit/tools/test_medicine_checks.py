"""Checks before an over-the-counter item: allergy, interaction, age, pregnancy, and what is not known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from agent.tools.medicine_checks import Person, warnings_for
from agent.tools.pharmacy import person_of
from data.demo.seed import seed
from data.ehr.connector import Chart, ChartAllergy, ChartMedicine
from data.ehr.summary import summarise
from data.records import Item, open_records
from tests.small_clinic import MONDAY, FakeClock, House, open_house, real_parts

IBU = Item("ibu", "Ibuprofen 200 mg tablets", "otc", "", 1, "USD", 9, 12, "avoid", ("ibuprofen", "nsaid"),
           ("warfarin", "anticoagulant", "ssri", "sertraline"))  # fmt: skip
ORS = Item("ors", "Oral rehydration salts", "otc", "", 1, "USD", 9, 1, "ok", ("oral rehydration salts",))
SPRAY = Item("spray", "Saline nasal spray", "otc", "", 1, "USD", 9, 0, "ok", ("sodium chloride",))
CETIRIZINE = Item("cet", "Cetirizine 10 mg tablets", "otc", "", 1, "USD", 9, 6, "ask", ("cetirizine",), ("sedative",))

UNKNOWN, AGE, YOUNG, PREGNANT, ALLERGY, TOGETHER = (
    "do not have your allergies", "need the age", "people aged", "In pregnancy", "lists an allergy", "another medicine",
)  # fmt: skip


def person(age: float | None = 40, *, pregnant: bool = False, allergies: tuple[str, ...] = (),
           medicines: tuple[str, ...] = (), known: bool = True) -> Person:  # fmt: skip
    return Person(age, pregnant, allergies, medicines, known)


TABLE: list[tuple[Item, Person, list[str]]] = [
    (IBU, person(), []),
    (IBU, person(known=False), [UNKNOWN]),
    (IBU, person(None), [AGE]),
    (SPRAY, person(None), []),
    (SPRAY, person(0.1), []),
    (IBU, person(12), []),
    (IBU, person(11.99), [YOUNG]),
    (ORS, person(0.5), [YOUNG]),
    (IBU, person(pregnant=True), [PREGNANT]),
    (CETIRIZINE, person(pregnant=True), [PREGNANT]),
    (ORS, person(pregnant=True), []),
    (IBU, person(allergies=("Ibuprofen",)), [ALLERGY]),
    (IBU, person(allergies=("allergy to ibuprofin, rash",)), [ALLERGY]),
    (IBU, person(allergies=("NSAIDs",)), [ALLERGY]),
    (IBU, person(allergies=("penicillin", "peanut", "latex")), []),
    (ORS, person(allergies=("orchids",)), []),
    (SPRAY, person(allergies=("chlorine",)), []),
    (IBU, person(medicines=("Warfarin 3 mg tablet",)), [TOGETHER]),
    (IBU, person(medicines=("warfarine",)), [TOGETHER]),
    (IBU, person(medicines=("Sertraline 50 mg",)), [TOGETHER]),
    (IBU, person(medicines=("an SSRI",)), [TOGETHER]),
    (IBU, person(medicines=("Amlodipine 5 mg", "Paracetamol")), []),
    (IBU, person(medicines=("assri", "I take nothing at all")), []),
    (IBU, person(5, pregnant=True, allergies=("ibuprofen",), medicines=("warfarin",), known=False),
     [UNKNOWN, YOUNG, PREGNANT, ALLERGY, TOGETHER]),
]  # fmt: skip


@pytest.mark.parametrize(("item", "who", "expected"), TABLE)
def test_warnings(item: Item, who: Person, expected: list[str]) -> None:
    warnings = warnings_for(item, who)
    assert len(warnings) == len(expected)
    assert all(words in warning for words, warning in zip(expected, warnings, strict=True))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return open_house(tmp_path_factory.mktemp("medicines"))


def read(house: House, said: list[str], *, chart: dict[str, Any] | None = None, **intake: Any) -> Person:
    """The person as a tool sees them after these messages."""
    session = house.session("pat_ann", **intake)
    context = house.context(session, real_parts().line, lambda event: None)
    state = {"messages": [AIMessage("Ibuprofen? Warfarin?"), *map(HumanMessage, said)], "chart": chart or {}}
    return person_of(state, context)


FORM = {"age_years": 40, "allergies": [], "medicines": []}
SAID: list[tuple[list[str], dict[str, Any], list[str]]] = [
    (["Please order ibuprofen"], FORM, []),
    (["Please order ibuprofen"], {"age_years": 40}, [UNKNOWN]),
    (["Please order ibuprofen"], {}, [UNKNOWN, AGE]),
    (["I'm allergic to ibuprofen. It gives me hives", "something for the pain please"], FORM, [ALLERGY]),
    (["I had a bad reaction to ibuprofen once"], FORM, [ALLERGY]),
    (["I have an ibuprofen allergy"], FORM, [ALLERGY]),
    (["I'm allergic to penicillin. Can I order ibuprofen?"], FORM, []),
    (["I take warfarin for my heart", "can I have ibuprofen"], FORM, [TOGETHER]),
    (["order ibuprofen"], FORM | {"medicines": ["warfarin"]}, [TOGETHER]),
    (["order ibuprofen"], FORM | {"allergies": ["nsaids"]}, [ALLERGY]),
    (["order ibuprofen"], FORM | {"pregnant": True}, [PREGNANT]),
]


@pytest.mark.parametrize(("said", "intake", "expected"), SAID)
def test_what_the_patient_said_counts(
    house: House, said: list[str], intake: dict[str, Any], expected: list[str]
) -> None:
    warnings = warnings_for(IBU, read(house, said, **intake))
    assert [next(w for w in expected if w in warning) for warning in warnings] == expected


@pytest.mark.parametrize("said", ["allergy tablets please, cetirizine", "cetirizine for my hay fever allergy"])
def test_buying_an_allergy_medicine_is_no_allergy_to_it(house: House, said: str) -> None:
    assert warnings_for(CETIRIZINE, read(house, [said], **FORM)) == []


CHARTS: list[tuple[Chart, list[str]]] = [
    (Chart("p", 40.0, "male", no_known_allergies=True), []),
    (Chart("p", 40.0, "male"), [UNKNOWN]),
    (Chart("p", 95.0, "male", no_known_allergies=True), []),
    (Chart("p", 0.6, "male", no_known_allergies=True), [YOUNG]),
    (Chart("p", 40.0, "male", allergies=(ChartAllergy("Ibuprofen"),)), [ALLERGY]),
    (Chart("p", 40.0, "male", allergies=(ChartAllergy("Ibuprofen", status="resolved"),), no_known_allergies=True), []),
    (Chart("p", 40.0, "male", medicines=(ChartMedicine("Warfarin 1 mg", "active"),), no_known_allergies=True),
     [TOGETHER]),
    (Chart("p", 40.0, "male", medicines=(ChartMedicine("Warfarin 1 mg", "stopped"),), no_known_allergies=True), []),
]  # fmt: skip


@pytest.mark.parametrize(("chart", "expected"), CHARTS)
def test_what_the_chart_says_counts(house: House, chart: Chart, expected: list[str]) -> None:
    warnings = warnings_for(IBU, read(house, [], chart=summarise(chart)))
    assert [next(w for w in expected if w in warning) for warning in warnings] == expected


CATALOGUE = [
    # item, allergy, medicine, stopped
    ("ibuprofen-tablets", "aspirin and other NSAIDs", "", True),
    ("ibuprofen-tablets", "", "Warfarin 1 mg tablets", True),
    ("ibuprofen-tablets", "", "Sertraline 50 mg tablet", True),
    ("ibuprofen-tablets", "", "Methotrexate 2.5 mg tablet", True),
    ("ibuprofen-tablets", "Codeine", "Amlodipine 5 mg tablet", False),
    ("amoxicillin-caps", "Penicillin", "", True),
    ("ors-sachets", "Penicillin", "Warfarin 1 mg tablets", False),
]


def test_the_demo_catalogue_is_checked(tmp_path: Path) -> None:
    records = open_records(tmp_path / "demo.db", clock=FakeClock())
    seed(records, today=MONDAY.date())
    for item_id, allergy, medicine, stopped in CATALOGUE:
        who = person(allergies=(allergy,) if allergy else (), medicines=(medicine,) if medicine else ())
        assert bool(warnings_for(records.actions.item(item_id), who)) is stopped, (item_id, allergy, medicine)
    records.close()
