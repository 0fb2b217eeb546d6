"""Which conversation a patient is in. Only their own can be opened."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from data.records import Account, Message, SessionRecord
from pages.components.guard import agent


def current_session(account: Account) -> SessionRecord | None:
    """The conversation named in the address if it is this account's, else the newest one."""
    own = agent().records.interactions.sessions_of(account.account_id)
    wanted = st.query_params.get("session")
    return next((s for s in own if s.session_id == wanted), own[0] if own else None)


def open_question(messages: Sequence[Message]) -> Message | None:
    """The last question when the patient has not written since."""
    for message in reversed(messages):
        if message.kind == "question":
            return message
        if message.role == "patient" and not str(message.meta.get("asked") or "").startswith("offer:"):
            return None
    return None
