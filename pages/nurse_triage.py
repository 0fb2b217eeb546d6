"""The nurse's desk: alerts, the live queue, and one case with the decision first."""

from __future__ import annotations

import streamlit as st

from data.errors import NotFound
from data.records import Case
from pages.components import (
    alerts,
    case_edit,
    case_head,
    case_review,
    case_view,
    case_watch,
    freshness,
    proposals,
    queue_list,
    staff_notice,
)
from pages.components.guard import agent, require, require_watching

EVERY = 2
"""Seconds between two drawings of the live parts; a case shows within five seconds of the patient's message."""
PRESCRIPTIONS = "prescriptions"

account = require("nurse")
manager = agent()
records = manager.records


def open_case(case_id: str | None) -> None:
    """Show a case from now on, or none; the address keeps it over a reload."""
    st.session_state["open_case"] = case_id
    if case_id:
        st.query_params["case"] = case_id
    else:
        st.query_params.pop("case", None)
    st.rerun(scope="app")


@st.fragment(run_every=EVERY)
def live_alerts() -> None:
    """Alerts, drawn anew without touching the open case."""
    nurse = require_watching("nurse")
    staff_notice.show(manager)
    if chosen := alerts.show(records, nurse, st.session_state.get("open_case")):
        open_case(chosen)


@st.fragment(run_every=EVERY)
def live_queue() -> None:
    """The queue, drawn anew without touching the open case."""
    require_watching("nurse")
    if chosen := queue_list.show(records, st.session_state.get("open_case")):
        open_case(chosen)
    waiting = records.actions.proposals("proposed")
    label = f"Prescriptions to decide ({len(waiting)})"
    if waiting and st.button(label, key="prescriptions", icon=":material/medication:", width="stretch"):
        open_case(PRESCRIPTIONS)


def show_case(case: Case) -> None:
    """Decision, what is open, what the nurse can do, then the details."""
    if st.session_state.get("viewed_case") != case.case_id:
        st.session_state["viewed_case"] = case.case_id
        records.audit.append(
            "case.viewed",
            session_id=case.session_id,
            patient_id=case.patient_id,
            actor=account.account_id,
            payload={"case_id": case.case_id},
        )
    if not case_edit.is_open(case):
        with st.spinner("Reading the latest messages …"):
            case = freshness.bring_up_to_date(manager, case)
    seen = max((m.seq for m in records.interactions.transcript(case.session_id)), default=0)

    @st.fragment(run_every=EVERY)
    def watch() -> None:
        require_watching("nurse")
        if case_watch.show(records, case, seen):
            st.rerun(scope="app")

    watch()
    freshness.show(manager, case, account)
    case_head.show(records, case)
    case_review.show(manager, case, account)
    own = [order for order in records.actions.proposals("proposed") if order.session_id == case.session_id]
    proposals.show(records, account, own)
    case_view.show(records, case)


chosen = st.session_state.setdefault("open_case", st.query_params.get("case"))
live_alerts()
# On a phone an open case takes the queue's place: see style.css.
with st.container(key="desk_open" if chosen else "desk"):
    left, right = st.columns([2, 5], gap="medium")
with left:
    live_queue()
with right:
    if chosen and st.button("Back to the queue", key="close_case", icon=":material/arrow_back:", type="tertiary"):
        open_case(None)
    if chosen == PRESCRIPTIONS:
        st.subheader("Prescriptions to decide", anchor=False)
        proposals.show(records, account, records.actions.proposals("proposed"))
    elif chosen:
        try:
            show_case(records.cases.get(chosen))
        except NotFound:
            st.warning("That case does not exist.", icon=":material/search_off:")
    else:
        st.info("Open a case from the queue. The most urgent one is on top.", icon=":material/clinical_notes:")
