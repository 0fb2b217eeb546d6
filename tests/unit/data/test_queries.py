"""A model reads a patient's own records by name, and no one else's by any argument."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.errors import NotFound
from data.queries import MAX_ROWS, QUERIES, run_query
from data.records import Item, Records
from tests.unit.data.conftest import Desk, FakeClock

CANARY = "canary-of-bob"


@pytest.fixture
def filled(records: Records, desk: Desk, clock: FakeClock) -> Records:
    actions = records.actions
    actions.add_service("svc", "General practice")
    actions.add_clinician("cli", "Dr Lee", "GP")
    actions.add_item(Item("ors", "Oral rehydration salts", "otc", "", 600, "EUR", 500))
    for number, (patient, session, mark) in enumerate(
        [(desk.patient_id, desk.session_id, "of ann"), (desk.other_patient_id, desk.other_session_id, CANARY)]
    ):
        start = clock() + timedelta(days=number + 1)
        actions.add_slot(f"slo_{number}", "cli", "svc", start, start + timedelta(minutes=20), mark)
        keys = {"session_id": session, "patient_id": patient, "turn_id": None}
        actions.book(f"slo_{number}", mark, **keys, idempotency_key="a")
        actions.propose_prescription(mark, 1, mark, **keys, idempotency_key="b")
        records.patients.update_chart(
            patient,
            conditions=[{"label": f"asthma {mark}", "status": "active", "since": "2010"}],
            medicines=[{"label": f"salbutamol {mark}", "dose": "100 micrograms"}],
            allergies=[{"label": f"penicillin {mark}", "reaction": "rash"}],
            visits=[{"label": f"check-up {mark}", "on": day} for day in ("2026-01-02", "2026-03-04")],
            vitals=[{"label": "pulse", "value": 70, "unit": mark, "on": "2026-01-02"}],
        )
    return records


@pytest.mark.parametrize("name", QUERIES)
def test_each_query_gives_ones_own_and_nothing_of_another(filled: Records, desk: Desk, name: str) -> None:
    mine = repr(run_query(filled.store, name, desk.patient_id))
    assert "of ann" in mine
    assert CANARY not in mine


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("patient_id", [None, "", "%", "pat_ann' OR '1'='1", "*"])
def test_without_a_patient_there_is_nothing(filled: Records, name: str, patient_id: str | None) -> None:
    assert run_query(filled.store, name, patient_id) == []


@pytest.mark.parametrize("name", ["", "all_patients", "my_orders; DROP TABLE orders", "SELECT * FROM patients"])
def test_a_query_without_a_name_in_the_catalogue_is_refused(filled: Records, desk: Desk, name: str) -> None:
    with pytest.raises(NotFound):
        run_query(filled.store, name, desk.patient_id)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("my_orders", {"patient_id": "pat_bob"}),
        ("my_orders", {"limit": 1000}),
        ("my_orders", {"status": 7}),
        ("my_orders", {"status": ""}),
        ("my_orders", {"status": "x" * 41}),
        ("my_orders", {"status": ["placed"]}),
        ("my_allergies", {"label": "x"}),
        ("my_appointments", {"from_day": "yesterday"}),
    ],
)
def test_parameters_outside_the_catalogue_are_refused(
    filled: Records, desk: Desk, name: str, params: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r"parameter|isoformat"):
        run_query(filled.store, name, desk.patient_id, params)


@pytest.mark.parametrize(
    ("name", "params", "count"),
    [
        ("my_orders", {"status": "proposed"}, 1),
        ("my_orders", {"status": "placed"}, 0),
        ("my_orders", {"status": None}, 1),
        ("my_orders", {"status": "' OR 1=1 --"}, 0),
        ("my_appointments", {"status": "booked", "from_day": "2026-11-17"}, 1),
        ("my_appointments", {"from_day": "2026-11-18"}, 0),
        ("my_recent_vitals", {"label": "PULSE"}, 1),
        ("my_recent_vitals", {"label": "weight"}, 0),
    ],
)
def test_parameters_narrow_the_answer(
    filled: Records, desk: Desk, name: str, params: dict[str, object], count: int
) -> None:
    assert len(run_query(filled.store, name, desk.patient_id, params)) == count


def test_visits_come_newest_first_and_long_answers_are_cut(filled: Records, desk: Desk) -> None:
    assert [row["day"] for row in run_query(filled.store, "my_visits", desk.patient_id)] == ["2026-03-04", "2026-01-02"]
    filled.patients.update_chart(desk.patient_id, allergies=[{"label": f"a{n}"} for n in range(200)])
    assert len(run_query(filled.store, "my_allergies", desk.patient_id)) == MAX_ROWS
