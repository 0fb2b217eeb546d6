"""A patient's conversations, appointments and orders in plain words."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from data.records import Appointment, Case, Order, SessionRecord
from knowledge.levels import Disposition
from pages.components import risk_badge
from pages.components.moments import day_and_time
from pages.components.plain import escaped

_CONVERSATIONS = {
    "open": ("Not sent yet", ":material/edit_note:"),
    "sent": ("Sent to the nurse", ":material/send:"),
    "new": ("Waiting for a nurse", ":material/hourglass_empty:"),
    "claimed": ("A nurse is reading it", ":material/visibility:"),
    "signed": ("Read and signed by a nurse", ":material/task_alt:"),
}
_APPOINTMENTS = {
    "booked": ("Booked", ":material/event_available:"),
    "cancelled": ("Cancelled", ":material/event_busy:"),
    "moved": ("Moved to another time", ":material/update:"),
}
_ORDERS = {
    "placed": ("Ordered", ":material/shopping_bag:"),
    "cancelled": ("Cancelled", ":material/remove_shopping_cart:"),
    "proposed": ("Waiting for a nurse to approve", ":material/hourglass_empty:"),
    "approved": ("Approved by a nurse", ":material/task_alt:"),
    "declined": ("Not approved by the nurse", ":material/block:"),
}


def show_appointments(appointments: Sequence[Appointment]) -> None:
    """Appointments, the latest first."""
    if not appointments:
        st.caption("None yet. You can ask for one in the chat.")
    for entry in sorted(appointments, key=lambda a: a.starts_at, reverse=True):
        words, icon = _APPOINTMENTS.get(entry.status, (entry.status, ":material/event:"))
        with st.container(border=True, key=f"appointment_{entry.appointment_id}"):
            st.markdown(f"{icon} **{escaped(day_and_time(entry.starts_at))}** · {words}")
            place = " · ".join(escaped(p) for p in (entry.service, entry.clinician, entry.location) if p)
            st.caption(place)


def show_orders(orders: Sequence[Order]) -> None:
    """Orders and requests for prescription items, newest first."""
    if not orders:
        st.caption("None yet. You can ask for supplies in the chat.")
    for order in sorted(orders, key=lambda o: o.created_at, reverse=True):
        words, icon = _ORDERS.get(order.status, (order.status, ":material/shopping_bag:"))
        with st.container(border=True, key=f"order_{order.order_id}"):
            st.markdown(f"{icon} **{order.quantity} × {escaped(order.item_name)}** · {words}")
            price = ""
            if order.total_cents is not None and order.status == "placed":
                price = f"{order.total_cents / 100:.2f} {order.currency} · "
            st.caption(escaped(f"{price}{day_and_time(order.created_at)}"))
            if order.decision_reason:
                st.caption(f"The nurse wrote: {escaped(order.decision_reason)}")


def show_conversation(session: SessionRecord, case: Case | None, level: Disposition | None, about: str) -> None:
    """One conversation: when, about whom, where it stands, and the way back to it."""
    status = case.status if case and (session.status != "open" or case.status != "new") else session.status
    words, icon = _CONVERSATIONS.get(status, _CONVERSATIONS["open"])
    with st.container(border=True, key=f"conversation_{session.session_id}"):
        st.markdown(f"{icon} **{words}**")
        st.caption(escaped(" · ".join(p for p in (day_and_time(session.created_at), about) if p)))
        if level is not None:
            risk_badge.show_to_patient(level)
        if case and case.status == "signed" and case.par_final:
            st.markdown("What the nurse signed:")
            for line in case.par_final.get("recommended_actions", ()):
                st.markdown(f"- {escaped(line['text'])}")
        if st.button("Open the conversation", key=f"open_{session.session_id}", icon=":material/forum:"):
            st.switch_page("chat.py", query_params={"session": session.session_id})
