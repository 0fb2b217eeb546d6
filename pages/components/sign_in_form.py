"""User name and password."""

from __future__ import annotations

import streamlit as st

from pages.components.guard import agent
from pages.server.tickets import TICKETS


def show() -> None:
    """The form. Every refusal reads the same, whoever the name belongs to."""
    with st.form("sign_in", border=True):
        username = st.text_input("User name", key="sign_in_username", autocomplete="username", max_chars=80)
        password = st.text_input(
            "Password", type="password", key="sign_in_password", autocomplete="current-password", max_chars=200
        )
        pressed = st.form_submit_button("Sign in", type="primary", icon=":material/login:", width="stretch")
    if not pressed:
        return
    if not username.strip() or not password:
        st.error("Please enter your user name and your password.", icon=":material/error:")
        return
    result = agent().records.accounts.authenticate(username, password)
    if result.account is None:
        st.error(result.message, icon=":material/error:")
    else:
        enter(result.account.account_id)


def enter(account_id: str, page: str = "/") -> None:
    """Open a server session and let the browser fetch its cookie; ``page`` then loads anew, signed in."""
    token = agent().records.accounts.open_session(account_id)
    ticket = TICKETS.issue(token)
    st.html(
        f'<span id="prelude-ticket" data-ticket="{ticket}" data-next="{page}"></span>'
        '<script src="/auth/enter.js"></script>',
        unsafe_allow_javascript=True,
    )
    st.info("Signing you in …", icon=":material/hourglass_empty:")
