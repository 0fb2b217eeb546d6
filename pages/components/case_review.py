"""What a nurse does with a case: take it, accept or change the level, edit the report, sign.

Every act carries the version of the case that was on the screen. If the case has changed since, nothing is done, the
nurse is told what happened, and what she typed stays where it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st
from pydantic import ValidationError

from agent import AgentManager
from agent.par.edit import edit_par
from data.errors import Conflict, DataError
from data.records import REASON_CODES, Account, Case, Records
from knowledge.levels import Disposition
from pages.components import case_edit, people, staff_clock
from pages.components.plain import escaped

_LEVELS = [d for d in Disposition if d is not Disposition.UNABLE_TO_ASSESS]


def show(manager: AgentManager, case: Case, account: Account) -> None:
    """The outcome of the last act, and the acts that the case's state allows."""
    _notice()
    records = manager.records
    if case.status == "signed":
        who = escaped(people.staff_name(records, case.signed_by))
        st.success(f"Signed by {who}, {staff_clock.clock_time(case.signed_at)}.", icon=":material/task_alt:")
    elif case.status == "new":
        _claim(records, case, account)
    elif case.claimed_by != account.account_id:
        who = escaped(people.staff_name(records, case.claimed_by))
        st.info(f"**{who}** has this case. You can read it; only one nurse acts.", icon=":material/visibility:")
    else:
        _own_case(records, case, account)


def _claim(records: Records, case: Case, account: Account) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="case_actions"):
        st.button(
            "Take this case",
            key=f"claim_{case.case_id}",
            icon=":material/back_hand:",
            type="primary",
            on_click=attempt,
            args=(
                records,
                case,
                lambda: records.cases.claim(case.case_id, account, case.version),
                "The case is yours.",
            ),
        )
        st.caption("Take it to change the level, edit the report and sign.")


def _own_case(records: Records, case: Case, account: Account) -> None:
    level = Disposition(case.disposition)
    with st.container(horizontal=True, vertical_alignment="center", key="case_actions"):
        st.button(
            "Accept the level and sign",
            key=f"sign_{case.case_id}",
            icon=":material/draw:",
            type="primary",
            on_click=_sign,
            args=(records, case, account),
            disabled=case.par_draft is None,
        )
        st.caption(f"You sign as {escaped(account.display_name)}: {level.label}. Save edits first.")
    with st.expander("Change the level", icon=":material/swap_vert:", key=f"change_{case.case_id}"):
        _change_level(records, case, account)
    if case.par_draft is not None:
        case_edit.show(records, case, account, attempt)


def _change_level(records: Records, case: Case, account: Account) -> None:
    keys = {name: f"{name}_{case.case_id}" for name in ("new_level", "reason", "comment")}
    options = [d for d in _LEVELS if d.value != case.disposition]
    with st.form(f"level_{case.case_id}", border=False):
        left, right = st.columns(2)
        left.selectbox("New level", options, index=None, format_func=lambda d: d.label, key=keys["new_level"])
        right.selectbox(
            "Reason", list(REASON_CODES), index=None, format_func=REASON_CODES.__getitem__, key=keys["reason"]
        )
        st.text_area("Comment", key=keys["comment"], max_chars=500, placeholder="What you saw, heard or know")
        st.form_submit_button(
            "Set the new level",
            type="primary",
            icon=":material/swap_vert:",
            on_click=_override,
            args=(records, case, account, keys),
        )
    for complaint in st.session_state.pop(f"level_missing_{case.case_id}", ()):
        st.error(complaint, icon=":material/error:")


def _override(records: Records, case: Case, account: Account, keys: dict[str, str]) -> None:
    level, reason, comment = (st.session_state.get(keys[name]) for name in ("new_level", "reason", "comment"))
    missing = [
        words
        for words, value in (
            ("Choose the new level.", level),
            ("Choose a reason.", reason),
            ("Write a comment: one line on why is enough.", (comment or "").strip()),
        )
        if not value
    ]
    if missing:
        st.session_state[f"level_missing_{case.case_id}"] = missing
        return
    done = attempt(
        records,
        case,
        lambda: records.cases.override(case.case_id, account, level.value, reason, comment, case.version),
        f"The level is now {level.label}. Your reason is on the record.",
    )
    if done:
        for key in keys.values():
            st.session_state.pop(key, None)


def _sign(records: Records, case: Case, account: Account) -> None:
    def act() -> None:
        final = edit_par(case.par_draft or {}, {}, account.account_id, Disposition(case.disposition))
        records.cases.sign(case.case_id, account, final, case.version)

    attempt(records, case, act, "Signed. The case has left the queue.")


def attempt(records: Records, case: Case, act: Callable[[], Any], done: str) -> bool:
    """Do it and keep what to say about it for the next drawing; True when it was done."""
    try:
        act()
    except Conflict:
        st.session_state["case_notice"] = ("warning", f"Not done. {_what_changed(records, case)}")
        return False
    except (DataError, ValidationError) as error:
        words = "a line is too long" if isinstance(error, ValidationError) else str(error)
        st.session_state["case_notice"] = ("error", f"Not done: {words}.")
        return False
    st.session_state["case_notice"] = ("success", done)
    return True


def _what_changed(records: Records, seen: Case) -> str:
    fresh = records.cases.get(seen.case_id)
    if fresh.status == "signed":
        return f"{people.staff_name(records, fresh.signed_by)} has signed this case."
    if fresh.claimed_by and fresh.claimed_by != seen.claimed_by:
        return f"{people.staff_name(records, fresh.claimed_by)} took this case a moment before you."
    if fresh.disposition != seen.disposition:
        return (
            f"The level changed while you were looking: it is now {Disposition(fresh.disposition).label}. Look again."
        )
    return "The case changed while you were looking. What you see now is up to date: look again, then repeat it."


def _notice() -> None:
    kind, words = st.session_state.pop("case_notice", ("", ""))
    match kind:
        case "success":
            st.success(words, icon=":material/check_circle:")
        case "warning":
            st.warning(words, icon=":material/group:")
        case "error":
            st.error(words, icon=":material/error:")
