"""The nurse's desk: alerts, the live queue, and one case with its report."""

from __future__ import annotations

import streamlit as st

from pages.components import alerts, case_review, case_view, queue_list
from pages.components.guard import agent, require

account = require("nurse")
manager = agent()


@st.fragment(run_every=2)
def live() -> None:
    """Alerts and queue, drawn anew every two seconds without touching the open case."""
    alerts.show(manager.records.cases, account)
    chosen = queue_list.show(manager.records.cases, st.session_state.get("open_case"))
    if chosen:
        st.session_state["open_case"] = chosen
        st.rerun()


left, right = st.columns([2, 5], gap="medium")
with left:
    st.subheader("Queue", anchor=False)
    live()
with right:
    case_id = st.session_state.get("open_case")
    if not case_id:
        st.info("Open a case from the queue. The most urgent one is on top.", icon=":material/clinical_notes:")
        st.stop()
    case = manager.records.cases.get(case_id)
    case_view.show_head(manager, case)
    case_review.show(manager, case, account)
    case_view.show_details(manager, case)
