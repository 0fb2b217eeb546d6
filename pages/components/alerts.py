"""What a nurse must notice now: each task once, loud until somebody acknowledges it."""

from __future__ import annotations

import streamlit as st

from data.errors import DataError
from data.records import Account, Cases, Task
from pages.components.plain import escaped

_ICONS = {
    "emergency": ":material/emergency:",
    "crisis": ":material/support:",
    "reply_withheld": ":material/shield_person:",
    "abuse": ":material/front_hand:",
}
SHOWN = 6


def show(cases: Cases, account: Account) -> None:
    """Open tasks, most dangerous first."""
    tasks = cases.tasks("open")
    for task in tasks[:SHOWN]:
        _show_task(cases, task, account)
    if len(tasks) > SHOWN:
        st.caption(f"and {len(tasks) - SHOWN} more alerts")


def _show_task(cases: Cases, task: Task, account: Account) -> None:
    icon = _ICONS.get(task.kind, ":material/notifications:")
    case = cases.by_session(task.session_id)
    name = case.patient_name if case else ""
    with st.container(border=True, key=f"alert_{task.task_id}"):
        words = f"**{task.kind.replace('_', ' ').capitalize()}** {escaped(name)}  \n{escaped(task.text)}"
        loud = task.risk in ("critical", "high")
        (st.error if loud else st.warning)(words, icon=icon)
        if st.button("Acknowledge", key=f"ack_{task.task_id}", icon=":material/done:"):
            try:
                cases.acknowledge(task.task_id, account)
            except DataError as error:
                st.caption(str(error))
            if case:
                st.session_state["open_case"] = case.case_id
            st.rerun()
