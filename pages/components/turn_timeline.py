"""One turn as it went: what was said, what ran, what was found, what was decided, and by which versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from data.records import Account, Interaction, Records
from knowledge.levels import Disposition
from pages.components import audit_filters, evidence, risk_badge, staff_clock, transcript
from pages.components.plain import escaped

_TOOLS = {
    "triage_and_risk_flagging": "Rated the urgency",
    "retrieve_knowledge_base": "Searched the guidelines",
    "ehr_lookup": "Read the chart summary",
    "commodity_orders_and_fulfillment": "Supplies",
    "pharmacy_orders_and_fulfillment": "Pharmacy",
    "referrals_and_scheduling": "Appointments",
    "database_query": "Read the patient's own records",
}
_ICONS = {True: ":material/check_circle: present", False: ":material/cancel: denied", None: ":material/help: not known"}


def show(records: Records, sessions: Sequence[str], account: Account) -> None:
    """Pick a conversation and a turn of it, and read it from top to bottom."""
    if not sessions:
        st.info("No conversation is among these events. Change the filters above.", icon=":material/search_off:")
        return
    names = audit_filters.conversations(records)
    session_id = st.selectbox(
        "Conversation to read", list(sessions), format_func=lambda s: names.get(s, s), key="timeline_session"
    )
    turns = records.interactions.turns(session_id)
    if not turns:
        st.caption("Nobody has written in this conversation yet.")
        return
    _note_reader(records, session_id, account)
    by_number = {turn.number: turn for turn in turns}
    number = st.selectbox(
        "Turn", list(by_number), format_func=lambda n: _title(by_number[n]), key=f"turn_of_{session_id}"
    )
    turn = by_number[number]
    messages = [m for m in records.interactions.transcript(session_id) if m.turn_id == turn.turn_id]
    with st.container(key="timeline"):
        said, decided = st.columns([3, 2], gap="medium")
        with said:
            st.subheader("What was said", anchor=False)
            transcript.show(messages, names={"patient": "Patient"})
        with decided:
            _decision(turn)
        _findings(turn)
        _tools(turn)
        st.subheader("Guideline passages", anchor=False)
        evidence.show_passages(turn.passages)
        _verdicts(turn)
        _versions(turn)
        _latency(turn)
        with st.expander("The record itself", icon=":material/data_object:"):
            st.json({"decision": turn.decision, "tools": turn.tools, "verdicts": turn.verdicts}, expanded=1)


def _title(turn: Interaction) -> str:
    words = " ".join(turn.user_text.split())[:60]
    return f"{turn.number} · {staff_clock.clock_time(turn.started_at, seconds=True)} · {words}"


def _decision(turn: Interaction) -> None:
    st.subheader("What was decided", anchor=False)
    decision = turn.decision
    if not decision.get("final"):
        st.info("This turn holds no decision.", icon=":material/help:")
        return
    risk_badge.show(Disposition(decision["final"]))
    summary = (decision.get("explanation") or {}).get("summary")
    if summary:
        st.markdown(escaped(summary))
    found = decision.get("disposition")
    if found and found != decision["final"]:
        st.markdown(f"The engine alone said {Disposition(found).label}; the higher level of an earlier turn holds.")
    screen = decision.get("screen") or {}
    crisis = screen.get("crisis", "not run")
    st.markdown(
        f"Self-harm screen: **{escaped(str(crisis))}** · Instruction marks: **{_yes(screen.get('injection'))}**"
    )
    if turn.error:
        st.error(f"Error: {turn.error.replace('_', ' ')}", icon=":material/error:")
    evidence.show_rules(decision)


def _findings(turn: Interaction) -> None:
    st.subheader("What was found", anchor=False)
    if not turn.findings:
        st.caption("Nothing was recognised.")
        return
    rows = [
        {
            "Finding": str(finding["label"]),
            "State": _ICONS[finding["present"]],
            "Words": escaped(str(finding.get("quote") or "")),
            "From": f"{finding['origin']}, {finding['match']}",
        }
        for finding in turn.findings
    ]
    st.table(pd.DataFrame(rows), hide_index=True, alt="Findings of the turn")


def _tools(turn: Interaction) -> None:
    st.subheader("What ran", anchor=False)
    if not turn.tools:
        st.caption("No tool ran.")
    for place, call in enumerate(turn.tools):
        icon = ":material/check:" if call.get("ok", True) else ":material/close:"
        name = _TOOLS.get(call["name"], call["name"])
        with st.expander(f"{name} · {float(call.get('ms', 0)):.0f} ms", icon=icon, key=f"tool_{turn.turn_id}_{place}"):
            st.caption(f"{call['name']}; asked with:")
            st.json(call["args"], expanded=True)
            st.caption("It answered:")
            st.json(call["result"], expanded=1)


def _verdicts(turn: Interaction) -> None:
    st.subheader("Safety check", anchor=False)
    if not turn.verdicts:
        st.caption(":material/verified_user: No sentence was withheld.")
    for verdict in turn.verdicts:
        rules = ", ".join(str(v.get("rule")) for v in verdict.get("violations", ()))
        st.markdown(f":material/shield_person: Withheld ({escaped(rules)}): “{escaped(str(verdict.get('sentence')))}”")


def _versions(turn: Interaction) -> None:
    st.subheader("By which versions", anchor=False)
    rows = [{"Part": name.replace("_", " "), "Version": str(v)} for name, v in turn.versions.items() if v is not None]
    with st.expander(f"Model {turn.model or 'none'} and {len(rows)} parts", icon=":material/tag:"):
        st.table(pd.DataFrame(rows), hide_index=True, alt="Versions of everything that shaped the turn")


def _latency(turn: Interaction) -> None:
    steps: Mapping[str, Any] = {k: v for k, v in turn.latency_ms.items() if k != "total"}
    if not steps:
        return
    st.subheader("How long it took", anchor=False)
    words = ", ".join(f"{name} {float(ms):.0f}" for name, ms in steps.items())
    st.caption(f"{float(turn.latency_ms.get('total', sum(steps.values()))):.0f} ms in all: {words}.")
    frame = pd.DataFrame({"step": list(steps), "milliseconds": [round(float(ms), 1) for ms in steps.values()]})
    bars = (
        alt.Chart(frame)
        .mark_bar()
        .encode(x="milliseconds:Q", y=alt.Y("step:N", sort=None, title=None), tooltip=list(frame))
    )
    st.altair_chart(bars.properties(height=24 * len(steps) + 40), width="stretch")


def _note_reader(records: Records, session_id: str, account: Account) -> None:
    if st.session_state.get("conversation_read") == session_id:
        return
    st.session_state["conversation_read"] = session_id
    patient_id = records.interactions.session(session_id).patient_id
    records.audit.append(
        "conversation.viewed", session_id=session_id, patient_id=patient_id, actor=account.account_id, payload={}
    )


def _yes(value: object) -> str:
    return "found" if value else "none"
