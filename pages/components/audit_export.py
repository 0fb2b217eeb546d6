"""What the filters found, as files."""

from __future__ import annotations

from typing import Any

import streamlit as st

from data.audit import AuditLog


def show(audit: AuditLog, criteria: dict[str, Any]) -> None:
    """JSON lines and CSV, made when asked for."""
    with st.container(horizontal=True):
        st.download_button(
            "Export JSONL",
            data=lambda: audit.export_jsonl(**criteria),
            file_name="prelude-events.jsonl",
            mime="application/jsonl",
            icon=":material/download:",
            key="export_jsonl",
        )
        st.download_button(
            "Export CSV",
            data=lambda: audit.export_csv(**criteria),
            file_name="prelude-events.csv",
            mime="text/csv",
            icon=":material/download:",
            key="export_csv",
        )
