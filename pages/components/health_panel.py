"""Whether each part works: engine, guidelines, event log and its anchor, alerts and queue."""

from __future__ import annotations

import streamlit as st

from agent import AgentManager
from pages.components import staff_clock

LATE_MINUTES = 10
"""An alert older than this without acknowledgement is a problem of the clinic, not of the software."""


def show(manager: AgentManager) -> None:
    """One line a part: an icon, words, and what to do where something is wrong."""
    metadata = manager.get_agent_metadata()
    records = manager.records
    tasks = records.cases.tasks("open")
    late = [t for t in tasks if staff_clock.since(t.created_at).total_seconds() > LATE_MINUTES * 60]
    late_words = f"{len(tasks)} open alerts, {len(late)} of them for more than {LATE_MINUTES} minutes. Look at Triage."
    lines = [
        _line(manager.ready, "Triage engine and encoder are loaded.", "Triage engine and encoder are still loading."),
        _line(
            not metadata["index_problem"],
            "Guidelines can be searched.",
            f"Guidelines cannot be searched: {metadata['index_problem']} Build the index again below.",
        ),
        _line(
            not records.audit.anchor_failing,
            "The event log's anchor is written.",
            "The event log's anchor cannot be written: check the disk. A cut end of the log would not be noticed.",
        ),
        _line(not late, f"{len(tasks)} open alerts, none waits for more than {LATE_MINUTES} minutes.", late_words),
    ]
    with st.container(border=True, key="health", gap="small"):
        for line in lines:
            st.markdown(line)
        st.caption(f"{len(records.cases.queue())} cases wait. Replies are written by {metadata['model']}.")


def _line(works: bool, well: str, wrong: str) -> str:
    return f":material/check_circle: {well}" if works else f":material/warning: **{wrong}**"
