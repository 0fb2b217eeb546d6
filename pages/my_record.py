"""The patient's own record: conversations and where they stand, appointments, orders."""

from __future__ import annotations

import streamlit as st

from knowledge.levels import Disposition
from pages.components import emergency_line, own_record
from pages.components.guard import agent, require

account = require("patient")
records = agent().records
emergency_line.show()
st.title("My record", anchor=False)
sessions = records.interactions.sessions_of(account.account_id)
people = list(dict.fromkeys(p for p in (account.patient_id, *(s.patient_id for s in sessions)) if p))

st.subheader("Appointments", anchor=False)
own_record.show_appointments([a for p in people for a in records.actions.appointments_of(p)])
st.subheader("Orders", anchor=False)
own_record.show_orders([o for p in people for o in records.actions.orders_of(p)])
st.subheader("Conversations", anchor=False)
if not sessions:
    st.caption("None yet. When you write to us, your conversations appear here.")
for session in sessions:
    case = records.cases.by_session(session.session_id)
    about = records.patients.get(session.patient_id).name if session.patient_id else ""
    own_record.show_conversation(session, case, Disposition(case.disposition) if case else None, about)
