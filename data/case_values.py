"""The plain values of the nurse's queue: case, review, report version, task. Moments are ISO-8601 UTC text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from data.store import Row

REASON_CODES = {
    "more_information": "More information from the patient or a relative",
    "examined": "Seen or spoken to by a clinician",
    "known_condition": "Explained by a known condition or care plan",
    "engine_misread": "The words were misunderstood",
    "clinical_judgement": "Clinical judgement",
    "other": "Another reason (see the comment)",
}
"""Why a nurse may set another level; the comment says the rest."""


@dataclass(frozen=True)
class Case:
    """A session in the nurse's queue. `status` new, claimed or signed; `version` goes up with every change."""

    case_id: str
    session_id: str
    patient_id: str | None
    patient_name: str
    disposition: str
    risk: str
    priority: str
    status: str
    primary_concern: str
    waiting_since: str
    due_at: str | None
    claimed_by: str | None
    version: int
    par_draft: dict[str, Any] | None
    par_final: dict[str, Any] | None
    signed_by: str | None
    signed_at: str | None


@dataclass(frozen=True)
class Review:
    """One thing a nurse did to a case: `kind` claimed, overridden, drafted or signed."""

    review_id: str
    case_id: str
    account_id: str
    kind: str
    from_disposition: str | None
    to_disposition: str | None
    reason_code: str | None
    comment: str | None
    case_version: int
    at: str


@dataclass(frozen=True)
class ParVersion:
    """A report as it was: `kind` generated, draft or final; `diff` from the newest generated one before it."""

    par_id: str
    case_id: str
    kind: str
    account_id: str | None
    case_version: int
    par: dict[str, Any]
    diff: list[dict[str, Any]]
    at: str


@dataclass(frozen=True)
class Task:
    """Something a nurse must look at. `alerts` counts how often staff were reminded."""

    task_id: str
    session_id: str
    turn_id: str | None
    kind: str
    text: str
    risk: str
    status: str
    alerts: int
    created_at: str
    acknowledged_by: str | None
    acknowledged_at: str | None


def case_from_row(row: Row) -> Case:
    """The case a joined database row holds."""
    reports = {name: json.loads(row[name]) if row[name] else None for name in ("par_draft", "par_final")}
    return Case(**(row | reports))


def par_version_from_row(row: Row) -> ParVersion:
    """The report version a database row holds."""
    return ParVersion(**(row | {"par": json.loads(row["par"]), "diff": json.loads(row["diff"])}))
