"""The patient's own record: conversations and where they stand, appointments, orders."""

from __future__ import annotations

import streamlit as st

from knowledge.levels import Disposition
from pages.components import own_record
from pages.components.guard import agent, require

account = require("patient")
records = agent().records
st.title("My record", anchor=False)
sessions = records.interactions.sessions_of(account.account_id)
if not sessions:
    st.info("Nothing here yet. Your conversations, appointments and orders will appear on this page.")
    st.stop()

st.subheader("Conversations", anchor=False)
for session in sessions:
    case = records.cases.by_session(session.session_id)
    level = Disposition(case.disposition) if case else None
    own_record.show_conversation(session, case, level)

if account.patient_id:
    own_record.show_arrangements(
        records.actions.appointments_of(account.patient_id), records.actions.orders_of(account.patient_id)
    )
