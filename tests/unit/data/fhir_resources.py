"""FHIR R4 resources of one invented patient, as plain JSON, to be changed field by field."""

from __future__ import annotations

from datetime import date
from typing import Any

TODAY = date(2026, 11, 16)
ABOUT = {"reference": "Patient/p-1"}


def today() -> date:
    return TODAY


def patient(**changes: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": "p-1",
        "name": [{"given": ["Zorvan"], "family": "Quillfeather"}],
        "gender": "female",
        "birthDate": "1990-05-01",
        "telecom": [{"system": "phone", "value": "555-0142"}],
        "address": [{"line": ["9 Tamarind Close"], "city": "Brindlemere", "postalCode": "ZZ9 9ZZ"}],
    } | changes


def condition(text: str, **changes: Any) -> dict[str, Any]:
    status = {"coding": [{"code": changes.pop("status", "active")}]}
    return {"resourceType": "Condition", "subject": ABOUT, "clinicalStatus": status, "code": {"text": text}} | changes


def medicine(text: str, **changes: Any) -> dict[str, Any]:
    order = {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": ABOUT}
    return order | {"medicationCodeableConcept": {"text": text}} | changes


def allergy(text: str, **changes: Any) -> dict[str, Any]:
    return {"resourceType": "AllergyIntolerance", "patient": ABOUT, "code": {"text": text}} | changes


def observation(text: str, value: float, unit: str, on: str, **changes: Any) -> dict[str, Any]:
    measured = {"valueQuantity": {"value": value, "unit": unit}, "effectiveDateTime": on}
    base = {"resourceType": "Observation", "status": "final", "subject": ABOUT, "code": {"text": text}}
    return base | measured | changes


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}
