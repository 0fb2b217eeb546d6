"""FHIR R4 JSON to validated models, entry by entry.

One malformed entry must not hide the allergies beside it, so each resource is validated alone and what fails is
counted by its type. R4B models read R4: the two differ in no resource used here. Importing fhir.resources takes
about 0.2 s and is left to the first read.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from data.ehr.connector import EhrInvalid

SUBJECT_FIELDS = {
    "Condition": "subject",
    "MedicationRequest": "subject",
    "MedicationStatement": "subject",
    "AllergyIntolerance": "patient",
    "Observation": "subject",
    "Immunization": "patient",
}
# A validated fhir.resources model: the package ships no types that mypy could use.
FhirModel: TypeAlias = Any
PATIENT_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@dataclass
class PatientRecord:
    """Validated resources of one patient: ``resources`` by type, ``unreadable`` one type name per entry left out."""

    patient: FhirModel
    resources: dict[str, list[FhirModel]] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)


def is_patient_id(patient_id: str) -> bool:
    """Tell whether this can be a FHIR resource id; anything else never reaches a file name or an address."""
    return PATIENT_ID.fullmatch(patient_id) is not None and not patient_id.startswith(".")


def load_record(entries: Iterable[Mapping[str, Any]], patient_id: str) -> PatientRecord:
    """Validate the resources of a bundle's entries that belong to this patient.

    Args:
        entries: raw resources (already taken out of ``entry[].resource``).
        patient_id: the id the Patient resource must carry.

    Raises:
        EhrInvalid: no valid Patient resource with that id.
    """
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    found: dict[str, list[FhirModel]] = {}
    unreadable: list[str] = []
    aliases = {f"Patient/{patient_id}"}
    patient: FhirModel = None
    waiting: list[tuple[str, Mapping[str, Any]]] = []
    for raw in entries:
        kind = raw.get("resourceType")
        if kind == "Patient":
            if raw.get("id") != patient_id:
                unreadable.append("Patient")
                continue
            try:
                patient = get_fhir_model_class("Patient").model_validate(dict(raw))
            except ValidationError:
                raise EhrInvalid("The record's Patient resource is not valid FHIR R4.") from None
        elif isinstance(kind, str) and kind in SUBJECT_FIELDS:
            waiting.append((kind, raw))
    if patient is None:
        raise EhrInvalid("The record holds no Patient resource with the id that was asked for.")
    for kind, raw in waiting:
        if not _is_about(raw.get(SUBJECT_FIELDS[kind]), aliases):
            unreadable.append(kind)
            continue
        try:
            found.setdefault(kind, []).append(get_fhir_model_class(kind).model_validate(dict(raw)))
        except ValidationError:
            unreadable.append(kind)
    return PatientRecord(patient, found, unreadable)


def resources_of(bundle: object) -> list[Mapping[str, Any]]:
    """Take the raw resources out of a Bundle.

    Raises:
        EhrInvalid: it is not a Bundle.
    """
    if not isinstance(bundle, Mapping) or bundle.get("resourceType") != "Bundle":
        raise EhrInvalid("The record is not a FHIR Bundle.")
    entries = bundle.get("entry") or []
    if not isinstance(entries, list):
        raise EhrInvalid("The record's Bundle has no list of entries.")
    resources = [entry.get("resource") for entry in entries if isinstance(entry, Mapping)]
    return [resource for resource in resources if isinstance(resource, Mapping)]


def coded_text(concept: FhirModel) -> str | None:
    """Name a CodeableConcept: its first coded display, else its free text. None if it has neither."""
    if concept is None:
        return None
    for coding in concept.coding or []:
        if coding.display:
            return str(coding.display)
    return str(concept.text) if concept.text else None


def codes_of(concept: FhirModel) -> frozenset[str]:
    """Return the bare codes of a CodeableConcept, whatever their system."""
    if concept is None:
        return frozenset()
    return frozenset(str(coding.code) for coding in concept.coding or [] if coding.code)


def day_of(value: object) -> date | None:
    """Return the day of a FHIR date, dateTime or instant; a bare year or month is not a day and gives None."""
    if value is None or isinstance(value, str):
        return None
    return date(value.year, value.month, value.day) if isinstance(value, date) else None


def year_of(value: object) -> int | None:
    """Return the year of a FHIR date or dateTime, partial ones included."""
    if isinstance(value, str):
        return int(value[:4]) if re.match(r"\d{4}", value) else None
    return value.year if isinstance(value, date) else None


def _is_about(reference: object, aliases: set[str]) -> bool:
    target = reference.get("reference") if isinstance(reference, Mapping) else None
    return isinstance(target, str) and "/".join(target.split("/")[-2:]) in aliases
