"""A scripted demo case, played message by message as if the patient typed it. Offers are answered by hand."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from agent import AgentManager
from data.demo.cases import DemoCase, demo_cases
from data.records import Interaction, Offer, SessionRecord

SECONDS_BETWEEN = 2.5
SECONDS_LOOKING = 0.5
_NONCE = "demo-"


def pause(session: SessionRecord) -> float | None:
    """Seconds between two looks while the case plays by itself; None when nothing plays."""
    playing = session.demo_case is not None and st.session_state.get("demo_auto", True)
    return SECONDS_LOOKING if playing and not st.session_state.get("demo_over") else None


def show(agent: AgentManager, session: SessionRecord, offers: Sequence[Offer]) -> None:
    """The next message, sent after a pause or at a press."""
    case = _case(session)
    if case is None:
        return
    turns = agent.records.interactions.turns(session.session_id)
    number = next_number(case, turns)
    st.session_state["demo_over"] = number >= len(case.messages)
    if number >= len(case.messages):
        st.caption(":material/check: The demo case has been played to its end. You can go on typing.")
        return
    with st.container(border=True, key="demo_player"):
        st.caption(f":material/smart_display: Demo “{case.title}”, message {number + 1} of {len(case.messages)}")
        st.text(case.messages[number])
        with st.container(horizontal=True, vertical_alignment="center"):
            pressed = st.button("Send this message", key=f"demo_next_{number}", icon=":material/send:")
            auto = st.toggle("Play by itself", value=True, key="demo_auto")
        if offers and auto:
            st.caption(":material/pan_tool_alt: Playing goes on when you have answered the offer above.")
    if pressed or (auto and not offers and _is_due(number)):
        agent.stream_step(session.session_id, case.messages[number], nonce=f"{_NONCE}{number}")
        st.rerun()


def next_number(case: DemoCase, turns: Sequence[Interaction]) -> int:
    """Index of the message that comes next; a scripted "yes" is left out when a button has said it."""
    played = [int(t.nonce.removeprefix(_NONCE)) for t in turns if t.nonce.startswith(_NONCE)]
    number = max(played, default=-1) + 1
    said_by_button = bool(turns) and turns[-1].nonce.startswith("consent-")
    if said_by_button and number < len(case.messages) and case.messages[number].casefold().startswith("yes"):
        number += 1
    return number


def _case(session: SessionRecord) -> DemoCase | None:
    if session.demo_case is None:
        return None
    return next((c for c in demo_cases() if c.id == session.demo_case), None)


def _is_due(number: int) -> bool:
    """True once the message has waited its time; the first look starts the clock."""
    waits_for, since = st.session_state.get("demo_waits", (None, 0.0))
    if waits_for != number:
        st.session_state["demo_waits"] = (number, time.monotonic())
        return False
    return time.monotonic() - since >= SECONDS_BETWEEN
