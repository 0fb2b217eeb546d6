"""Reloading the LoRA adapter without a restart."""

from __future__ import annotations

import streamlit as st

from agent import AgentManager, UserFacingError
from data.records import Account


def show(manager: AgentManager, account: Account) -> None:
    """Name or path of the adapter; conversations go on, turns that run keep the old one."""
    st.subheader("Adapter", anchor=False)
    st.markdown("Serve another LoRA adapter from the next turn on. No conversation is dropped; the change is recorded.")
    with st.form("adapter"):
        name = st.text_input("Adapter name or path", key="adapter_name", max_chars=200)
        pressed = st.form_submit_button("Reload the adapter", icon=":material/sync:")
    if pressed:
        if not name.strip():
            st.error("Give the adapter's name or path.", icon=":material/error:")
            return
        try:
            done = manager.reload_adapter(name.strip(), actor=account.account_id)
            st.success(f"Adapter {done['adapter']} is in use ({str(done['to'])[:12]}).", icon=":material/check_circle:")
        except UserFacingError as error:
            st.error(f"{error} Nothing has changed.", icon=":material/error:")
