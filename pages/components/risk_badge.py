"""A level of urgency as icon, word and colour; never colour alone."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from knowledge.levels import Disposition, Risk

Colour = Literal["red", "orange", "yellow", "green", "gray"]
_LOOK: dict[Risk, tuple[Colour, str]] = {
    Risk.CRITICAL: ("red", ":material/emergency:"),
    Risk.HIGH: ("orange", ":material/priority_high:"),
    Risk.MEDIUM: ("yellow", ":material/schedule:"),
    Risk.LOW: ("green", ":material/home:"),
    Risk.NOT_RATED: ("gray", ":material/help:"),
}


def look(disposition: Disposition) -> tuple[Colour, str]:
    """Colour and icon of a level."""
    return _LOOK[disposition.risk]


def show(disposition: Disposition) -> None:
    """The level as a badge."""
    colour, icon = look(disposition)
    rated = disposition.risk is not Risk.NOT_RATED
    words = f"{disposition.risk.value.capitalize()} · {disposition.label}" if rated else disposition.label
    st.badge(words, icon=icon, color=colour)


def show_to_patient(disposition: Disposition) -> None:
    """The level without the clinic's word for the risk: where to be seen, and when."""
    colour, icon = look(disposition)
    st.badge(disposition.label, icon=icon, color=colour)
