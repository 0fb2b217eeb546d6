"""The demo patients' charts: FHIR R4 bundles beside this file."""

from dataclasses import dataclass
from datetime import date

from data.demo.schema import DEMO_DIR
from data.ehr.connector import EhrInvalid
from data.ehr.fhir_files import FhirFiles
from data.ehr.fhir_read import PatientRecord, day_of

FHIR_DIR = DEMO_DIR / "fhir"
RECORDS_WRITTEN_ON = date(2026, 11, 16)


@dataclass(frozen=True)
class Demographics:
    """Who a bundle's patient is."""

    given_name: str
    family_name: str
    birth_date: date
    sex: str | None
    phone: str | None
    email: str | None
    address: str | None
    record_number: str | None


def demo_ehr() -> FhirFiles:
    """Return the charts as they stood on the day they were written.

    Ages, intervals and the weeks of a pregnancy are counted to that day, so the infant stays an infant and the
    demonstration is the same whenever it is given.
    """
    return FhirFiles(FHIR_DIR, today=lambda: RECORDS_WRITTEN_ON)


def read_demographics(record: PatientRecord) -> Demographics:
    """Take name, birth date and contacts out of a validated record.

    Raises:
        EhrInvalid: the record has no name or no full birth date.
    """
    patient = record.patient
    born = day_of(patient.birthDate)
    if not patient.name or born is None:
        raise EhrInvalid("A demo patient needs a name and a birth date.")
    contacts = {telecom.system: telecom.value for telecom in patient.telecom or []}
    address = next(iter(patient.address or []), None)
    place = [*address.line, address.city, address.postalCode] if address else []
    return Demographics(
        given_name=" ".join(patient.name[0].given or []),
        family_name=patient.name[0].family or "",
        birth_date=born,
        sex=patient.gender if patient.gender in {"female", "male"} else None,
        phone=contacts.get("phone"),
        email=contacts.get("email"),
        address=", ".join(str(part) for part in place if part) or None,
        record_number=next((i.value for i in patient.identifier or []), None),
    )
