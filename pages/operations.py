"""Operations: whether every part works, which versions answer, the index, the adapter, and how well triage does."""

from __future__ import annotations

import streamlit as st

from pages.components import adapter_form, health_panel, index_panel, triage_figures, versions_table
from pages.components.guard import agent, require

account = require("admin")
manager = agent()
st.title("Operations", anchor=False)
left, right = st.columns([1, 1], gap="large")
with left:
    st.subheader("Health", anchor=False)
    health_panel.show(manager)
    index_panel.show(manager, account)
    adapter_form.show(manager, account)
metadata = manager.get_agent_metadata()
with right:
    versions_table.show(metadata)
triage_figures.show(str(metadata["protocol_pack_hash"]))
