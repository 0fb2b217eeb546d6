"""Filters of the event log."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import streamlit as st

from data.records import Records


def show(records: Records) -> dict[str, Any]:
    """Criteria as AuditLog.search takes them. An empty filter means everything."""
    with st.container(border=True, key="audit_filters"):
        first, second, third = st.columns(3)
        session = first.text_input("Session", key="audit_session").strip()
        people = {p.patient_id: p.name for p in records.patients.all()}
        patient = second.selectbox(
            "Patient", list(people), index=None, format_func=people.__getitem__, key="audit_patient"
        )
        kind = third.selectbox("Event type", records.audit.types(), index=None, key="audit_type")
        fourth, fifth, sixth = st.columns(3)
        since = fourth.date_input("From", value=None, key="audit_since")
        until = fifth.date_input("To", value=None, key="audit_until")
        text = sixth.text_input("Text", key="audit_text").strip()
    criteria = {
        "session_id": session or None,
        "patient_id": patient,
        "type": kind,
        "since": datetime.combine(since, time(), UTC) if since else None,
        "until": datetime.combine(until + timedelta(days=1), time(), UTC) if until else None,
        "text": text or None,
    }
    return {key: value for key, value in criteria.items() if value is not None}
