"""Filling an empty database with the demo clinic, and giving an old one fresh slots."""

from collections.abc import Iterable
from datetime import UTC, date, tzinfo

from data.demo.chart_lists import chart_lists
from data.demo.charts import RECORDS_WRITTEN_ON, demo_ehr, read_demographics
from data.demo.schema import (
    DemoContentError,
    Medicine,
    Supply,
    load_clinic,
    load_medicine_classes,
    load_medicines,
    load_people,
    load_supplies,
)
from data.demo.slots import build_slots
from data.records import Item, Records

# Printed on the demo's sign-in page: it guards nothing. A clinic with real patients never seeds these accounts.
DEMO_PASSWORD = "prelude-demo"  # noqa: S105 - public by purpose, demo accounts only
CURRENCY = "USD"


def seed(records: Records, *, today: date, zone: tzinfo = UTC) -> None:
    """Put the demo clinic into the database; what is there already stays as it is.

    A run on a later day adds the slots of the days that have come into view. Birth dates are moved with the calendar,
    so that on the day of the first run everybody has the age their chart tells.

    Args:
        records: an open database, empty or seeded before.
        today: first day of the slots, in the clinic's time.
        zone: the clinic's time zone.

    Raises:
        DemoContentError: a data file is malformed.
        EhrInvalid: a bundle is not FHIR R4.
    """
    with records.store.write():
        _seed_clinic(records, today, zone)
        _seed_items(records)
        _seed_people(records, today)


def _seed_clinic(records: Records, today: date, zone: tzinfo) -> None:
    clinic = load_clinic()
    for service in clinic.services:
        records.actions.add_service(service.id, service.name, service.description)
    for clinician in clinic.clinicians:
        records.actions.add_clinician(clinician.id, clinician.name, clinician.role)
    for slot in build_slots(clinic, today, zone):
        records.actions.add_slot(
            slot.slot_id, slot.clinician_id, slot.service_id, slot.starts_at, slot.ends_at, slot.location
        )


def _seed_items(records: Records) -> None:
    classes = load_medicine_classes()
    for supply in load_supplies():
        records.actions.add_item(_item(supply, "commodity"))
    for medicine in load_medicines():
        records.actions.add_item(_pharmacy_item(medicine, classes))


def _seed_people(records: Records, today: date) -> None:
    staff, members = load_people()
    for person in staff:
        records.accounts.create(person.username, person.display_name, person.role, DEMO_PASSWORD, account_id=person.id)
    ehr = demo_ehr()
    there = {patient.patient_id for patient in records.patients.all()}
    for member in members:
        if member.id in there:
            continue
        record, chart = ehr.record(member.id), ehr.chart(member.id)
        if record is None or chart is None:
            raise DemoContentError(f"people.yaml: {member.id} has no bundle")
        who = read_demographics(record)
        records.patients.create(
            who.given_name,
            who.family_name,
            who.birth_date + (today - RECORDS_WRITTEN_ON),
            who.sex,
            phone=who.phone,
            email=who.email,
            address=who.address,
            record_number=who.record_number,
            patient_id=member.id,
        )
        name = member.display_name or f"{who.given_name} {who.family_name}"
        records.accounts.create(
            member.username, name, "patient", DEMO_PASSWORD, member.id, account_id=f"acct-{member.id}"
        )
        records.patients.update_chart(member.id, **chart_lists(chart, today))


def _item(supply: Supply, kind: str) -> Item:
    return Item(
        item_id=supply.id,
        name=supply.name,
        kind=kind,
        description=supply.description,
        price_cents=supply.price_cents,
        currency=CURRENCY,
        stock=supply.stock,
        keywords=tuple(supply.keywords),
        pack=supply.pack,
    )


def _pharmacy_item(medicine: Medicine, classes: dict[str, list[str]]) -> Item:
    return Item(
        item_id=medicine.id,
        name=medicine.name,
        kind=medicine.kind,
        description=medicine.description,
        price_cents=medicine.price_cents,
        currency=CURRENCY,
        stock=medicine.stock,
        min_age_years=medicine.min_age_years,
        pregnancy=medicine.pregnancy,
        # An allergy is often recorded under the class ("penicillin"), so the class counts as something inside.
        ingredients=(*medicine.ingredients, *medicine.allergy_classes),
        interacts_with=tuple(_expanded(medicine.interacts_with, classes, medicine.ingredients)),
        keywords=tuple(medicine.keywords),
        pack=medicine.pack,
    )


def _expanded(names: Iterable[str], classes: dict[str, list[str]], own: list[str]) -> list[str]:
    """Add each class's ingredients to its name, without the item's own: nothing interacts with itself here."""
    every = [name for entry in names for name in (entry, *classes.get(entry, ()))]
    return [name for name in dict.fromkeys(every) if name not in own]
