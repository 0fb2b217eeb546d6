"""The queue as cards a keyboard can walk: level, who, what, how long."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from data.clock import from_text
from data.records import Case, Cases
from knowledge.levels import Disposition
from pages.components import risk_badge
from pages.components.plain import escaped

_STATUS = {"new": "new", "claimed": "claimed", "signed": "signed"}
SHOWN = 40


def show(cases: Cases, open_case: str | None) -> str | None:
    """Draw the queue; the id of the case that was just opened, or None."""
    waiting = cases.queue()
    if not waiting:
        st.caption("Nobody is waiting.")
    chosen = None
    for case in waiting[:SHOWN]:
        if _card(case, is_open=case.case_id == open_case):
            chosen = case.case_id
    if len(waiting) > SHOWN:
        st.caption(f"and {len(waiting) - SHOWN} more, less urgent")
    signed = cases.queue(("signed",))
    with st.expander(f"Signed ({len(signed)})", icon=":material/task_alt:", key="signed_cases"):
        for case in signed[:SHOWN]:
            if _card(case, is_open=case.case_id == open_case):
                chosen = case.case_id
    return chosen


def _card(case: Case, *, is_open: bool) -> bool:
    with st.container(border=True, key=f"card_{case.case_id}"):
        risk_badge.show(Disposition(case.disposition))
        name = case.patient_name or "New patient"
        st.markdown(f"**{escaped(name)}** · {escaped(case.primary_concern)}")
        now = datetime.now(UTC)
        minutes = int((now - from_text(case.waiting_since)).total_seconds() // 60)
        late = case.due_at is not None and from_text(case.due_at) < now and case.status != "signed"
        clock = ":material/alarm: **over its time window**" if late else ":material/schedule:"
        st.caption(f"{clock} waiting {minutes} min · {_STATUS.get(case.status, case.status)}")
        label = "Open now" if is_open else "Open"
        return st.button(
            label, key=f"case_{case.case_id}", icon=":material/open_in_full:", disabled=is_open, width="stretch"
        )
