"""The Preliminary Assessment Report on screen: what is open first, every line with its origin in icon and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from agent.par.export import TITLES, origin_words
from pages.components.plain import escaped

_ICONS = {
    "patient": ":material/person:",
    "chart": ":material/folder_shared:",
    "guideline": ":material/menu_book:",
    "rule": ":material/rule:",
    "record": ":material/receipt_long:",
    "inference": ":material/psychology:",
    "nurse": ":material/stethoscope:",
}
_WORDS = {"record": "from the record", "nurse": "written by a nurse"}
_PAIRS = (("key_findings", "pertinent_negatives"),)
_SINGLE = ("recommended_actions", "actions_taken", "safety_events")
_NONE = {
    "not_asked_or_unknown": "Nothing is open that could change the level.",
    "red_flags": "No red flag was found in the patient's words.",
    "key_findings": "None.",
    "pertinent_negatives": "The patient has ruled nothing out.",
    "recommended_actions": "None.",
}


def show_open(par: Mapping[str, Any]) -> None:
    """What a nurse reads right under the level: what nobody knows, what contradicts itself, and the red flags."""
    with st.container(key="pair_open"):
        left, right = st.columns(2, gap="medium")
    with left, st.container(key="par_unknown", border=True, gap="small"):
        _section(par, "not_asked_or_unknown", icon=":material/help:", shown=6)
        if par.get("conflicts"):
            _section(par, "conflicts", icon=":material/compare_arrows:")
    with right, st.container(key="par_flags", border=True, gap="small"):
        _section(par, "red_flags", icon=":material/flag:", shown=4)


def show_body(par: Mapping[str, Any]) -> None:
    """Concern, findings, negatives, actions and safety events."""
    with st.container(key="par_view"):
        concern = par["primary_concern"]
        st.markdown("##### Primary concern")
        st.markdown(_line(concern))
        for first, second in _PAIRS:
            with st.container(key=f"pair_{first}"):
                left, right = st.columns(2, gap="medium")
            with left:
                _section(par, first)
            with right:
                _section(par, second)
        for section in _SINGLE:
            if par.get(section) or section in _NONE:
                _section(par, section)
        st.caption(par["disclaimer"])


def _section(par: Mapping[str, Any], section: str, *, icon: str = "", shown: int | None = None) -> None:
    lines: Sequence[Mapping[str, Any]] = par.get(section) or ()
    st.markdown(f"##### {icon} {TITLES[section]}".replace("#####  ", "##### "))
    if not lines:
        st.caption(_NONE.get(section, "None."))
        return
    st.markdown("\n".join(f"- {_line(line)}" for line in lines[:shown]))
    if shown is not None and lines[shown:]:
        with st.expander(f"{len(lines) - shown} more", key=f"more_{section}"):
            st.markdown("\n".join(f"- {_line(line)}" for line in lines[shown:]))


def _line(line: Mapping[str, Any]) -> str:
    origin = line["origin"]
    # A list item is one line of markdown: a line break within the quote would end it.
    words = " ".join(_WORDS.get(origin["kind"], origin_words(origin)).split())
    text = " ".join(line["text"].split())
    return f"{escaped(text)}  :small[{_ICONS[origin['kind']]} {escaped(words)}]"
