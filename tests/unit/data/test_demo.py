"""The demo clinic: strict content, a seeding that can be repeated, fresh slots, and people who cannot exist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.clock import from_text
from data.demo import DEMO_PASSWORD, demo_ehr, seed
from data.demo.charts import RECORDS_WRITTEN_ON
from data.demo.schema import (
    load_clinic,
)
from data.demo.slots import build_slots
from data.ehr.connector import Chart
from data.records import Records, open_records

MONDAY = date(2026, 11, 16)
SATURDAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    records = open_records(
        tmp_path_factory.mktemp("demo") / "prelude.db", clock=lambda: datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
    )
    seed(records, today=MONDAY)
    yield records
    records.close()


def charts() -> dict[str, Chart]:
    ehr = demo_ehr()
    return {patient_id: chart for patient_id in ehr.patient_ids() if (chart := ehr.chart(patient_id))}


# --- seeding ---------------------------------------------------------------------------------------------------------


def test_everybody_and_everything_is_there(seeded: Records) -> None:
    assert Counter(account.role for account in seeded.accounts.all()) == {
        "patient": 12,
        "nurse": 2,
        "auditor": 1,
        "admin": 1,
    }
    assert (len(seeded.patients.all()), len(seeded.actions.clinicians()), len(seeded.actions.services())) == (12, 6, 3)
    kinds = Counter(item.kind for item in seeded.actions.search_items(""))
    assert kinds["commodity"] >= 25
    assert kinds["otc"] + kinds["rx"] >= 30


def test_seeding_again_changes_nothing(seeded: Records) -> None:
    before = seeded.audit.verify()
    seed(seeded, today=MONDAY)
    after = seeded.audit.verify()
    assert after.ok
    assert after.events == before.events


def test_what_people_changed_stays_when_seeded_again(tmp_path: Path) -> None:
    records = open_records(tmp_path / "prelude.db", clock=lambda: datetime(2026, 11, 16, 7, 0, tzinfo=UTC))
    seed(records, today=MONDAY)
    records.patients.update_chart("demo-12", allergies=[{"label": "Latex"}])
    first = len(records.actions.free_slots(limit=10_000))
    seed(records, today=MONDAY + timedelta(days=3))
    assert records.patients.get("demo-12").chart["allergies"] == [{"label": "Latex"}]
    starts = [from_text(slot.starts_at).date() for slot in records.actions.free_slots(limit=10_000)]
    assert len(starts) > first
    assert max(starts) == MONDAY + timedelta(days=16)
    assert records.audit.verify().ok
    records.close()


@pytest.mark.parametrize("username", ["nurse", "nurse2", "auditor", "admin", "desmond", "amara"])
def test_demo_accounts_sign_in_with_the_demo_password_only(seeded: Records, username: str) -> None:
    assert seeded.accounts.authenticate(username, DEMO_PASSWORD).account is not None
    assert seeded.accounts.authenticate(username, DEMO_PASSWORD + "x").account is None


def test_ages_fit_the_charts_on_the_day_of_seeding(seeded: Records) -> None:
    for patient_id, chart in charts().items():
        assert seeded.patients.age_years(patient_id) == pytest.approx(chart.age_years, abs=0.05)


def test_ages_fit_years_later_too(tmp_path: Path) -> None:
    later = RECORDS_WRITTEN_ON + timedelta(days=800)
    records = open_records(tmp_path / "prelude.db", clock=lambda: datetime.combine(later, time(9), tzinfo=UTC))
    seed(records, today=later)
    assert records.patients.age_years("demo-03") == pytest.approx(7 / 12, abs=0.05)
    records.close()


def test_my_record_shows_the_chart(seeded: Records) -> None:
    chart = seeded.patients.get("demo-11").chart
    assert [entry["label"] for entry in chart["allergies"]] == ["Penicillin"]
    assert chart["allergies"][0]["reaction"] == "Anaphylaxis"
    assert [entry["label"] for entry in chart["medicines"]] == ["Levothyroxine 75 microgram tablet"]
    assert {"label": "TSH", "value": "2.1", "unit": "mIU/L", "on": "2026-09-25"} in chart["vitals"]


# --- slots -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first_day", [MONDAY, SATURDAY])
def test_slots_lie_in_clinic_hours_and_urgent_ones_on_every_day(first_day: date) -> None:
    clinic = load_clinic()
    slots = list(build_slots(clinic, first_day, UTC))
    assert len({slot.slot_id for slot in slots}) == len(slots)
    assert {slot.starts_at.date() for slot in slots} == {first_day + timedelta(days=n) for n in range(14)}
    for slot in slots:
        urgent = "Urgent" in slot.location
        assert urgent or slot.starts_at.weekday() < 5
        assert urgent or (clinic.opens <= slot.starts_at.time() and slot.ends_at.time() <= clinic.closes)
    assert {slot.service_id for slot in slots} == {service.id for service in clinic.services}


def test_nobody_is_in_two_rooms_at_once() -> None:
    slots = sorted(build_slots(load_clinic(), MONDAY, UTC), key=lambda s: (s.clinician_id, s.starts_at))
    for one, following in pairwise(slots):
        assert one.clinician_id != following.clinician_id or one.ends_at <= following.starts_at


def test_slots_keep_the_clinics_own_clock_over_a_clock_change() -> None:
    zone = ZoneInfo("Europe/London")
    slots = [s for s in build_slots(load_clinic(), date(2026, 10, 23), zone) if s.clinician_id == "clin-6"]
    first = {
        s.starts_at.date(): min(t.starts_at for t in slots if t.starts_at.date() == s.starts_at.date()) for s in slots
    }
    assert first[date(2026, 10, 23)].astimezone(UTC).time() == time(8)
    assert first[date(2026, 10, 26)].astimezone(UTC).time() == time(9)


def test_a_saturday_visitor_finds_a_slot_today(seeded: Records) -> None:
    assert [slot.service for slot in seeded.actions.free_slots("primary-care", on=SATURDAY, limit=1)] == ["Same-day GP"]


# --- catalogue -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "item_id"),
    [
        ("thermometer", "thermometer-digital"),
        ("blood pressure machine", "bp-monitor"),
        ("plasters", "dressings-assorted"),
        ("calpol", "paracetamol-suspension"),
        ("tylenol", "paracetamol-tablets"),
        ("nurofen", "ibuprofen-tablets"),
        ("blue inhaler", "salbutamol-inhaler"),
        ("blood thinner", "warfarin-tablets"),
        ("dioralyte", "ors-sachets"),
        ("pregnancy test", "pregnancy-test"),
    ],
)
def test_patients_find_items_by_their_own_words(seeded: Records, words: str, item_id: str) -> None:
    assert item_id in [item.item_id for item in seeded.actions.search_items(words)[:3]]


@pytest.mark.parametrize(
    ("item_id", "taken", "warns"),
    [
        ("ibuprofen-tablets", "warfarin", True),
        ("ibuprofen-tablets", "methotrexate", True),
        ("ibuprofen-tablets", "sertraline", True),
        ("ibuprofen-tablets", "levothyroxine", False),
        ("cetirizine-tablets", "warfarin", False),
        ("warfarin-tablets", "warfarin", False),
        ("ors-sachets", "insulin", False),
    ],
)
def test_interactions_name_classes_and_their_ingredients(
    seeded: Records, item_id: str, taken: str, warns: bool
) -> None:
    assert (taken in seeded.actions.item(item_id).interacts_with) is warns


@pytest.mark.parametrize(
    ("item_id", "kind", "pregnancy", "allergy"),
    [
        ("amoxicillin-caps", "rx", "ok", "penicillin"),
        ("ibuprofen-tablets", "otc", "avoid", "nsaid"),
        ("warfarin-tablets", "rx", "avoid", "coumarin"),
        ("nitrofurantoin-caps", "rx", "ask", "nitrofurantoin"),
        ("salbutamol-inhaler", "rx", "ok", "salbutamol"),
    ],
)
def test_prescription_pregnancy_and_allergy_facts(
    seeded: Records, item_id: str, kind: str, pregnancy: str, allergy: str
) -> None:
    item = seeded.actions.item(item_id)
    assert (item.kind, item.pregnancy) == (kind, pregnancy)
    assert allergy in item.ingredients
