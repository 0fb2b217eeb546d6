"""The patient's conversation. Everything drawn here comes from the record, so a reload shows the same."""

from __future__ import annotations

import contextlib
import uuid

import streamlit as st

from agent import UserFacingError
from data.errors import StoreUnavailable
from knowledge.levels import Disposition
from pages.components import (
    demo_player,
    emergency_banner,
    emergency_line,
    finish,
    replies,
    tool_steps,
    transcript,
    unsaved,
)
from pages.components.guard import agent, require, require_watching
from pages.components.sessions import current_session, in_crisis, open_question, waiting

SECONDS_WHILE_RUNNING = 0.3
SECONDS_WHILE_IDLE = 5.0

account = require("patient")
manager = agent()
session = current_session(account)
if session is None:
    st.info("Tell us first who this is about.", icon=":material/edit_note:")
    st.page_link("intake.py", label="Start", icon=":material/arrow_forward:")
    st.stop()
interactions = manager.records.interactions


def conversation() -> None:
    """Banner, messages, what is going on, and what waits for an answer. Always drawn in this one place."""
    require_watching("patient")
    running = manager.is_running(session.session_id)
    if running != followed:
        st.rerun()
    record = interactions.session(session.session_id)
    messages = interactions.transcript(session.session_id)
    offers = manager.records.consents.pending(session.session_id)
    question = open_question(messages)
    level = Disposition(record.latched) if record.latched else None
    if level and level.is_emergency and any(m.kind == "emergency" for m in messages):
        emergency_banner.show(level, about_self=record.writer_relation == "self")
    elif in_crisis(messages):
        emergency_banner.show_crisis()
    transcript.show([m for m in messages if not waiting(m, question, offers)])
    if running:
        tool_steps.show(manager.activity(session.session_id))
    replies.show(manager, session.session_id, question, offers, disabled=running)
    if not running:
        demo_player.show(manager, record, offers)
        finish.show(manager, record, messages)
    unsaved.show()
    if notice := st.session_state.get(replies.NOTICE):
        st.warning(notice, icon=":material/info:")


emergency_line.show()
if text := st.chat_input("Write here what is wrong", key="chat_text", max_chars=4000):
    st.session_state.pop(replies.NOTICE, None)
    try:
        unsaved.keep(manager.stream_step(session.session_id, text, nonce=uuid.uuid4().hex))
    except UserFacingError as error:
        st.session_state[replies.NOTICE] = str(error)
with contextlib.suppress(StoreUnavailable):  # a record that cannot be written is said at the first message
    manager.greet(session.session_id)
followed = manager.is_running(session.session_id)
pause = SECONDS_WHILE_RUNNING if followed else demo_player.pause(session) or SECONDS_WHILE_IDLE
st.fragment(conversation, run_every=pause)()
