"""Which conversation a patient is in, and what in it waits for them. Only their own can be opened."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from data.records import Account, Message, Offer, SessionRecord
from pages.components.guard import agent

_CRISIS_LEVELS = frozenset({"possible", "explicit"})


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


def waiting(message: Message, question: Message | None, offers: Sequence[Offer]) -> bool:
    """Whether a message is the open question or a pending offer, which stand below with their buttons."""
    if question is not None and message.message_id == question.message_id:
        return True
    return message.kind == "consent" and message.meta.get("offer_id") in {o.offer_id for o in offers}


def in_crisis(messages: Sequence[Message]) -> bool:
    """Whether the patient was given the crisis line in this conversation."""
    return any(m.kind == "crisis" and m.meta.get("level") in _CRISIS_LEVELS for m in messages)
