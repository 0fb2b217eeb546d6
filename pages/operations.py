"""Operations: which versions answer, the guideline index, and the adapter in use."""

from __future__ import annotations

import streamlit as st

from pages.components import adapter_form, index_panel, versions_table
from pages.components.guard import agent, require

account = require("admin")
manager = agent()
st.title("Operations", anchor=False)
if manager.ready:
    st.success("Everything is loaded.", icon=":material/check_circle:")
else:
    st.warning("Still loading encoder and index.", icon=":material/hourglass_empty:")
versions_table.show(manager.get_agent_metadata())
index_panel.show(manager, account)
adapter_form.show(manager, account)
