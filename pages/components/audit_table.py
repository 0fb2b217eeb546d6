"""Events as a table, newest first."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from data.records import Event


def show(events: Sequence[Event]) -> None:
    """Number, time, type, who, session, and the beginning of the payload."""
    if not events:
        st.info("No event fits these filters.", icon=":material/search_off:")
        return
    rows = [
        {
            "No.": e.seq,
            "Time": e.at[:19].replace("T", " "),
            "Type": e.type,
            "Actor": e.actor,
            "Session": e.session_id or "",
            "Payload": json.dumps(e.payload, ensure_ascii=False)[:300],
            "Hash": e.hash[:12],
        }
        for e in events
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", height=320, key="audit_events")
    st.caption(f"{len(events)} events shown, newest first.")
