"""The emergency banner: what to do, and the number, big and ready to tap."""

from __future__ import annotations

import streamlit as st

from agent import Settings
from knowledge.levels import Disposition
from pages.components.plain import escaped


def show(disposition: Disposition, text: str) -> None:
    """Stays at the top of the chat as long as the level is an emergency."""
    number = Settings().emergency_number
    with st.container(key="emergency_banner", border=True):
        heading = "Call for an ambulance now" if disposition is Disposition.AMBULANCE_NOW else "Go to hospital now"
        st.error(f"**{heading}**  \n{escaped(text)}", icon=":material/emergency:")
        st.link_button(f"Call {number}", f"tel:{number}", icon=":material/call:", type="primary", width="stretch")
