"""Who is signed in, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.components.plain import escaped

if TYPE_CHECKING:
    from data.records import Account


def show(account: Account) -> None:
    """Name, role and a sign-out button, at the right end of the bar."""
    with st.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small", key="account"
    ):
        role = "" if account.role == "patient" else f" · {account.role}"
        st.caption(f"{escaped(account.display_name)}{role}", width="content")
        if st.button("Sign out", key="sign_out", icon=":material/logout:", type="tertiary"):
            st.html('<script src="/auth/leave.js"></script>', unsafe_allow_javascript=True)
