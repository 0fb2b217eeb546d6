"""The bar above every page: the way to each page, who is signed in, and the way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.components import sign_out

if TYPE_CHECKING:
    from data.records import Account


def show(account: Account, pages: Sequence[StreamlitPage]) -> None:
    """Links with words as well as icons; on a phone the words stand under the icons."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="top_bar"):
        for page in pages:
            st.page_link(page, width="content")
        sign_out.show(account)
