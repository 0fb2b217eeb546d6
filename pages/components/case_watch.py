"""While a case is open: says when the patient writes on or somebody else changes the case, without moving the page."""

from __future__ import annotations

import streamlit as st

from data.records import Case, Records
from knowledge.levels import Disposition
from pages.components import freshness, people, staff_clock
from pages.components.plain import escaped

QUOTE = 140


def show(records: Records, shown: Case, seen_seq: int) -> bool:
    """One line about what is new since `shown` was drawn; True when the nurse asks to see it."""
    case = records.cases.get(shown.case_id)
    message = freshness.newer_message(records, case, seen_seq)
    words = []
    if message is not None:
        quote = escaped(" ".join(message.text.split())[:QUOTE])
        words.append(f"**The patient wrote at {staff_clock.clock_time(message.created_at)}:** “{quote}”")
    if case.disposition != shown.disposition:
        words.append(f"**The level is now {Disposition(case.disposition).label}.**")
    if case.status != shown.status or case.claimed_by != shown.claimed_by:
        who = escaped(people.staff_name(records, case.signed_by or case.claimed_by))
        verb = "signed" if case.status == "signed" else "took"
        words.append(f"**{who} {verb} this case.**" if who else "**The case is back in the queue.**")
    if not words:
        return False
    with st.container(horizontal=True, vertical_alignment="center", key="case_news"):
        st.warning("  \n".join(words), icon=":material/sync:", width="stretch")
        return st.button("Show what is new", key="show_news", icon=":material/refresh:", type="primary")
