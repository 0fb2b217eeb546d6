"""What happened to a case, in order: who took it, changed its level, edited and signed, and what the report became."""

from __future__ import annotations

import streamlit as st

from data.records import REASON_CODES, Case, ParVersion, Records, Review
from knowledge.levels import Disposition
from pages.components import people, staff_clock
from pages.components.plain import escaped

_KINDS = {"claimed": "took the case", "drafted": "edited the report", "signed": "signed the report"}
_VERSIONS = {"generated": "Written by the software", "draft": "Edited", "final": "Signed"}


def show(records: Records, case: Case) -> None:
    """Acts of nurses, then every version of the report with what changed in it."""
    st.markdown("##### What nurses did")
    reviews = records.cases.reviews(case.case_id)
    st.markdown("\n".join(f"- {_act(records, review)}" for review in reviews) or "Nothing yet.")
    st.markdown("##### Versions of the report")
    versions = records.cases.par_versions(case.case_id)
    st.markdown("\n".join(f"- {_version(records, version)}" for version in versions) or "None yet.")


def _act(records: Records, review: Review) -> str:
    who = escaped(people.staff_name(records, review.account_id))
    time = staff_clock.clock_time(review.at)
    if review.kind != "overridden":
        return f"{time} **{who}** {_KINDS.get(review.kind, review.kind)}"
    before, after = (
        Disposition(d or "unable_to_assess").label for d in (review.from_disposition, review.to_disposition)
    )
    reason = REASON_CODES.get(review.reason_code or "", review.reason_code or "")
    comment = escaped(" ".join((review.comment or "").split()))
    return f"{time} **{who}** changed the level from {before} to **{after}**. {escaped(reason)}: “{comment}”"


def _version(records: Records, version: ParVersion) -> str:
    who = f" by {escaped(people.staff_name(records, version.account_id))}" if version.account_id else ""
    lines = sorted({_place(change["path"]) for change in version.diff if not change["path"].startswith("provenance")})
    changed = f", differs from the software's in: {escaped(', '.join(lines))}" if lines and version.account_id else ""
    return (
        f"{staff_clock.clock_time(version.at, seconds=True)} {_VERSIONS.get(version.kind, version.kind)}{who}{changed}"
    )


def _place(path: str) -> str:
    return path.split("[")[0].split(".")[0].replace("_", " ")
