"""Start: who this is about, and what the nurse should know before the first message."""

from __future__ import annotations

import streamlit as st

from pages.components import emergency_line, intake_form
from pages.components.guard import agent, require
from pages.components.sessions import current_session

account = require("patient")
emergency_line.show()
st.title("How can we help?", anchor=False)
st.markdown("First a few short questions. Then you tell us in your own words what is wrong.")
current = current_session(account)
if current is not None and current.status == "open":
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="go_on"):
        st.markdown("You have a conversation that is not sent yet.")
        if st.button("Go on with it", key="go_on_button", icon=":material/forum:"):
            st.switch_page("chat.py")
answers = intake_form.show(account)
if answers is not None:
    records = agent().records
    patient_id = answers.patient_id or records.patients.create(**answers.new_patient)
    session_id = records.interactions.create_session(
        account.account_id, patient_id, writer_relation=answers.relation, intake=answers.intake
    )
    st.switch_page("chat.py", query_params={"session": session_id})
