"""The intake form: who this is about, who is writing, and what is known already."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import streamlit as st

from data.records import Account, Patient
from pages.components import health_form
from pages.components.guard import agent
from pages.components.plain import escaped

WHO = {"self": "Me", "child": "My child", "partner": "My partner", "parent": "My parent", "patient": "Someone else"}
SEXES = {"female": "Female", "male": "Male", "other": "Other, or rather not say"}
# The triage engine follows "he", "she" and "my mother" by these words; "patient" stands for anybody.
_RELATIONS = {
    ("child", "female"): "daughter",
    ("child", "male"): "son",
    ("partner", "female"): "wife",
    ("partner", "male"): "husband",
    ("parent", "female"): "mother",
    ("parent", "male"): "father",
    ("parent", "other"): "patient",
}
_NEEDED = {"given_name": "first name", "family_name": "last name", "birth_date": "date of birth", "sex": "sex"}


@dataclass(frozen=True)
class IntakeAnswers:
    """A complete form. ``patient_id`` for a known patient, else ``new_patient`` as Patients.create takes it."""

    relation: str
    intake: dict[str, Any]
    patient_id: str | None = None
    new_patient: dict[str, Any] = field(default_factory=dict)


def show(account: Account) -> IntakeAnswers | None:
    """The form; its answers once it is sent and complete."""
    who = st.radio("Who is this about?", list(WHO), format_func=WHO.__getitem__, horizontal=True, key="intake_who")
    known = agent().records.patients.get(account.patient_id) if who == "self" and account.patient_id else None
    with st.container(border=True, key="intake_person"):
        person = _known_person(known) if known else _new_person(who)
    health = health_form.show(person["sex"], _age(person["birth_date"]), about_self=who == "self", known=known)
    if health is None:
        return None
    if missing := [words for key, words in _NEEDED.items() if not known and not person[key]]:
        st.error(f"Please add: {', '.join(missing)}. Nothing you entered is lost.", icon=":material/error:")
        return None
    age, sex = _age(person["birth_date"]), person["sex"] if person["sex"] in ("female", "male") else None
    intake = health | {key: value for key, value in (("age_years", age), ("sex", sex)) if value is not None}
    relation = _RELATIONS.get((who, person["sex"]), who)
    if known:
        return IntakeAnswers(relation, intake, patient_id=known.patient_id)
    return IntakeAnswers(relation, intake, new_patient=person | {"sex": sex})


def _known_person(patient: Patient) -> dict[str, Any]:
    st.markdown(f":material/badge: **{escaped(patient.name)}** · your record is linked")
    born = date.fromisoformat(patient.birth_date) if patient.birth_date else None
    return {"birth_date": born, "sex": patient.sex}


def _new_person(who: str) -> dict[str, Any]:
    # Typed fields wait for the next press ("ignore"): a rerun between mouse down and up would swallow that press.
    whose = "Your" if who == "self" else "Their"
    left, right = st.columns(2)
    given = left.text_input(f"{whose} first name", key="intake_given", max_chars=60, on_change="ignore")
    family = right.text_input(f"{whose} last name", key="intake_family", max_chars=60, on_change="ignore")
    today = datetime.now(UTC).date()
    born = left.date_input(
        f"{whose} date of birth",
        value=None,
        min_value=date(today.year - 120, 1, 1),
        max_value=today,
        format="YYYY-MM-DD",
        help="Year, month, day: for example 1985-04-23",
        key="intake_born",
        on_change="ignore",
    )
    sex = right.selectbox(f"{whose} sex", list(SEXES), index=None, format_func=SEXES.__getitem__, key="intake_sex")
    return {"given_name": given.strip(), "family_name": family.strip(), "birth_date": born, "sex": sex}


def _age(born: date | None) -> float | None:
    """Years today."""
    return None if born is None else round((datetime.now(UTC).date() - born).days / 365.25, 2)
