"""Names and short descriptions of people for staff pages."""

from __future__ import annotations

from data.errors import NotFound
from data.records import Records


def staff_name(records: Records, account_id: str | None) -> str:
    """Display name of an account; `system` for what the software did itself."""
    if not account_id:
        return ""
    try:
        return records.accounts.get(account_id).display_name
    except NotFound:
        return account_id


def age_and_sex(records: Records, patient_id: str | None) -> str:
    """`58 years, male`; empty where nothing is known. Babies are given in months."""
    if patient_id is None:
        return ""
    try:
        years, sex = records.patients.age_years(patient_id), records.patients.sex(patient_id)
    except NotFound:
        return ""
    parts = []
    if years is not None:
        parts.append(f"{int(years * 12)} months" if years < 2 else f"{int(years)} years")
    return ", ".join([*parts, *([sex] if sex else [])])
