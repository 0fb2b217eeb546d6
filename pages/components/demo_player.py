"""A scripted demo case, played message by message as if the patient typed it. Offers are still answered by hand."""

from __future__ import annotations

import streamlit as st
from data.demo.cases import demo_cases

from agent import AgentManager
from data.records import SessionRecord

SECONDS_BETWEEN = 2.5


def show(agent: AgentManager, session: SessionRecord) -> None:
    """The next message and a button to send it; or a switch that sends them by themselves."""
    case = next((c for c in demo_cases() if c.id == session.demo_case), None)
    if case is None:
        return
    played = sum(t.nonce.startswith("demo-") for t in agent.records.interactions.turns(session.session_id))
    if played >= len(case.messages):
        st.caption(":material/check: The demo case has been played to its end. You can go on typing.")
        return
    with st.container(border=True, key="demo_player"):
        st.caption(f"Demo case “{case.title}”, message {played + 1} of {len(case.messages)}")
        st.markdown(f"> {case.messages[played]}")
        with st.container(horizontal=True, vertical_alignment="center"):
            pressed = st.button("Send this message", key=f"demo_next_{played}", icon=":material/send:")
            st.toggle("Play by itself", key="demo_auto")
        if pressed:
            _send(agent, session.session_id, case.messages[played], played)
            st.rerun()
        if st.session_state.get("demo_auto"):
            _play(agent, session.session_id, case.messages[played], played)


@st.fragment(run_every=SECONDS_BETWEEN)
def _play(agent: AgentManager, session_id: str, text: str, number: int) -> None:
    """Send after one pause: the first run only starts the clock."""
    if st.session_state.get("demo_waits_for") == number:
        st.session_state.pop("demo_waits_for")
        _send(agent, session_id, text, number)
        st.rerun()
    st.session_state["demo_waits_for"] = number


def _send(agent: AgentManager, session_id: str, text: str, number: int) -> None:
    agent.stream_step(session_id, text, nonce=f"demo-{number}")
