"""Prescription proposals that wait for a nurse: approve, or decline with a reason."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from data.errors import DataError
from data.records import Account, Order, Records
from pages.components import people, staff_clock
from pages.components.plain import escaped


def show(records: Records, account: Account, orders: Sequence[Order]) -> None:
    """One card each, with what the chart says that matters to the decision."""
    if words := st.session_state.pop("proposal_notice", None):
        st.info(words, icon=":material/medication:")
    for order in orders:
        _card(records, order, account)


def _card(records: Records, order: Order, account: Account) -> None:
    with st.container(border=True, key=f"proposal_{order.order_id}", gap="small"):
        patient = records.patients.get(order.patient_id)
        about = people.age_and_sex(records, order.patient_id)
        who = f"{patient.name}, {about}" if about else patient.name
        st.markdown(f":material/medication: **{order.quantity} × {escaped(order.item_name)}**")
        st.markdown(f"{escaped(who)} · asked {staff_clock.clock_time(order.created_at)}")
        if order.note:
            st.markdown(f":material/notes: {escaped(order.note)}")
        for title, entries in (("Allergies", "allergies"), ("Medicines", "medicines")):
            names = [str(next(iter(entry.values()), "")) for entry in patient.chart.get(entries, [])]
            st.caption(
                f":material/folder_shared: {title} on record: {escaped(', '.join(filter(None, names)) or 'none')}"
            )
        reason = f"decline_reason_{order.order_id}"
        st.text_input("Reason, if you decline", key=reason, max_chars=300)
        with st.container(horizontal=True):
            st.button(
                "Approve",
                key=f"approve_{order.order_id}",
                icon=":material/check:",
                type="primary",
                on_click=_decide,
                args=(records, order, account, None),
            )
            st.button(
                "Decline",
                key=f"decline_{order.order_id}",
                icon=":material/block:",
                on_click=_decide,
                args=(records, order, account, reason),
            )


def _decide(records: Records, order: Order, account: Account, reason_key: str | None) -> None:
    """Approve without a reason key, decline with the words found under it."""
    try:
        if reason_key is None:
            records.actions.approve_proposal(order.order_id, account)
            words = f"Approved: {order.quantity} × {order.item_name}."
        elif not (reason := str(st.session_state.get(reason_key) or "").strip()):
            words = "Not declined: write the reason first, so that the patient can be told."
        else:
            records.actions.decline_proposal(order.order_id, account, reason)
            words = f"Declined: {order.item_name}."
    except DataError as error:
        words = f"Not done: {error}."
    st.session_state["proposal_notice"] = words
