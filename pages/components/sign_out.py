"""Who is signed in, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from data.records import Account


def show(account: Account) -> None:
    """Name, role and a sign-out button, above the page."""
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        st.caption(f"{account.display_name} · {account.role}")
        if st.button("Sign out", key="sign_out", icon=":material/logout:", type="tertiary"):
            st.html('<script src="/auth/leave.js"></script>', unsafe_allow_javascript=True)
