"""What a case's level rests on: the rules that fired, in the patient's words, and the guideline passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from knowledge.levels import Disposition
from pages.components import risk_badge
from pages.components.plain import escaped


def show_rules(decision: Mapping[str, Any]) -> None:
    """Each rule that fired, worst first: level, rationale, quotes, source."""
    rules = decision.get("rules") or ()
    if not rules:
        st.info(
            "No rule fired: the complaint's usual level applies, or it was not understood well enough.",
            icon=":material/rule:",
        )
    for rule in rules:
        with st.container(border=True, gap="xsmall"):
            risk_badge.show(Disposition(rule["disposition"]))
            st.markdown(f"**{escaped(rule.get('flag') or rule['rationale'])}**")
            if rule.get("flag"):
                st.markdown(escaped(rule["rationale"]))
            for quote in rule.get("quotes", ()):
                st.markdown(f":material/person: “{escaped(quote)}”")
            st.caption(f":material/rule: rule {escaped(rule['id'])} · {_source(rule['source'])}")
    unmatched = decision.get("unmatched") or ()
    if unmatched:
        st.markdown("##### Not understood")
        st.markdown("\n".join(f"- “{escaped(' '.join(clause.split()))}”" for clause in unmatched))
    raise_if = decision.get("explanation", {}).get("raise_if") or ()
    if raise_if:
        st.markdown("##### What would raise the level")
        st.markdown("\n".join(f"- {escaped(words)}" for words in raise_if))


def show_passages(passages: Sequence[Mapping[str, Any]]) -> None:
    """Guideline passages with how well they matched."""
    if not passages:
        st.caption("No guideline passage was used.")
    for passage in passages:
        section = f" · {escaped(passage['section'])}" if passage.get("section") else ""
        with st.container(border=True, gap="xsmall"):
            st.markdown(f":material/menu_book: **{escaped(passage['title'])}**{section}")
            st.markdown(escaped(passage.get("text") or passage["snippet"]))
            st.caption(f"{escaped(passage['source'])} · match {float(passage['score']):.2f} · {escaped(passage['id'])}")


def show_facts(decision: Mapping[str, Any]) -> None:
    """What the engine took into account beside the words: age, sex, chart."""
    facts = decision.get("facts") or {}
    parts = [_age(facts.get("age_years")), facts.get("sex") or ""]
    parts += [
        f"{name}: {', '.join(facts[name])}" for name in ("conditions", "medicines", "allergies") if facts.get(name)
    ]
    if any(parts):
        st.caption(f":material/folder_shared: {escaped('; '.join(p for p in parts if p))}")


def _age(years: float | None) -> str:
    if years is None:
        return ""
    return f"{int(years)} years" if years >= 2 else f"{int(years * 12)} months"


def _source(source: Mapping[str, Any]) -> str:
    words = escaped(f"{source['organisation']}: {source['title']} ({source['year']})")
    return f"[{words}]({source['url']})" if str(source.get("url", "")).startswith("https://") else words
