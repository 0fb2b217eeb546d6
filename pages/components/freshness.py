"""Whether a case's report still says what the conversation says, and writing it anew where nobody has edited it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import streamlit as st

from agent import AgentManager
from data.clock import from_text
from data.errors import DataError
from data.records import Account, Case, Message, Records


@dataclass(frozen=True)
class Freshness:
    """`behind`: a turn ended after the report was written. `edited`: a nurse has changed it, so it is not replaced."""

    behind: bool
    edited: bool


def look(records: Records, case: Case) -> Freshness:
    """How the case's draft stands to its conversation."""
    if case.status == "signed":
        return Freshness(behind=False, edited=True)
    turns = records.interactions.turns(case.session_id)
    ended = max((from_text(t.finished_at) for t in turns if t.finished_at), default=None)
    written = _written_at(case.par_draft)
    behind = case.par_draft is None or (ended is not None and (written is None or ended > written))
    return Freshness(behind, behind and _edited(records, case))


def bring_up_to_date(manager: AgentManager, case: Case) -> Case:
    """The case with a report that covers the whole conversation, unless a nurse's edits would be lost.

    Read the case's version from what this returns: writing a report is a change of the case.
    """
    state = look(manager.records, case)
    if state.behind and not state.edited:
        manager.generate_par(case.session_id)
    return manager.records.cases.get(case.case_id)


def show(manager: AgentManager, case: Case, account: Account) -> None:
    """Say so when an edited report is behind its conversation, and offer the nurse who has it a new one."""
    state = look(manager.records, case)
    if not (state.behind and state.edited):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="report_behind"):
        words = "The conversation went on after this report was edited. Read it, or have the report written anew."
        st.warning(words, icon=":material/update:", width="stretch")
        if case.claimed_by == account.account_id:
            st.button(
                "Write the report anew",
                key=f"rewrite_{case.case_id}",
                icon=":material/refresh:",
                help="The edited report stays in the history.",
                on_click=_rewrite,
                args=(manager, case, account),
            )


def _rewrite(manager: AgentManager, case: Case, account: Account) -> None:
    result = manager.generate_par(case.session_id)
    fresh = manager.records.cases.get(case.case_id)
    try:
        if result.par is None:
            raise DataError("the report could not be written")
        manager.records.cases.save_draft(case.case_id, account, result.par, fresh.version)
    except DataError as error:
        st.session_state["case_notice"] = ("error", f"Not done: {error}.")


def newer_message(records: Records, case: Case, seen_seq: int) -> Message | None:
    """The patient's latest message, if it came after the ones the page has shown."""
    said = [m for m in records.interactions.transcript(case.session_id) if m.role == "patient" and m.seq > seen_seq]
    return said[-1] if said else None


def _written_at(par: dict[str, Any] | None) -> datetime | None:
    written = (par or {}).get("provenance", {}).get("written_at")
    return datetime.fromisoformat(written) if written else None


def _edited(records: Records, case: Case) -> bool:
    since = case.signed_at or ""
    return any(version.kind == "draft" and version.at > since for version in records.cases.par_versions(case.case_id))
