"""What the agent is doing right now, step by step."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from agent.events import ModelSwitched, Progress, ToolFinished, ToolStarted, TurnEvent


def show(events: Sequence[TurnEvent]) -> None:
    """Finished steps with a tick, the running one with its name."""
    done = {}
    for event in events:
        match event:
            case ToolStarted(label=label):
                done.setdefault(label, None)
            case ToolFinished(label=label, ok=ok):
                done[label] = ok
            case Progress(text=text):
                st.info(text, icon=":material/hourglass_empty:")
            case ModelSwitched():
                st.caption(":material/sync_alt: The language model did not answer; the clinic's own model goes on.")
            case _:
                pass
    running = [label for label, ok in done.items() if ok is None]
    # Not as a context manager: leaving it would mark it as complete.
    box = st.status((running[-1] if running else "Reading your message") + " …", state="running", expanded=bool(done))
    for label, ok in done.items():
        icon = ":material/hourglass_empty:" if ok is None else ":material/check:" if ok else ":material/close:"
        box.markdown(f"{icon} {label}")
