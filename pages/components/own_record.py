"""A patient's conversations, appointments and orders in plain words."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from data.records import Appointment, Case, Order, SessionRecord
from knowledge.levels import Disposition
from pages.components import risk_badge
from pages.components.plain import escaped

_STATUS = {
    "open": ("Not sent yet", ":material/edit_note:"),
    "sent": ("Sent to the nurse", ":material/send:"),
    "new": ("Waiting for a nurse", ":material/hourglass_empty:"),
    "claimed": ("A nurse is reading it", ":material/visibility:"),
    "signed": ("Read and signed by a nurse", ":material/task_alt:"),
}


def show_conversation(session: SessionRecord, case: Case | None, level: Disposition | None) -> None:
    """One conversation: when, where it stands, and the way back to it."""
    status = case.status if case and (session.status != "open" or case.status != "new") else session.status
    words, icon = _STATUS.get(status, _STATUS["open"])
    with st.container(border=True, key=f"conversation_{session.session_id}"):
        st.markdown(f"{icon} **{words}** · started {session.created_at[:10]} {session.created_at[11:16]}")
        if level is not None:
            risk_badge.show(level)
        if case and case.status == "signed" and case.par_final:
            st.caption("What the nurse signed")
            for line in case.par_final.get("recommended_actions", ()):
                st.markdown(f"- {escaped(line['text'])}")
        if st.button("Open", key=f"open_{session.session_id}", icon=":material/forum:"):
            st.switch_page("pages/chat.py", query_params={"session": session.session_id})


def show_arrangements(appointments: Sequence[Appointment], orders: Sequence[Order]) -> None:
    """Appointments and orders, newest first."""
    st.subheader("Appointments", anchor=False)
    if not appointments:
        st.caption("None yet.")
    for entry in appointments:
        when = f"{entry.starts_at[:10]} {entry.starts_at[11:16]}"
        st.markdown(f"- **{when}** · {escaped(entry.clinician)}, {escaped(entry.service)} · {entry.status}")
    st.subheader("Orders", anchor=False)
    if not orders:
        st.caption("None yet.")
    for order in orders:
        st.markdown(f"- {order.quantity} × **{escaped(order.item_name)}** · {order.status}")
