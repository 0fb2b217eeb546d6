"""The Preliminary Assessment Report on screen: what is open first, every line with its origin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from agent.par.export import TITLES, as_text, origin_words
from agent.par.schema import SECTIONS
from knowledge.levels import Disposition
from pages.components import risk_badge
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


def show(par: Mapping[str, Any]) -> None:
    """Level, concern, then the sections in reading order."""
    with st.container(key="par_view"):
        risk_badge.show(Disposition(par["disposition"]))
        concern = par["primary_concern"]
        st.markdown(f"**{escaped(concern['text'])}**")
        st.caption(f"{_ICONS[concern['origin']['kind']]} {escaped(origin_words(concern['origin']))}")
        for section in SECTIONS:
            lines = par.get(section) or ()
            if lines:
                st.markdown(f"**{TITLES[section]}**")
            for line in lines:
                origin = line["origin"]
                st.markdown(
                    f"- {escaped(line['text'])} :small[:gray[{_ICONS[origin['kind']]} {escaped(origin_words(origin))}]]"
                )
        _evidence(par)
        st.caption(par["disclaimer"])


def _evidence(par: Mapping[str, Any]) -> None:
    docs = par.get("retrieved_docs") or ()
    if docs:
        with st.expander(f"Guideline passages ({len(docs)})", icon=":material/menu_book:"):
            for doc in docs:
                st.markdown(f"**{escaped(doc['title'])}** · match {doc['score']:.2f}")
                st.markdown(escaped(doc["snippet"]))
                st.caption(escaped(doc["source"]))
    with st.expander("Versions and text", icon=":material/info:"):
        st.json(dict(par["provenance"]), expanded=False)
        st.code(as_text(par), language=None, wrap_lines=True)
