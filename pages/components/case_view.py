"""The rest of a case: report, conversation, evidence, history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from agent.par.export import as_text
from data.records import Case, Records
from pages.components import case_head, case_history, evidence, par_view, transcript


def show(records: Records, case: Case) -> None:
    """Four tabs, the report first."""
    report, talk, why, history = st.tabs(
        [
            ":material/description: Report",
            ":material/forum: Conversation",
            ":material/rule: Evidence",
            ":material/history: History",
        ]
    )
    par = case_head.shown_report(case)
    decision = case_head.latest_decision(records, case.session_id)
    with report:
        if par is None:
            st.error("The report could not be written. Read the conversation.", icon=":material/error:")
        else:
            par_view.show_body(par)
            _take_along(par)
    with talk:
        messages = records.interactions.transcript(case.session_id)
        transcript.show(messages, names={"patient": case.patient_name or "Patient"})
    with why:
        evidence.show_facts(decision)
        evidence.show_rules(decision)
        st.markdown("##### Guideline passages")
        evidence.show_passages((par or {}).get("retrieved_docs") or ())
    with history:
        case_history.show(records, case)


def _take_along(par: Mapping[str, Any]) -> None:
    with st.expander("Copy, export and versions", icon=":material/content_copy:"):
        st.code(as_text(par), language=None, wrap_lines=True)
        with st.container(horizontal=True):
            st.download_button(
                "Report as text",
                as_text(par),
                "report.txt",
                "text/plain",
                icon=":material/download:",
                on_click="ignore",
            )
            st.download_button(
                "Report as JSON",
                json.dumps(par, ensure_ascii=False, indent=1),
                "report.json",
                "application/json",
                icon=":material/download:",
                on_click="ignore",
            )
        provenance = par["provenance"]
        st.table({"Version": {k.replace("_", " "): str(v) for k, v in provenance.items() if v is not None}})
