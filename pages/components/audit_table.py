"""Events as a table, newest first, and one of them in full. The list below the table serves keyboards as well."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from data.records import Event, Records
from pages.components import event_words, people, staff_clock
from pages.components.plain import escaped

_WIDTHS = {
    "No.": st.column_config.NumberColumn(width=60),
    "Time": st.column_config.TextColumn(width=150),
    "What": st.column_config.TextColumn(width=170),
    "In words": st.column_config.TextColumn(width=520),
    "Who": st.column_config.TextColumn(width=170),
    "Patient": st.column_config.TextColumn(width=80),
}
"""Widths in pixels."""


def show(records: Records, events: Sequence[Event], limit: int) -> None:
    """Number, time, what happened in words, who, which conversation."""
    if not events:
        st.info("No event fits these filters.", icon=":material/search_off:")
        return
    names = {account.account_id: account.display_name for account in records.accounts.all()}
    rows = [
        {
            "No.": e.seq,
            "Time": staff_clock.sortable(e.at),
            "What": event_words.kind(e.type),
            "In words": event_words.sentence(e),
            "Who": names.get(e.actor, e.actor),
            "Patient": e.patient_id or "",
            "Conversation": e.session_id or "",
        }
        for e in events
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, width="stretch", height=300, key="audit_events", column_config=_WIDTHS
    )
    more = f" These are the newest {limit}; narrow the filters to see older ones." if len(events) >= limit else ""
    st.caption(f"{len(events)} event{'s' if len(events) > 1 else ''}, newest first.{more}")
    by_seq = {e.seq: e for e in events}
    chosen = st.selectbox(
        "Read one event",
        list(by_seq),
        index=None,
        format_func=lambda seq: (
            f"{seq} · {staff_clock.clock_time(by_seq[seq].at, seconds=True)} · {event_words.kind(by_seq[seq].type)}"
        ),
        key="audit_event",
        placeholder="Number, time or kind",
    )
    if chosen is not None:
        _one(records, by_seq[chosen])


def _one(records: Records, event: Event) -> None:
    with st.container(border=True, key="audit_one"):
        st.markdown(f"**Event {event.seq}: {event_words.kind(event.type)}**")
        st.markdown(escaped(event_words.sentence(event)))
        who = people.staff_name(records, event.actor) if event.actor != "system" else "the software itself"
        st.caption(f"{staff_clock.sortable(event.at)} · {escaped(who)}")
        vouched = ", ".join(f"{table} {key}" for table, key, _ in event.rows)
        if vouched:
            st.caption(f"Vouches for the rows: {escaped(vouched)}")
        st.caption(f"Hash {event.hash}, follows {event.prev_hash or 'nothing: it is the first'}")
        with st.expander("The record itself", icon=":material/data_object:"):
            st.json(event.payload, expanded=2)
