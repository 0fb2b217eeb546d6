"""What to do now and the number to call, kept in view above the conversation as long as it is needed."""

from __future__ import annotations

from html import escape

import streamlit as st

from agent import Settings
from knowledge.levels import Disposition
from pages.components.texts import fixed


def show(disposition: Disposition, *, about_self: bool) -> None:
    """The emergency banner. The full fixed text stands in the conversation; this one never scrolls away."""
    heading = f"banner.{disposition.value}" + ("" if about_self else "_other")
    calls = {Settings().emergency_number: "emergency.button"}
    _banner("emergency_banner", heading, f"banner.{disposition.value}_advice", calls)


def show_crisis() -> None:
    """For someone who may harm themselves: a person to talk to, one tap away."""
    settings = Settings()
    calls = {settings.crisis_line: "banner.crisis_button", settings.emergency_number: "emergency.button"}
    _banner("crisis_banner", "banner.crisis", "banner.crisis_advice", calls)


def _banner(key: str, heading: str, advice: str, calls: dict[str, str]) -> None:
    """``calls``: number to the key of its button's words."""
    links = "".join(
        f'<a class="prelude-call" href="tel:{escape(number, quote=True)}">{escape(fixed(words))}</a>'
        for number, words in calls.items()
    )
    with st.container(key=key):
        st.html(
            f'<div role="alert" class="prelude-banner"><p><strong>{escape(fixed(heading))}</strong> '
            f"<span>{escape(fixed(advice))}</span></p><div>{links}</div></div>"
        )
