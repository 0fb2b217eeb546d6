"""Versions and hashes of everything that shapes an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st


def show(metadata: Mapping[str, Any]) -> None:
    """Name and value; the full hash is in the value."""
    st.subheader("Versions", anchor=False)
    rows = [{"What": k.replace("_", " "), "Value": "none" if v is None else str(v)} for k, v in metadata.items()]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="versions")
