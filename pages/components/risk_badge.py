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
    st.badge(f"{disposition.risk.value.replace('_', ' ').capitalize()} · {disposition.label}", icon=icon, color=colour)
