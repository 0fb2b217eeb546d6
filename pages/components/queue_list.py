"""The queue as cards: level, who, what, how long. A whole card is one button, so keyboards and thumbs open it alike."""

from __future__ import annotations

import streamlit as st

from data.errors import NotFound
from data.levels import QUEUE_ORDER
from data.records import Case, Records
from knowledge.levels import Disposition
from pages.components import people, risk_badge, staff_clock
from pages.components.plain import escaped

SHOWN = 40


def show(records: Records, open_case: str | None) -> str | None:
    """Draw the queue; the id of the case that was just opened, or None."""
    waiting = sorted(records.cases.queue(), key=_urgency)
    st.subheader(f"Queue ({len(waiting)})", anchor=False)
    if not waiting:
        st.caption("Nobody is waiting.")
    chosen = None
    with st.container(key="queue", gap="small"):
        for case in waiting[:SHOWN]:
            if _card(records, case, is_open=case.case_id == open_case):
                chosen = case.case_id
    if len(waiting) > SHOWN:
        st.caption(f"and {len(waiting) - SHOWN} more, less urgent")
    signed = sorted(records.cases.queue(("signed",)), key=lambda case: case.signed_at or "", reverse=True)
    with st.expander(f"Signed ({len(signed)})", icon=":material/task_alt:", key="signed_cases"):
        for case in signed[:SHOWN]:
            if _card(records, case, is_open=case.case_id == open_case):
                chosen = case.case_id
        if not signed:
            st.caption("Nothing is signed yet.")
    return chosen


def _card(records: Records, case: Case, *, is_open: bool) -> bool:
    name = case.patient_name or "New patient"
    state = "open" if is_open else "shut"
    with st.container(border=True, key=f"card_{state}_{case.risk}_{case.case_id}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            risk_badge.show(Disposition(case.disposition))
            st.caption(writing_words(records, case.session_id), width="content")
        about = people.age_and_sex(records, case.patient_id)
        st.markdown(f"**{escaped(name)}**{', ' + escaped(about) if about else ''}")
        st.markdown(escaped(case.primary_concern))
        st.caption(f"{waiting_words(case)} · {_who(records, case)}{' · **open here**' if is_open else ''}")
        return st.button(f"Open {name}", key=f"case_{case.case_id}", width="stretch")


def waiting_words(case: Case) -> str:
    """How long the case waits, and how that stands to its time window, with an icon."""
    waited = staff_clock.span(staff_clock.since(case.waiting_since))
    if case.status == "signed":
        return f":material/draw: signed {staff_clock.clock_time(case.signed_at)}"
    window = Disposition(case.disposition).window_hours
    if window == 0:
        return f":material/alarm: **now**, waiting {waited}"
    if staff_clock.is_late(case.due_at):
        return f":material/alarm: **overdue by {staff_clock.span(staff_clock.since(case.due_at or ''))}**"
    due = f", due in {staff_clock.span(staff_clock.since(case.due_at))}" if case.due_at else ""
    return f":material/schedule: waiting {waited}{due}"


def writing_words(records: Records, session_id: str) -> str:
    """Whether the patient has sent the conversation or may still be writing."""
    try:
        sent = records.interactions.session(session_id).status != "open"
    except NotFound:
        return ""
    return ":material/mark_email_read: sent" if sent else ":material/edit: still writing"


def _urgency(case: Case) -> tuple[int, float]:
    """Risk first; within a risk the shorter time window. Who waits longest stays first, as the records sort it."""
    window = Disposition(case.disposition).window_hours
    return QUEUE_ORDER[case.risk], float("inf") if window is None else window


def _who(records: Records, case: Case) -> str:
    match case.status:
        case "claimed":
            return f":material/back_hand: {escaped(people.staff_name(records, case.claimed_by))}"
        case "signed":
            return escaped(people.staff_name(records, case.signed_by))
        case _:
            return ":material/fiber_new: nobody has it"
