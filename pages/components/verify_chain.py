"""The verify button: recompute every hash and compare every row."""

from __future__ import annotations

import streamlit as st

from data.audit import AuditLog


def show(audit: AuditLog) -> None:
    """The result in words: how many events, and the first thing that does not fit."""
    if st.button("Verify the log", key="verify", icon=":material/verified:", type="primary"):
        with st.spinner("Recomputing every hash …"):
            result = audit.verify()
        if result.ok:
            st.success(
                f"The log is whole: {result.events} events and {result.rows_checked} rows checked, "
                f"anchor {result.anchor_status}.",
                icon=":material/verified:",
            )
        else:
            where = f" First at event {result.first_bad_seq}." if result.first_bad_seq is not None else ""
            st.error(f"The log is NOT whole.{where} {result.reason}", icon=":material/gpp_bad:")
