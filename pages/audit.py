"""Audit: every recorded event, one turn as a timeline, and the proof that the log is whole."""

from __future__ import annotations

import streamlit as st

from pages.components import audit_export, audit_filters, audit_table, turn_timeline, verify_chain
from pages.components.guard import agent, require

account = require("auditor", "admin")
records = agent().records
st.title("Audit", anchor=False)
verify_chain.show(records.audit)
criteria = audit_filters.show(records)
found = records.audit.search(**criteria, limit=500)
audit_table.show(found)
audit_export.show(records.audit, criteria)
st.subheader("One conversation, turn by turn", anchor=False)
sessions = list(dict.fromkeys(e.session_id for e in found if e.session_id))
turn_timeline.show(records, sessions)
