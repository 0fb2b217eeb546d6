"""The proof: recompute every hash, compare every row with the event that wrote it, and the end with the anchor."""

from __future__ import annotations

import streamlit as st

from data.records import Account, Records, VerifyResult
from pages.components import staff_clock
from pages.components.plain import escaped

_ANCHOR = {
    "matches": "The anchor outside the database agrees.",
    "not checked": "No anchor was checked.",
}
SHOWN = 10


def show(records: Records, account: Account) -> None:
    """The button, and the last result in words."""
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button("Verify the log", key="verify", icon=":material/verified:", type="primary")
        st.caption("Recomputes every hash and compares every row of the records with the event that wrote it.")
    if pressed:
        with st.spinner("Recomputing every hash …", show_time=True):
            result = records.audit.verify()
        records.audit.append(
            "audit.verified",
            actor=account.account_id,
            payload={"ok": result.ok, "events": result.events, "first_bad_seq": result.first_bad_seq},
        )
        st.session_state["verified"] = (staff_clock.now().isoformat(), result)
    if "verified" in st.session_state:
        at, result = st.session_state["verified"]
        _say(staff_clock.clock_time(at, seconds=True), result)


def _say(at: str, result: VerifyResult) -> None:
    with st.container(key="verify_result"):
        if result.ok:
            st.success(
                f"**The log is whole.** {result.events} events follow from one another and {result.rows_checked} rows "
                f"are as they were written. {_ANCHOR.get(result.anchor_status, '')} Checked at {at}.",
                icon=":material/verified:",
            )
            return
        where = "" if result.first_bad_seq is None else f" The first bad event is **number {result.first_bad_seq}**."
        more = len(result.problems) - SHOWN
        problems = "\n".join(f"- {escaped(problem)}" for problem in result.problems[:SHOWN])
        rest = f"\n- and {more} more" if more > 0 else ""
        st.error(
            f"**The log is NOT whole.**{where} Somebody or something changed the database outside Prelude. "
            f"Keep the file as it is and tell the clinical safety lead. Checked at {at}.\n\n{problems}{rest}",
            icon=":material/gpp_bad:",
        )
