"""Audit: the proof that the log is whole, every recorded event, and any turn as a timeline."""

from __future__ import annotations

import streamlit as st

from pages.components import audit_export, audit_filters, audit_table, turn_timeline, verify_chain
from pages.components.guard import agent, require

LIMIT = 500
account = require("auditor", "admin")
records = agent().records
st.title("Audit", anchor=False)
verify_chain.show(records, account)
criteria = audit_filters.show(records)
found = records.audit.search(**criteria, limit=LIMIT)
# Drawn only when looked at: opening a conversation is itself put on the record.
names = [":material/list: Events", ":material/timeline: One conversation, turn by turn"]
events, turns = st.tabs(names, key="audit_tab", on_change="rerun")
with events:
    audit_table.show(records, found, LIMIT)
    audit_export.show(records.audit, criteria, account)
with turns:
    if turns.open:
        among = list(dict.fromkeys(e.session_id for e in found if e.session_id))
        turn_timeline.show(records, among, account)
