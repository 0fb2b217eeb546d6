"""Sources of a reply, each one tap away."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.components.plain import escaped

_MARKER = re.compile(r"\\\[(\d{1,2})\\\]")


def with_markers(escaped_text: str) -> str:
    """Citation markers of an escaped text as small numbers."""
    return _MARKER.sub(r":small[:primary[\[\1\]]]", escaped_text)


def show(cited: Sequence[Mapping[str, Any]], *, key: str) -> None:
    """A row of buttons that open the passage behind each number."""
    once = {c["n"]: c for c in cited}
    if not once:
        return
    with st.container(horizontal=True, key=f"sources_{key}"):
        for number, passage in sorted(once.items()):
            with st.popover(f"Source {number}", icon=":material/menu_book:"):
                st.markdown(f"**{escaped(passage['title'])}**")
                st.caption(escaped(passage.get("section", "")))
                st.markdown(escaped(passage["text"]))
                st.caption(f"{escaped(passage['source'])} · match {passage['score']:.2f}")
                if str(passage.get("url", "")).startswith("https://"):
                    st.link_button("Open the source", passage["url"], icon=":material/open_in_new:")
