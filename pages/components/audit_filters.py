"""Filters of the event log: conversation, patient, kind, time, text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import streamlit as st

from data.records import Records
from pages.components import event_words, staff_clock

MOST_SESSIONS = 500


def show(records: Records) -> dict[str, Any]:
    """Criteria as AuditLog.search takes them. An empty filter means everything."""
    people = {p.patient_id: p.name for p in records.patients.all()}
    sessions = conversations(records)
    with st.container(border=True, key="audit_filters"):
        first, second, third = st.columns(3)
        session = first.selectbox(
            "Conversation",
            list(sessions),
            index=None,
            format_func=lambda s: sessions.get(s, s),
            key="audit_session",
            placeholder="All, or type a name or id",
        )
        patient = second.selectbox(
            "Patient",
            list(people),
            index=None,
            format_func=people.__getitem__,
            key="audit_patient",
            placeholder="All patients",
        )
        kind = third.selectbox(
            "Kind of event",
            sorted(records.audit.types(), key=event_words.kind),
            index=None,
            format_func=event_words.kind,
            key="audit_type",
            placeholder="All kinds",
        )
        fourth, fifth, sixth = st.columns(3)
        since = fourth.datetime_input("From", value=None, key="audit_since")
        until = fifth.datetime_input("Until", value=None, key="audit_until")
        text = sixth.text_input("Text in the record", key="audit_text", placeholder="for example: warfarin").strip()
    criteria = {
        "session_id": session,
        "patient_id": patient,
        "type": kind,
        "since": _aware(since),
        "until": _aware(until),
        "text": text or None,
    }
    return {key: value for key, value in criteria.items() if value is not None}


def conversations(records: Records) -> dict[str, str]:
    """Conversations by id, newest first, each as `21 Nov 02:14 · name · end of its id`."""
    people = {p.patient_id: p.name for p in records.patients.all()}
    begun = records.audit.search(type="session.created", limit=MOST_SESSIONS)
    return {
        e.session_id: f"{staff_clock.clock_time(e.at)} · {people.get(e.patient_id or '', 'no record')} · "
        f"{e.session_id[-6:]}"
        for e in begun
        if e.session_id
    }


def _aware(moment: datetime | None) -> datetime | None:
    """What was typed is meant in the clinic's time."""
    return moment.replace(tzinfo=staff_clock.clinic_zone()) if moment else None
