"""Sign in, or start a demo session."""

from __future__ import annotations

import streamlit as st

from agent import Settings
from pages.components import demo_start, sign_in_form
from pages.components.guard import signed_in

if signed_in() is not None:
    st.info("You are signed in. Choose a page above.", icon=":material/check_circle:")
    st.stop()

settings = Settings()
left, middle, right = st.columns([1, 2, 1])
with middle:
    st.title("Prelude", anchor=False)
    st.markdown(f"The front door of **{settings.clinic_name}**. Tell us what is wrong; a nurse reads every message.")
    st.error(
        f"In an emergency call **{settings.emergency_number}** now. Do not wait for an answer here.",
        icon=":material/emergency:",
    )
    sign_in_form.show()
    if settings.demo:
        demo_start.show()
    st.caption("Prelude is not a medical device and gives no diagnosis.")
