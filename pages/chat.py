"""The patient's conversation. Everything drawn here comes from the record, so a reload shows the same."""

from __future__ import annotations

import uuid

import streamlit as st

from agent import UserFacingError
from knowledge.levels import Disposition
from pages.components import demo_player, emergency_banner, replies, tool_steps, transcript
from pages.components.guard import agent, require
from pages.components.sessions import current_session, open_question

account = require("patient")
manager = agent()
session = current_session(account)
if session is None:
    st.info("Tell us first who this is about.", icon=":material/edit_note:")
    st.page_link("pages/intake.py", label="Start", icon=":material/arrow_forward:")
    st.stop()


def draw() -> None:
    """Banner, conversation and what is going on right now."""
    record = manager.records.interactions.session(session.session_id)
    messages = manager.records.interactions.transcript(session.session_id)
    emergency = next((m for m in reversed(messages) if m.kind == "emergency"), None)
    if emergency and record.latched and Disposition(record.latched).is_emergency:
        emergency_banner.show(Disposition(record.latched), emergency.text)
    transcript.show(messages)
    if manager.is_running(session.session_id):
        tool_steps.show(manager.activity(session.session_id))


@st.fragment(run_every=0.3)
def follow() -> None:
    """Draw again until the running turn has ended, whoever started it."""
    draw()
    if not manager.is_running(session.session_id):
        st.rerun()


if notice := st.session_state.pop("chat_notice", None):
    st.warning(notice, icon=":material/info:")
nonce = st.session_state.setdefault("chat_nonce", uuid.uuid4().hex)
running = manager.is_running(session.session_id)
if running:
    follow()
else:
    draw()
    messages = manager.records.interactions.transcript(session.session_id)
    offers = manager.records.consents.pending(session.session_id)
    replies.show(manager, session.session_id, open_question(messages), offers)
    demo_player.show(manager, session)
    can_finish = session.status == "open" and any(m.role == "patient" for m in messages)
    if can_finish and st.button("Finish and send to the nurse", icon=":material/send:", key="finish"):
        with st.spinner("Writing your report for the nurse …"):
            manager.finish(session.session_id)
        st.rerun()

if text := st.chat_input("Write here what is wrong", key="chat_text", max_chars=4000, disabled=running):
    st.session_state["chat_nonce"] = uuid.uuid4().hex
    try:
        manager.stream_step(session.session_id, text, nonce=nonce)
    except UserFacingError as error:
        st.session_state["chat_notice"] = str(error)
    st.rerun()
