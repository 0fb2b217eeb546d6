"""What the filters found, as files. Exporting is on the record itself."""

from __future__ import annotations

from typing import Any

import streamlit as st

from data.audit import AuditLog
from data.records import Account


def show(audit: AuditLog, criteria: dict[str, Any], account: Account) -> None:
    """JSON lines and CSV, made when asked for: every event that fits, not only those shown."""

    def export(kind: str) -> str:
        text = audit.export_jsonl(**criteria) if kind == "jsonl" else audit.export_csv(**criteria)
        used = {name: str(value) for name, value in criteria.items()}
        audit.append("audit.exported", actor=account.account_id, payload={"format": kind, "filters": used})
        return text

    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Export JSONL",
            data=lambda: export("jsonl"),
            file_name="prelude-events.jsonl",
            mime="application/jsonl",
            icon=":material/download:",
            key="export_jsonl",
            on_click="ignore",
        )
        st.download_button(
            "Export CSV",
            data=lambda: export("csv"),
            file_name="prelude-events.csv",
            mime="text/csv",
            icon=":material/download:",
            key="export_csv",
            on_click="ignore",
        )
        st.caption("Every event that fits the filters, oldest first, with its hash.")
