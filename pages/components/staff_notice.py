"""What staff must know about the software itself: parts that are down or a log that is not anchored."""

from __future__ import annotations

import streamlit as st

from agent import AgentManager


def problems(manager: AgentManager) -> list[str]:
    """One sentence for each part that does not work; empty when all is well."""
    found = []
    if not manager.ready:
        found.append("The triage engine is still loading: first replies take some seconds.")
    if manager.records.audit.anchor_failing:
        found.append("The audit log's anchor cannot be written: a cut end of the log would not be noticed.")
    if problem := manager.get_agent_metadata().get("index_problem"):
        found.append(f"The guidelines cannot be searched: {problem}")
    return found


def show(manager: AgentManager) -> None:
    """A banner with every problem."""
    found = problems(manager)
    if found:
        st.warning("  \n".join(found), icon=":material/build_circle:")
