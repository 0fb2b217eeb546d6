"""The decision, before anything else: level, the same on other scales, time window, why, and what is still open."""

from __future__ import annotations

import streamlit as st

from data.records import Case, Records, Review
from knowledge.levels import Disposition
from pages.components import par_view, people, queue_list, risk_badge, staff_clock
from pages.components.plain import escaped


def show(records: Records, case: Case) -> None:
    """Who, how urgent, why in one line, and right under it what nobody knows yet."""
    about = people.age_and_sex(records, case.patient_id)
    name = escaped(case.patient_name or "New patient")
    st.subheader(f"{name}{', ' + escaped(about) if about else ''}", anchor=False)
    st.caption(f"{escaped(case.primary_concern)} · {queue_list.writing_words(records, case.session_id)}")
    _level(records, case)
    par = shown_report(case)
    if par is not None:
        par_view.show_open(par)


def shown_report(case: Case) -> dict[str, object] | None:
    """The signed report of a signed case, else the draft; a case that came back starts from its new draft."""
    return case.par_final if case.status == "signed" else case.par_draft


def _level(records: Records, case: Case) -> None:
    level = Disposition(case.disposition)
    _, icon = risk_badge.look(level)
    decision = latest_decision(records, case.session_id)
    override = next((r for r in reversed(records.cases.reviews(case.case_id)) if r.kind == "overridden"), None)
    with st.container(key=f"level_{level.risk.value}", gap="xsmall"):
        st.markdown(f"### {icon} {level.label}")
        scales = " · ".join(
            value if value != "not rated" else f"{scale} not rated" for scale, value in level.scales.items()
        )
        risk = level.risk.value.replace("_", " ")
        st.markdown(f"Risk **{risk}** · Priority **{case.priority}** · {scales}")
        st.markdown(f"{queue_list.waiting_words(case)} · {_window(level)}")
        if override is not None and override.to_disposition == level.value:
            st.markdown(_by_nurse(records, override))
        summary = (decision.get("explanation") or {}).get("summary")
        if summary:
            st.markdown(f"**Why:** {escaped(summary)}")
        elif not decision:
            st.markdown("**Why:** the engine has not rated this conversation. Read the patient's words.")
        found = decision.get("disposition")
        if found and found != level.value and override is None:
            now_known = Disposition(found).label
            st.markdown(
                f":material/info: On what is known now the engine says **{now_known}**. "
                "The case keeps the higher level it once had until a nurse changes it."
            )


def _window(level: Disposition) -> str:
    match level.window_hours:
        case None:
            return "no time limit"
        case 0:
            return "care at once"
        case hours if hours <= 24:
            return f"care within {hours:g} h"
        case hours:
            return f"care within {hours / 24:g} days"


def _by_nurse(records: Records, review: Review) -> str:
    before = Disposition(review.from_disposition or "unable_to_assess").label
    who = escaped(people.staff_name(records, review.account_id))
    return (
        f":material/stethoscope: Set by **{who}** at {staff_clock.clock_time(review.at)}, was {before}: "
        f"{escaped(review.comment or '')}"
    )


def latest_decision(records: Records, session_id: str) -> dict[str, object]:
    """The engine's last decision of the conversation; empty when it made none."""
    turns = records.interactions.turns(session_id)
    return next((t.decision for t in reversed(turns) if t.decision.get("disposition")), {})
