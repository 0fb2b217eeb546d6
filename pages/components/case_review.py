"""What a nurse does with a case: take it, change the level with a reason, edit the report, sign."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from agent import AgentManager
from agent.par.edit import edit_par
from agent.par.export import TITLES
from agent.par.schema import SECTIONS
from data.errors import Conflict, DataError
from data.records import REASON_CODES, Account, Case
from knowledge.levels import Disposition

_LEVELS = [d for d in Disposition if d is not Disposition.UNABLE_TO_ASSESS]


def show(manager: AgentManager, case: Case, account: Account) -> None:
    """The actions that the case's state allows."""
    if message := st.session_state.pop("case_notice", None):
        st.success(message, icon=":material/check:")
    if case.status == "signed":
        st.success(f"Signed {(case.signed_at or '')[:16].replace('T', ' ')}.", icon=":material/task_alt:")
        return
    if case.status == "new":
        st.button(
            "Take this case",
            key=f"claim_{case.case_id}",
            icon=":material/back_hand:",
            type="primary",
            on_click=_try,
            args=(lambda: manager.records.cases.claim(case.case_id, account, case.version), "The case is yours."),
        )
        return
    if case.claimed_by != account.account_id:
        st.info("Another nurse has this case.", icon=":material/visibility:")
        return
    left, right = st.columns(2)
    with left:
        _change_level(manager, case, account)
    with right:
        _edit(manager, case, account)
    st.button(
        "Accept and sign the report",
        key=f"sign_{case.case_id}",
        icon=":material/draw:",
        type="primary",
        on_click=_sign,
        args=(manager, case, account),
    )


def _change_level(manager: AgentManager, case: Case, account: Account) -> None:
    with st.popover("Change the level", icon=":material/swap_vert:", width="stretch"), st.form(f"level_{case.case_id}"):
        level = st.selectbox(
            "New level",
            _LEVELS,
            index=None,
            format_func=lambda d: d.label,
            key=f"level_to_{case.case_id}",
        )
        reason = st.selectbox(
            "Reason", list(REASON_CODES), index=None, format_func=REASON_CODES.__getitem__, key=f"reason_{case.case_id}"
        )
        comment = st.text_area("Comment", key=f"comment_{case.case_id}", max_chars=500)
        if st.form_submit_button("Change the level", type="primary"):
            if level is None or reason is None or not comment.strip():
                st.error("Level, reason and comment are all needed.", icon=":material/error:")
                return
            _try(
                lambda: manager.records.cases.override(
                    case.case_id, account, level.value, reason, comment, case.version
                ),
                f"Level is now: {level.label}.",
            )
            st.rerun()


def _edit(manager: AgentManager, case: Case, account: Account) -> None:
    par = case.par_draft
    if par is None:
        return
    with st.popover("Edit the report", icon=":material/edit:", width="stretch"), st.form(f"edit_{case.case_id}"):
        st.caption("One line each. Lines you change carry your name.")
        texts = {
            section: st.text_area(
                TITLES[section],
                value="\n".join(line["text"] for line in par.get(section, ())),
                key=f"edit_{section}_{case.case_id}_{case.version}",
            )
            for section in SECTIONS
            if section not in ("actions_taken", "safety_events")
        }
        if st.form_submit_button("Save the edits", type="primary"):
            lines = {section: text.splitlines() for section, text in texts.items()}
            edited = edit_par(par, lines, account.account_id, Disposition(case.disposition))
            _try(lambda: manager.records.cases.save_draft(case.case_id, account, edited, case.version), "Edits saved.")
            st.rerun()


def _sign(manager: AgentManager, case: Case, account: Account) -> None:
    par = case.par_draft or (manager.generate_par(case.session_id).par or None)
    fresh = manager.records.cases.get(case.case_id)
    if par is None:
        st.session_state["case_notice"] = "There is no report to sign."
        return
    final = edit_par(par, {}, account.account_id, Disposition(fresh.disposition))
    version = fresh.version if case.par_draft is None else case.version
    _try(lambda: manager.records.cases.sign(case.case_id, account, final, version), "Signed.")


def _try(act: Callable[[], object], done: str) -> None:
    try:
        act()
        st.session_state["case_notice"] = done
    except Conflict as error:
        st.session_state["case_notice"] = f"Not done: {error}. Look again and retry."
    except DataError as error:
        st.session_state["case_notice"] = f"Not done: {error}."
