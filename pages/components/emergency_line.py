"""The one line every patient page carries: in an emergency, call; do not wait for the chat."""

from __future__ import annotations

from html import escape

import streamlit as st

from agent import Settings
from pages.components.texts import fixed


def show() -> None:
    """A quiet strip with the number as a link that a phone can dial."""
    words = escape(fixed("greeting_critical"))
    number = escape(Settings().emergency_number, quote=True)
    link = f'<a href="tel:{number}">{number}</a>'
    st.html(f'<p class="prelude-emergency-line"><span>{words.replace(number, link)}</span></p>')
