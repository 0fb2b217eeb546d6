"""Start a demo session: pick a role; as a patient, one of the scripted cases."""

from __future__ import annotations

import streamlit as st

from data.demo.cases import DemoCase, demo_cases
from data.records import Account
from pages.components.guard import agent
from pages.components.sign_in_form import enter

ROLES = {"patient": "Patient", "nurse": "Nurse", "auditor": "Auditor", "admin": "Admin"}
CHAT = "/chat"
OWN_WORDS = "own-words"


def show() -> None:
    """Only on a demo clinic: everyone in it is invented."""
    with st.container(border=True, key="demo_start"):
        st.markdown("**Just looking?** Start a demo. Everyone in it is invented.")
        role = st.segmented_control(
            "Role", list(ROLES), format_func=ROLES.__getitem__, default="patient", required=True, key="demo_role"
        )
        case = _choose_case() if role == "patient" else None
        pressed = st.button("Start the demo", key="demo_go", icon=":material/play_arrow:", width="stretch")
    if pressed and role:
        _start(role, case)


def _choose_case() -> DemoCase | None:
    cases = {case.id: case for case in demo_cases()}
    titles = {case.id: case.title for case in cases.values()} | {OWN_WORDS: "My own words, no script"}
    chosen = st.selectbox("Case", list(titles), format_func=titles.__getitem__, key="demo_case")
    if chosen == OWN_WORDS:
        st.caption("You start where a patient starts, and type what you like.")
        return None
    st.caption(cases[chosen].description)
    st.checkbox("Play the patient's messages one by one", value=True, key="demo_plays")
    return cases[chosen]


def _start(role: str, case: DemoCase | None) -> None:
    records = agent().records
    account = next((a for a in records.accounts.all() if _fits(a, role, case)), None)
    if account is None:
        st.error("The demo clinic has no such account.", icon=":material/error:")
        return
    if case is None:
        enter(account.account_id)
        return
    people = records.patients
    intake = {"age_years": people.age_years(case.patient_id), "sex": people.sex(case.patient_id)}
    records.interactions.create_session(
        account.account_id,
        case.patient_id,
        writer_relation=case.writer_relation,
        intake={k: v for k, v in intake.items() if v is not None},
        demo_case=case.id if st.session_state.get("demo_plays", True) else None,
    )
    enter(account.account_id, CHAT)


def _fits(account: Account, role: str, case: DemoCase | None) -> bool:
    return account.role == role and (case is None or account.patient_id == case.patient_id)
