"""The intake form: a new or known patient, who is writing, and what is known already."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import streamlit as st

from agent import create_agent_instance
from data.records import Account

RELATIONS = {
    "self": "Me",
    "parent": "My child",
    "partner": "My partner",
    "carer": "Someone else I look after",
}
SEXES = {"female": "Female", "male": "Male", "other": "Other or rather not say"}
PREGNANT = {"no": "No", "yes": "Yes", "unknown": "Not sure"}


@dataclass(frozen=True)
class IntakeAnswers:
    """A complete form. ``patient_id`` for a known patient, else ``new_patient`` as Patients.create takes it."""

    relation: str
    intake: dict[str, Any]
    patient_id: str | None = None
    new_patient: dict[str, Any] = field(default_factory=dict)


def show(account: Account) -> IntakeAnswers | None:
    """The form; its answers once it is sent and complete."""
    relation = st.radio(
        "Who is this about?",
        list(RELATIONS),
        format_func=RELATIONS.__getitem__,
        horizontal=True,
        key="intake_relation",
    )
    known = account.patient_id if relation == "self" else None
    with st.form("intake", border=True):
        person = _known_person(known) if known else _new_person(relation)
        allergies = _list("Allergies", "For example penicillin, peanuts", "intake_allergies")
        medicines = _list("Medicines taken now", "Also those from the pharmacy", "intake_medicines")
        conditions = _list("Conditions", "For example asthma, diabetes, high blood pressure", "intake_conditions")
        pregnant = st.radio(
            "Pregnant, or gave birth in the last six weeks?",
            list(PREGNANT),
            format_func=PREGNANT.__getitem__,
            horizontal=True,
            key="intake_pregnant",
        )
        st.caption("A nurse reads what you write. It is kept in the clinic's own record and shared with nobody else.")
        sent = st.form_submit_button("Go to the chat", type="primary", icon=":material/forum:", width="stretch")
    if not sent:
        return None
    if not known and (missing := _missing(person)):
        st.error(f"Please add: {missing}. Nothing you entered is lost.", icon=":material/error:")
        return None
    intake = {"allergies": allergies, "medicines": medicines, "conditions": conditions}
    if pregnant != "unknown":
        intake["pregnant"] = pregnant == "yes"
    if known:
        return IntakeAnswers(relation, _with_person(intake, known), patient_id=known)
    born = person["birth_date"]
    intake["age_years"] = round((datetime.now(UTC).date() - born).days / 365.25, 2)
    if person["sex"] != "other":
        intake["sex"] = person["sex"]
    return IntakeAnswers(relation, intake, new_patient=person | {"sex": intake.get("sex")})


def _known_person(patient_id: str) -> dict[str, Any]:
    patient = create_agent_instance().records.patients.get(patient_id)
    st.markdown(f"**{patient.name}**, your record is linked. Add only what has changed.")
    return {}


def _new_person(relation: str) -> dict[str, Any]:
    whose = "Your" if relation == "self" else "Their"
    left, right = st.columns(2)
    given = left.text_input(f"{whose} first name", key="intake_given", max_chars=60)
    family = right.text_input(f"{whose} last name", key="intake_family", max_chars=60)
    today = datetime.now(UTC).date()
    born = left.date_input(
        f"{whose} date of birth", value=None, min_value=date(today.year - 120, 1, 1), max_value=today, key="intake_born"
    )
    sex = right.selectbox(f"{whose} sex", list(SEXES), index=None, format_func=SEXES.__getitem__, key="intake_sex")
    return {"given_name": given.strip(), "family_name": family.strip(), "birth_date": born, "sex": sex}


def _missing(person: dict[str, Any]) -> str:
    words = {
        "given_name": "first name",
        "family_name": "last name",
        "birth_date": "date of birth",
        "sex": "sex",
    }
    return ", ".join(word for key, word in words.items() if not person.get(key))


def _with_person(intake: dict[str, Any], patient_id: str) -> dict[str, Any]:
    patients = create_agent_instance().records.patients
    return intake | {"age_years": patients.age_years(patient_id), "sex": patients.sex(patient_id)}


def _list(label: str, help_text: str, key: str) -> list[str]:
    text = st.text_area(label, key=key, height=68, max_chars=600, placeholder=help_text + ". Separate with commas.")
    return [entry.strip() for entry in text.replace("\n", ",").split(",") if entry.strip()]
