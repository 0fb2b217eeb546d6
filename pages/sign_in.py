"""Sign in, or start a demo session."""

from __future__ import annotations

import streamlit as st

from agent import Settings
from pages.components import demo_start, emergency_line, sign_in_form
from pages.components.guard import signed_in
from pages.components.plain import escaped

if signed_in() is not None:
    st.info("You are signed in. Choose a page above.", icon=":material/check_circle:")
    st.stop()

settings = Settings()
emergency_line.show()
with st.container(horizontal_alignment="center", key="sign_in_page"):
    st.title(":material/health_and_safety: Prelude", anchor=False)
    st.markdown(f"**{escaped(settings.clinic_name)}**: tell us what is wrong. A nurse reads every message.")
    sign_in_form.show()
    if settings.demo:
        demo_start.show()
    st.caption("Prelude is not a medical device and gives no diagnosis.")
