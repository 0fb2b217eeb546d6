"""Who is looking at this page. Each page asks first and stops for anyone it is not meant for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NoReturn

import streamlit as st

if TYPE_CHECKING:
    from agent import AgentManager
    from data.records import Account

COOKIE = "prelude_session"
_LAST_USED = "page_last_used"


def agent() -> AgentManager:
    """The process's agent."""
    from agent import create_agent_instance  # not at the top: the sign-in page must not wait for it

    return create_agent_instance()


def signed_in() -> Account | None:
    """The account of the browser's session, looked up anew on every run; None for nobody."""
    token = st.context.cookies.get(COOKIE)
    return agent().records.accounts.account_for(token) if token else None


def require(*roles: str) -> Account:
    """The signed-in account if its role may see this page; otherwise the run ends here."""
    account = signed_in()
    if account is None or account.role not in roles:
        _refuse(account)
    st.session_state[_LAST_USED] = time.monotonic()
    return account


def require_watching(*roles: str) -> Account:
    """`require` for a part of a page that redraws itself.

    Watching is not using: a page nobody has touched for the idle limit ends its session instead of keeping it alive.
    """
    from data.accounts import IDLE_LIMIT

    touched = st.session_state.get(_LAST_USED, time.monotonic())
    account = signed_in()
    token = st.context.cookies.get(COOKIE)
    if token and time.monotonic() - touched >= IDLE_LIMIT.total_seconds():
        agent().records.accounts.revoke(token)
        account = None
    if account is None or account.role not in roles:
        _refuse(account)
    return account


def _refuse(account: Account | None) -> NoReturn:
    words = "Please sign in first." if account is None else "Your account cannot open this page."
    st.warning(words, icon=":material/lock:")
    st.stop()
