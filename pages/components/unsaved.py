"""What a turn had to say when the record could not be written: shown though it is nowhere kept."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from agent.events import EmergencyNotice, ReplyWithheld, TurnEvent
from pages.components.plain import escaped

_KEY = "chat_unsaved"


def keep(events: Iterator[TurnEvent]) -> None:
    """Look at a turn's first event, which is there at once: a recorded turn starts, an unrecorded one only speaks."""
    first = next(events)
    if isinstance(first, (EmergencyNotice, ReplyWithheld)):
        st.session_state[_KEY] = [first, *(e for e in events if isinstance(e, (EmergencyNotice, ReplyWithheld)))]
    else:
        st.session_state.pop(_KEY, None)


def show() -> None:
    """The emergency text first if there is one, then why nothing else comes."""
    for event in st.session_state.get(_KEY, ()):
        icon = ":material/emergency:" if isinstance(event, EmergencyNotice) else ":material/cloud_off:"
        st.error(escaped(event.text), icon=icon)
