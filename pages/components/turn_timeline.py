"""One conversation turn by turn: what was said, what ran, what was found, what was decided and by which version."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from data.records import Interaction, Records
from pages.components import transcript


def show(records: Records, sessions: Sequence[str]) -> None:
    """Pick a session and look at each of its turns."""
    if not sessions:
        st.caption("No conversation among these events.")
        return
    session_id = st.selectbox("Conversation", list(sessions), key="timeline_session")
    messages = records.interactions.transcript(session_id)
    for turn in records.interactions.turns(session_id):
        title = f"Turn {turn.number} · {turn.started_at[11:19]} · {turn.status} · {turn.model or 'no model'}"
        with st.expander(title, icon=":material/timeline:", key=f"turn_{turn.turn_id}"):
            transcript.show([m for m in messages if m.turn_id == turn.turn_id], names={"patient": "Patient"})
            _facts(turn)


def _facts(turn: Interaction) -> None:
    steps = {k: v for k, v in turn.latency_ms.items() if k != "total"}
    if steps:
        frame = pd.DataFrame({"step": list(steps), "milliseconds": list(steps.values())})
        chart = (
            alt.Chart(frame).mark_bar().encode(x="milliseconds:Q", y=alt.Y("step:N", sort=None), tooltip=list(frame))
        )
        st.altair_chart(chart.properties(height=28 * len(steps) + 30), width="stretch")
    st.caption(f"Decision: {turn.decision.get('final', '')}; error: {turn.error or 'none'}")
    for name in ("decision", "tools", "passages", "verdicts", "versions"):
        value = getattr(turn, name)
        if value:
            st.caption(name.capitalize())
            st.json(value, expanded=False)
