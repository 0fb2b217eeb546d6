"""The part of intake about health: what the record does not say yet."""

from __future__ import annotations

from typing import Any

import streamlit as st

from data.records import Patient
from pages.components.plain import escaped

PREGNANT = {"no": "No", "yes": "Yes, pregnant", "birth": "Gave birth in the last six weeks", "unknown": "Not sure"}
BORE_A_CHILD = "gave birth in the last six weeks"
MAY_BE_PREGNANT = (10, 60)
"""Ages in years between which the question is asked of anyone not recorded as male."""


def show(sex: str | None, age: float | None, *, about_self: bool, known: Patient | None) -> dict[str, Any] | None:
    """The answers as intake entries once the form is sent. What is left open stays unknown, never "no"."""
    with st.form("intake_health", border=True):
        if known:
            _on_record(known)
            with st.expander("Something has changed? Add it here", icon=":material/edit:"):
                lists = _lists()
        else:
            lists = _lists()
        pregnant = _pregnancy(about_self) if _may_be_pregnant(sex, age) else None
        st.caption(":material/lock: A nurse reads what you write. It stays in the clinic's own record.")
        sent = st.form_submit_button("Go to the chat", type="primary", icon=":material/forum:", width="stretch")
    if not sent:
        return None
    if pregnant == "birth":
        lists["conditions"].append(BORE_A_CHILD)
    answer = {"yes": True, "no": False, "birth": False}.get(pregnant or "")
    return lists if answer is None else lists | {"pregnant": answer}


def _on_record(patient: Patient) -> None:
    lines = []
    for name, words in (("conditions", "Illnesses"), ("medicines", "Medicines"), ("allergies", "Allergies")):
        entries = (e for e in patient.chart.get(name, ()) if e.get("status", "active") == "active")
        listed = ", ".join(str(e.get("label") or "") for e in entries)
        lines.append(f"- {words}: **{escaped(listed)}**" if listed else f"- {words}: none listed")
    st.markdown("Your record says:\n" + "\n".join(lines))


def _lists() -> dict[str, Any]:
    return {
        "allergies": _list("Allergies", "For example penicillin, peanuts", "intake_allergies"),
        "medicines": _list("Medicines taken now", "Also those from the pharmacy", "intake_medicines"),
        "conditions": _list("Illnesses", "For example asthma, diabetes", "intake_conditions"),
    }


def _list(label: str, example: str, key: str) -> list[str]:
    text = st.text_input(label, key=key, max_chars=600, placeholder=f"{example}. Separate with commas.")
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def _pregnancy(about_self: bool) -> str | None:
    question = "Are you pregnant, or did you give birth lately?" if about_self else "Are they pregnant, or gave birth?"
    return st.radio(
        question, list(PREGNANT), index=None, format_func=PREGNANT.__getitem__, horizontal=True, key="intake_pregnant"
    )


def _may_be_pregnant(sex: str | None, age: float | None) -> bool:
    youngest, oldest = MAY_BE_PREGNANT
    return sex != "male" and (age is None or youngest <= age <= oldest)
