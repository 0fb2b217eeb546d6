"""Editing a report: a box a section, a line a statement. Lines that stay keep their origin, others carry the nurse.

While the form is open it works on the report as it was when it was opened, so that nothing the nurse types is swept
away by a new message of the patient; saving says what happened meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from agent.par.edit import edit_par
from agent.par.export import TITLES
from data.records import Account, Case, Records
from knowledge.levels import Disposition

SECTIONS = (
    "not_asked_or_unknown",
    "red_flags",
    "conflicts",
    "key_findings",
    "pertinent_negatives",
    "recommended_actions",
)
"""What a nurse may rewrite; actions taken and safety events are facts of the record."""

Attempt = Callable[[Records, Case, Callable[[], Any], str], bool]


def is_open(case: Case) -> bool:
    """Whether the nurse has the case's edit form open."""
    return bool(st.session_state.get(_panel(case)))


def show(records: Records, case: Case, account: Account, attempt: Attempt) -> None:
    """The form, folded away until it is wanted."""
    panel = st.expander("Edit the report", icon=":material/edit:", key=_panel(case), on_change="rerun")
    with panel:
        if not panel.open:
            st.session_state.pop(_base(case), None)
            return
        base = st.session_state.setdefault(_base(case), case.par_draft or {})
        keys = {section: f"edit_{section}_{case.case_id}" for section in SECTIONS}
        with st.form(f"edit_form_{case.case_id}", border=False):
            st.caption("One line each. A line you change or add carries your name; the others keep their origin.")
            for section in SECTIONS:
                lines = "\n".join(line["text"] for line in base.get(section, ()))
                st.text_area(TITLES[section], value=lines, key=keys[section], height="content")
            st.form_submit_button(
                "Save the edits",
                type="primary",
                icon=":material/save:",
                on_click=_save,
                args=(records, case, account, base, attempt),
            )


def _save(records: Records, case: Case, account: Account, base: dict[str, Any], attempt: Attempt) -> None:
    def act() -> None:
        lines = {s: str(st.session_state.get(f"edit_{s}_{case.case_id}") or "").splitlines() for s in SECTIONS}
        edited = edit_par(base, lines, account.account_id, Disposition(case.disposition))
        records.cases.save_draft(case.case_id, account, edited, case.version)

    if attempt(records, case, act, "Your edits are saved in the draft."):
        st.session_state.pop(_base(case), None)
        st.session_state[_panel(case)] = False


def _panel(case: Case) -> str:
    return f"edit_{case.case_id}"


def _base(case: Case) -> str:
    return f"edit_base_{case.case_id}"
