"""Versions and hashes of everything that shapes an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

_MEANING = {
    "model": "The model that writes replies",
    "model_version": "Its version",
    "adapter": "LoRA adapter served with it",
    "adapter_hash": "The adapter's content hash",
    "prompt": "System prompt, name and version",
    "prompt_hash": "The prompt's hash",
    "protocol_pack_hash": "All protocols, findings and policies",
    "index_snapshot": "Guideline index",
    "index_problem": "What keeps the guidelines from being searched",
    "encoder": "Sentence encoder",
    "code_version": "Program version",
    "code_hash": "All of the program's own code",
}


def show(metadata: Mapping[str, Any]) -> None:
    """Name, meaning and value; every hash in full."""
    st.subheader("Versions", anchor=False)
    st.caption("Each recorded turn carries these, so that a reply can be traced to what produced it.")
    rows = [
        {"What": _MEANING.get(name, name.replace("_", " ").capitalize()), "Value": f"`{value}`" if value else "none"}
        for name, value in metadata.items()
    ]
    with st.container(key="versions"):
        st.table(pd.DataFrame(rows), hide_index=True, alt="Versions and hashes in use")
