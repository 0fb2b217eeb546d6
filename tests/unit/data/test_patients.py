"""The register: who somebody is, how old, and which words point to them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.errors import NotFound
from data.records import Records
from tests.unit.data.conftest import Desk, FakeClock


@pytest.mark.parametrize(
    ("born", "today", "least", "below"),
    [
        ("2026-10-17", "2026-11-16", 0.08, 0.09),
        ("2010-11-16", "2026-11-16", 16.0, 16.01),
        ("2010-11-17", "2026-11-16", 15.99, 16.0),
        ("2008-02-29", "2026-02-28", 17.99, 18.0),
        ("2008-02-29", "2026-03-01", 18.0, 18.01),
        ("1926-01-01", "2026-11-16", 100.8, 100.95),
        (None, "2026-11-16", None, None),
    ],
)
def test_age_counts_birthdays_exactly(
    records: Records, clock: FakeClock, born: str | None, today: str, least: float | None, below: float | None
) -> None:
    clock.now = datetime.fromisoformat(today).replace(tzinfo=UTC)
    age = records.patients.age_years(records.patients.create("A", "B", born))
    if least is None or below is None:
        assert age is None
    else:
        assert age is not None
        assert least <= age < below


@pytest.mark.parametrize("born", ["yesterday", "2026-13-01", "16/11/2026"])
def test_a_birth_date_that_is_none_is_refused(records: Records, born: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|month"):
        records.patients.create("A", "B", born)


def test_identifiers_hold_every_way_to_name_a_person(records: Records) -> None:
    patient = records.patients.create(
        "Mary Ann",
        "O",
        "1980-02-03",
        phone="0201 555",
        email="m@example.org",
        record_number="MRN-1",
        patient_id="pat_m",
    )
    found = records.patients.identifiers(patient)
    assert {"Mary", "Ann", "Mary Ann", "0201 555", "m@example.org", "MRN-1", "1980-02-03", "pat_m"} <= found
    assert "O" not in found  # a lone letter would match every text


@pytest.mark.parametrize(
    ("text", "found"),
    [("bell", ["pat_ann"]), ("ANN bell", ["pat_ann"]), ("555", ["pat_ann"]), ("bob ann", []), ("%", []), ("  ", [])],
)
def test_search_needs_every_word(records: Records, desk: Desk, text: str, found: list[str]) -> None:
    assert [patient.patient_id for patient in records.patients.search(text)] == found


def test_the_chart_keeps_lists_not_given_and_an_unchanged_one_writes_nothing(records: Records, desk: Desk) -> None:
    allergy = {"label": "penicillin", "reaction": "rash"}
    records.patients.update_chart(desk.patient_id, allergies=[allergy])
    records.patients.update_chart(desk.patient_id, medicines=[{"label": "salbutamol"}])
    events = records.audit.verify().events
    records.patients.update_chart(desk.patient_id, allergies=[allergy])
    chart = records.patients.get(desk.patient_id).chart
    assert (chart["allergies"], chart["medicines"]) == ([allergy], [{"label": "salbutamol"}])
    assert records.audit.verify().events == events
    with pytest.raises(ValueError, match="label"):
        records.patients.update_chart(desk.patient_id, allergies=[{"reaction": "rash"}])


def test_creating_twice_is_creating_once_and_nobody_is_nobody(records: Records, desk: Desk) -> None:
    assert records.patients.create("Other", "Name", patient_id="pat_ann") == "pat_ann"
    assert records.patients.get("pat_ann").name == "Ann Bell"
    with pytest.raises(NotFound):
        records.patients.get("pat_x")
