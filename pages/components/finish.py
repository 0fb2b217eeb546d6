"""The end of a conversation: sending it to the nurse, and what happens then."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from agent import AgentManager
from data.records import Message, SessionRecord


def show(agent: AgentManager, session: SessionRecord, messages: Sequence[Message]) -> None:
    """A button while the conversation is open; afterwards where it stands."""
    if session.status != "open":
        with st.container(border=True, key="sent"):
            st.markdown(":material/mark_email_read: **Sent to the nurse.** You can still write if anything changes.")
            st.page_link("my_record.py", label="See where it stands in My record", icon=":material/folder_shared:")
        return
    if not any(m.role == "patient" for m in messages):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="finish_bar"):
        st.caption("Said all you wanted to say?", width="content")
        pressed = st.button("Finish and send to the nurse", icon=":material/send:", key="finish")
    if pressed:
        with st.spinner("Writing your report for the nurse …"):
            agent.finish(session.session_id)
        st.rerun()
