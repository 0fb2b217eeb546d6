"""The guideline index: which snapshot is in use, and building it anew while patients go on writing."""

from __future__ import annotations

import streamlit as st

from agent import AgentManager, UserFacingError
from data.records import Account


def show(manager: AgentManager, account: Account) -> None:
    """State of the index and a button to rebuild it under live traffic."""
    st.subheader("Guideline index", anchor=False)
    st.markdown("Read it anew after the documents in `knowledge/corpus` have changed. Searches go on meanwhile.")
    pressed = st.button("Build the index again", key="rebuild_index", icon=":material/refresh:")
    if pressed:
        _rebuild(manager, account)
    metadata = manager.get_agent_metadata()
    if metadata["index_problem"]:
        st.error(f"The guidelines cannot be searched: {metadata['index_problem']}", icon=":material/error:")
    st.caption(f"In use: {metadata['index_snapshot']}")


def _rebuild(manager: AgentManager, account: Account) -> None:
    before = manager.get_agent_metadata()["index_snapshot"]
    bar = st.progress(0.0, "Reading every document …")

    def encoded(done: int, total: int) -> None:
        bar.progress(done / total if total else 1.0, f"Encoding: {done} of {total} passages")

    try:
        snapshot = manager.rebuild_index(account.account_id, encoded)
    except UserFacingError as error:
        st.error(f"{error} The index from before stays in use.", icon=":material/error:")
    else:
        same = "The documents are the same as before." if snapshot == before else f"Before it was {before}."
        st.success(f"**Built and in use:** {snapshot}. {same}", icon=":material/check_circle:")
    finally:
        bar.empty()
