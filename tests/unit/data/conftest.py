"""Real SQLite files, a clock that stands still until it is moved, and ids that count."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypedDict

import pytest
from argon2 import PasswordHasher

from data.accounts import Account, Accounts
from data.actions import Actions
from data.conversation import TurnRecord
from data.records import Item, Records, open_records


class FakeClock:
    """Gives the same moment until `advance`."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass(frozen=True)
class Desk:
    """A clinic with one nurse and two patients, each with an account and an open session."""

    nurse: Account
    other_nurse: Account
    patient_account: Account
    patient_id: str
    other_patient_id: str
    session_id: str
    other_session_id: str


def counting_ids() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"{next(numbers):06d}"


def quick_accounts(records: Records, clock: FakeClock, new_id: Callable[[], str] | None = None) -> Accounts:
    """Real argon2 with small parameters: the tests measure behaviour, not hardness."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    return Accounts(records.store, records.audit, clock, new_id or counting_ids(), hasher=hasher)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "prelude.db"


@pytest.fixture
def records(path: Path, clock: FakeClock) -> Iterator[Records]:
    opened = open_records(path, clock=clock, new_id=counting_ids())
    yield opened
    opened.close()


@pytest.fixture
def desk(records: Records, clock: FakeClock) -> Desk:
    accounts = quick_accounts(records, clock)
    ann = records.patients.create("Ann", "Bell", "1980-02-03", "female", phone="0201 555 01", patient_id="pat_ann")
    bob = records.patients.create("Bob", "Crane", "2015-06-07", "male", patient_id="pat_bob")
    account = accounts.create("ann", "Ann Bell", "patient", "a long pass phrase", ann)
    return Desk(
        nurse=accounts.create("nora", "Nora Night", "nurse", "another pass phrase"),
        other_nurse=accounts.create("nick", "Nick North", "nurse", "another pass phrase"),
        patient_account=account,
        patient_id=ann,
        other_patient_id=bob,
        session_id=records.interactions.create_session(account.account_id, ann),
        other_session_id=records.interactions.create_session(None, bob, "parent"),
    )


@pytest.fixture
def lived_in(records: Records, desk: Desk, path: Path) -> Path:
    """A database with at least one row in every table a patient's visit touches, at rest."""
    session, patient, nurse = desk.session_id, desk.patient_id, desk.nurse
    turn = records.interactions.begin_turn(session, "My ear hurts", "n1").turn_id
    records.interactions.append_message(session, turn, "assistant", "question", "Since when?")
    offer = records.consents.offer(session, turn, "book", {"slot_id": "slo"}, "Shall I book it?")
    records.consents.answer(session, offer.offer_id, True, "yes", turn)
    records.actions.add_service("svc", "Clinic")
    records.actions.add_clinician("cli", "Dr Lee", "GP")
    start = records.interactions._clock()
    records.actions.add_slot("slo", "cli", "svc", start, start.replace(hour=start.hour + 1), "Room 1")
    records.actions.add_item(_item())
    keys = {"session_id": session, "patient_id": patient, "turn_id": turn}
    records.actions.book("slo", "ear pain", **keys, idempotency_key="k1")
    records.actions.place_order("itm", 1, **keys, idempotency_key="k2")
    records.actions.refer("svc", "ear pain", **keys, idempotency_key="k3")
    records.accounts.open_session(nurse.account_id)
    level = {"disposition": "clinician_today", "risk": "medium", "priority": "MEDIUM"}
    records.interactions.latch(session, "clinician_today")
    case = records.cases.open_or_update(session, **level, primary_concern="ear pain", par={"a": 1})
    records.cases.override(case.case_id, nurse, "clinician_this_week", "examined", "seen it", case.version)
    records.cases.add_task(session, turn, "review", "look", "medium")
    records.interactions.finish_turn(turn, TurnRecord(reply_text="Rest.", model="embedded"))
    records.close()
    return path


def _item() -> Item:
    return Item("itm", "Thermometer", "commodity", "digital", 900, "EUR", 5)


ITEMS = (
    Item("thermo", "Digital thermometer", "commodity", "Measures fever", 1250, "EUR", 2, keywords=("temperature",)),
    Item("ors", "Oral rehydration salts", "otc", "For diarrhoea", 600, "EUR", 50, keywords=("ORS", "dehydration")),
    Item("para", "Paracetamol 500 mg", "otc", "For pain and fever", 300, "EUR", 20, ingredients=("paracetamol",)),
    Item("amox", "Amoxicillin 500 mg", "rx", "Antibiotic", 900, "EUR", 1, ingredients=("amoxicillin",)),
)


class Keys(TypedDict):
    """What every write of the actions takes."""

    session_id: str
    patient_id: str
    turn_id: str | None
    idempotency_key: str


Who = Callable[..., Keys]
"""Gives the keys of one patient's request; a fresh idempotency key unless told."""


@pytest.fixture
def actions(records: Records, desk: Desk, clock: FakeClock) -> Actions:
    made = records.actions
    made.add_service("svc_gp", "General practice", "Doctor's visit")
    made.add_service("svc_ent", "Ear nose and throat")
    made.add_clinician("cli_lee", "Dr Lee", "GP")
    for day, hour in itertools.product(range(3), (8, 13, 18)):
        start = clock().replace(hour=hour) + timedelta(days=day)
        made.add_slot(f"slo_{day}_{hour}", "cli_lee", "svc_gp", start, start + timedelta(minutes=20), "Room 1")
    for item in ITEMS:
        made.add_item(item)
    return made


_numbers = itertools.count()


@pytest.fixture
def anns(desk: Desk) -> Callable[..., Keys]:
    def keys(key: str | None = None) -> Keys:
        return Keys(
            session_id=desk.session_id,
            patient_id=desk.patient_id,
            turn_id=None,
            idempotency_key=key or f"key {next(_numbers)}",
        )

    return keys


@pytest.fixture
def bobs(desk: Desk) -> Callable[..., Keys]:
    def keys(key: str | None = None) -> Keys:
        return Keys(
            session_id=desk.other_session_id,
            patient_id=desk.other_patient_id,
            turn_id=None,
            idempotency_key=key or f"key {next(_numbers)}",
        )

    return keys
