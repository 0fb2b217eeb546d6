"""What a nurse must notice now: loud once when it arrives, and on the page until somebody acknowledges it."""

from __future__ import annotations

import streamlit as st

from data.errors import DataError
from data.records import Account, Case, Records, Task
from pages.components import staff_clock
from pages.components.plain import escaped

_LOOK = {
    "emergency": ("Emergency", ":material/emergency:"),
    "crisis": ("Self-harm crisis", ":material/support:"),
    "abuse": ("Possible abuse", ":material/front_hand:"),
    "reply_withheld": ("Reply withheld", ":material/shield_person:"),
    "turn_failed": ("Reply failed", ":material/error:"),
}
_OTHER = ("Please look", ":material/notifications:")
_LOUD_KINDS = frozenset({"emergency", "crisis", "abuse", "engine_failed", "screen_failed"})
SHOWN = 3
REMIND_MINUTES = (10, 5)
"""An alert is announced when it arrives, and again after these minutes without acknowledgement."""


def show(records: Records, account: Account, open_case: str | None) -> str | None:
    """Draw the open alerts, most dangerous first; the id of a case to open, or None.

    With a case open, one line is left to them, so that the case stays in sight.
    """
    tasks = sorted(records.cases.tasks("open"), key=lambda task: not _is_loud(task))
    cases = {task.session_id: records.cases.by_session(task.session_id) for task in tasks}
    _announce(tasks, cases)
    if not tasks:
        return None
    chosen = None
    shown = 1 if open_case else SHOWN
    with st.container(key="alerts", gap="small"):
        for task in tasks[:shown]:
            chosen = _row(records, task, cases[task.session_id], account, open_case) or chosen
        if rest := tasks[shown:]:
            names = list(dict.fromkeys(_name(cases[task.session_id]) for task in rest))
            title = f"{len(rest)} more alert{'s' if len(rest) > 1 else ''}: {escaped(', '.join(names))}"
            with st.expander(title, icon=":material/notifications:", key="more_alerts"):
                for task in rest:
                    chosen = _row(records, task, cases[task.session_id], account, open_case) or chosen
    return chosen


def _row(records: Records, task: Task, case: Case | None, account: Account, open_case: str | None) -> str | None:
    """One alert; the case to open, where its button was pressed."""
    title, icon = _LOOK.get(task.kind, _OTHER)
    with st.container(key=f"alert_{task.task_id}", horizontal=True, vertical_alignment="center"):
        age = staff_clock.span(staff_clock.since(task.created_at))
        words = f"**{title} · {escaped(_name(case))}** · {age} ago · {escaped(task.text)}"
        (st.error if _is_loud(task) else st.warning)(words, icon=icon, width="stretch")
        seen = st.button(
            "Acknowledge", key=f"ack_{task.task_id}", icon=":material/done:", help="I have seen this and act on it."
        )
        is_elsewhere = case is not None and case.case_id != open_case
        opened = is_elsewhere and st.button("Open case", key=f"see_{task.task_id}", icon=":material/open_in_full:")
    if seen:
        _acknowledge(records, task, account)
        st.rerun(scope="fragment")
    return case.case_id if opened and case is not None else None


def _acknowledge(records: Records, task: Task, account: Account) -> None:
    try:
        records.cases.acknowledge(task.task_id, account)
    except DataError as error:
        st.toast(f"Not acknowledged: {error}.", icon=":material/error:")
    else:
        st.toast("Acknowledged in your name.", icon=":material/done:")


def _announce(tasks: list[Task], cases: dict[str, Case | None]) -> None:
    """A toast for each alert that arrives or stays unacknowledged while the page is open, once each."""
    loud = {(task.task_id, _stage(task)): task for task in tasks if _is_loud(task)}
    # What is there when the page opens is in plain sight already.
    told: set[tuple[str, int]] = st.session_state.setdefault("alerts_told", set(loud))
    for key, task in loud.items():
        if key not in told:
            told.add(key)
            title, icon = _LOOK.get(task.kind, _OTHER)
            late = f" Nobody has acknowledged it for {key[1]} minutes." if key[1] else ""
            st.toast(f"**{title}** {escaped(_name(cases[task.session_id]))}.{late}", icon=icon, duration="long")


def _stage(task: Task) -> int:
    minutes = staff_clock.since(task.created_at).total_seconds() / 60
    return next((limit for limit in REMIND_MINUTES if minutes >= limit), 0)


def _name(case: Case | None) -> str:
    return (case.patient_name if case else "") or "New patient"


def _is_loud(task: Task) -> bool:
    return task.kind in _LOUD_KINDS or task.risk in ("critical", "high")
