"""The guideline index: which snapshot is in use, and building it anew."""

from __future__ import annotations

import streamlit as st

from agent import AgentManager, UserFacingError
from data.records import Account


def show(manager: AgentManager, account: Account) -> None:
    """State of the index and a button to rebuild it under live traffic."""
    st.subheader("Guideline index", anchor=False)
    metadata = manager.get_agent_metadata()
    if metadata["index_problem"]:
        st.error(f"The guidelines cannot be searched: {metadata['index_problem']}", icon=":material/error:")
    st.markdown(f"Snapshot `{metadata['index_snapshot']}`")
    if st.button("Build the index again", key="rebuild_index", icon=":material/refresh:"):
        with st.spinner("Reading and encoding every document …"):
            try:
                snapshot = manager.rebuild_index(account.account_id)
                st.success(f"Snapshot {snapshot[:12]} is in use.", icon=":material/check:")
            except UserFacingError as error:
                st.error(str(error), icon=":material/error:")
