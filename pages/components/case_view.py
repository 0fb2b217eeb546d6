"""One case: the decision first, then the report, the conversation and the evidence."""

from __future__ import annotations

from typing import Any

import streamlit as st

from agent import AgentManager
from data.records import Case
from knowledge.levels import Disposition
from pages.components import par_view, risk_badge, transcript
from pages.components.plain import escaped


def show_head(manager: AgentManager, case: Case) -> None:
    """Level, the same level on other scales, time window, and why in one line."""
    level = Disposition(case.disposition)
    st.subheader(f"{case.patient_name or 'New patient'}: {case.primary_concern}", anchor=False)
    with st.container(horizontal=True):
        risk_badge.show(level)
        for scale in level.scales.values():
            st.badge(scale, color="blue")
        st.badge(f"Priority {case.priority}", icon=":material/flag:", color="violet")
    decision = _decision(manager, case)
    explanation = decision.get("explanation") or {}
    if explanation.get("summary"):
        st.markdown(f"**Why:** {escaped(explanation['summary'])}")
    for flag in decision.get("red_flags", [])[:4]:
        st.markdown(f":material/flag: {escaped(flag)}")


def show_details(manager: AgentManager, case: Case) -> None:
    """Report, conversation, why and history as tabs."""
    report, talk, why, history = st.tabs(
        [
            ":material/description: Report",
            ":material/forum: Conversation",
            ":material/rule: Why",
            ":material/history: History",
        ]
    )
    with report:
        _report(manager, case)
    with talk:
        messages = manager.records.interactions.transcript(case.session_id)
        transcript.show(messages, names={"patient": "Patient"})
    with why:
        _why(_decision(manager, case))
    with history:
        for review in manager.records.cases.reviews(case.case_id):
            change = f" {review.from_disposition} → {review.to_disposition}" if review.to_disposition else ""
            st.markdown(
                f"- {review.at[:16].replace('T', ' ')} **{review.kind}**{change} {escaped(review.comment or '')}"
            )


def _report(manager: AgentManager, case: Case) -> None:
    par = case.par_final or case.par_draft
    if par is None:
        with st.spinner("Writing the report …"):
            result = manager.generate_par(case.session_id)
        if not result.ok:
            st.error("The report could not be written. Read the conversation.", icon=":material/error:")
            return
        par = result.par
    if par:
        par_view.show(par)


def _decision(manager: AgentManager, case: Case) -> dict[str, Any]:
    turns = manager.records.interactions.turns(case.session_id)
    return next((t.decision for t in reversed(turns) if t.decision.get("disposition")), {})


def _why(decision: dict[str, Any]) -> None:
    if not decision:
        st.info("No rating yet.")
        return
    for rule in decision.get("rules", []):
        source = rule["source"]
        with st.container(border=True):
            level = Disposition(rule["disposition"])
            st.markdown(f"**{escaped(rule['id'])}** → {level.label}")
            st.markdown(escaped(rule["rationale"]))
            for quote in rule.get("quotes", []):
                st.markdown(f":material/format_quote: {escaped(quote)}")
            st.caption(f"{escaped(source['organisation'])}: {escaped(source['title'])} ({source['year']})")
    explanation = decision.get("explanation") or {}
    for title, key in (("Would be higher if", "raise_if"), ("Would be lower if", "lower_if")):
        if explanation.get(key):
            st.markdown(f"**{title}:** " + "; ".join(escaped(t) for t in explanation[key][:6]))
