"""Start: who this is about, and what the nurse should know before the first message."""

from __future__ import annotations

import streamlit as st

from agent import Settings
from pages.components import intake_form
from pages.components.guard import agent, require
from pages.components.sessions import current_session

account = require("patient")
st.title("How can we help?", anchor=False)
st.error(
    f"In an emergency call **{Settings().emergency_number}** now. Do not wait for an answer here.",
    icon=":material/emergency:",
)
current = current_session(account)
if current is not None and current.status == "open":
    st.page_link("pages/chat.py", label="Go on with your conversation", icon=":material/forum:")
answers = intake_form.show(account)
if answers is not None:
    records = agent().records
    patient_id = answers.patient_id or records.patients.create(**answers.new_patient)
    session_id = records.interactions.create_session(
        account.account_id, patient_id, writer_relation=answers.relation, intake=answers.intake
    )
    st.session_state.pop("chat_nonce", None)
    st.switch_page("pages/chat.py", query_params={"session": session_id})
