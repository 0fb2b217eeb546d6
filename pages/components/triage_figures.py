"""How well the triage engine does on cases of our own: the figures of the last kept evaluation, drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from knowledge.evaluation_file import load_evaluation
from knowledge.levels import Disposition
from knowledge.schema import ContentError

HALVES = {"blind": "Blind half", "tuned": "Open half"}
_SHARES = {
    "collapsed": "Right (emergency, clinician, self-care)",
    "emergency_sensitivity": "Emergencies found",
    "under_triage": "Rated too low",
    "over_triage": "Rated too high",
}
_LEVELS = [d for d in Disposition if d is not Disposition.UNABLE_TO_ASSESS]


def show(pack_hash: str) -> None:
    """Charts over the vignettes and the simulated interviews, and whether they belong to the pack in use."""
    st.subheader("Triage quality", anchor=False)
    try:
        kept = load_evaluation()
    except ContentError as error:
        st.warning(f"No figures are kept. {error}", icon=":material/query_stats:")
        return
    figures = kept["figures"]
    st.caption(
        f"Measured on {kept['measured_on']} with protocol pack {kept['protocol_pack_hash'][:12]}, on cases of our own. "
        "The blind half was never read while rules were written; the open half was."
    )
    if kept["protocol_pack_hash"] != pack_hash:
        st.warning(
            "The protocols have changed since. Measure again: `python -m agent.triage evaluate --save`.",
            icon=":material/sync_problem:",
        )
    _headlines(figures)
    half = st.segmented_control(
        "Cases", list(HALVES), format_func=HALVES.__getitem__, default="blind", key="figures_half"
    )
    if half:
        _by_level(figures[half])
        _bars("Right by age", figures[half]["by_age"])
        _confusion(figures[half]["confusion"])
    _interviews(figures["interviews"])


def _headlines(figures: Mapping[str, Any]) -> None:
    rows = [
        {"Figure": title, **{HALVES[half]: _percent(figures[half][name]) for half in HALVES}}
        for name, title in _SHARES.items()
    ]
    rows.append({"Figure": "Cases", **{HALVES[half]: str(figures[half]["exact"]["cases"]) for half in HALVES}})
    st.table(pd.DataFrame(rows), hide_index=True, alt="Triage figures on the blind and the open half")


def _interviews(halves: Mapping[str, Any]) -> None:
    st.markdown("**Simulated interviews**")
    rows = [
        {
            "Cases": HALVES[half],
            "Patients": str(halves[half]["exact"]["cases"]),
            "Right": _percent(halves[half]["collapsed"]),
            "Emergencies found": _percent(halves[half]["emergency_sensitivity"]),
            "Questions (median)": f"{halves[half]['median_questions']:g}",
        }
        for half in HALVES
    ]
    st.table(pd.DataFrame(rows), hide_index=True, alt="Figures of the simulated interviews")


def _by_level(half: Mapping[str, Any]) -> None:
    shares = {d.label: half["by_disposition"][d.value] for d in _LEVELS}
    _bars("Exactly right by level", shares)


def _bars(title: str, shares: Mapping[str, Mapping[str, Any]]) -> None:
    told = {name: share for name, share in shares.items() if share["cases"]}
    frame = pd.DataFrame(
        {
            "group": [f"{name} ({share['cases']})" for name, share in told.items()],
            "percent": [share["percent"] for share in told.values()],
        }
    )
    st.markdown(f"**{title}**, percent (cases)")
    bars = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("percent:Q", scale=alt.Scale(domain=[0, 100]), title=None),
            y=alt.Y("group:N", sort=None, title=None, axis=alt.Axis(labelLimit=260)),
            tooltip=["group", "percent"],
        )
    )
    st.altair_chart(bars.properties(height=26 * len(frame) + 30), width="stretch")


def _confusion(confusion: Mapping[str, Mapping[str, int]]) -> None:
    rows = [
        {"Should be": Disposition(wanted).label, **{Disposition(given).label: n for given, n in row.items()}}
        for wanted, row in confusion.items()
        if any(row.values())
    ]
    with st.expander("Every level against every other", icon=":material/grid_on:"):
        st.table(pd.DataFrame(rows), hide_index=True, alt="Cases by the level they should have and were given")


def _percent(share: Mapping[str, Any]) -> str:
    return "–" if share["percent"] is None else f"{share['percent']:.1f} %"
