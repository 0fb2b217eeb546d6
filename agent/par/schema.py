"""The report's shape. Strict: an unknown key, a missing origin or a wrong kind is no report."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge.levels import Disposition, Priority, Risk

DISCLAIMER = (
    "Preliminary, written by software from the conversation. Not a diagnosis and not a medical device. "
    "A nurse reviews and signs it before anyone relies on it."
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class PatientOrigin(_Strict):
    """The patient's own words: ``quote`` stands letter for letter in a message of ``turn``."""

    kind: Literal["patient"] = "patient"
    turn: int = Field(ge=0)
    quote: str = Field(min_length=1, max_length=600)


class ChartOrigin(_Strict):
    """An item of the chart summary or the intake form."""

    kind: Literal["chart"] = "chart"
    item: str = Field(min_length=1, max_length=200)


class GuidelineOrigin(_Strict):
    """A passage that was retrieved in this session."""

    kind: Literal["guideline"] = "guideline"
    passage_id: str


class RuleOrigin(_Strict):
    """A rule or question of the protocol pack."""

    kind: Literal["rule"] = "rule"
    id: str


class RecordOrigin(_Strict):
    """Something the system itself recorded: a receipt, a task or a turn."""

    kind: Literal["record"] = "record"
    id: str


class InferenceOrigin(_Strict):
    """A conclusion; ``basis`` says from what."""

    kind: Literal["inference"] = "inference"
    basis: str = Field(min_length=3, max_length=300)


class NurseOrigin(_Strict):
    """A line a nurse wrote or changed."""

    kind: Literal["nurse"] = "nurse"
    account_id: str


Origin = Annotated[
    PatientOrigin | ChartOrigin | GuidelineOrigin | RuleOrigin | RecordOrigin | InferenceOrigin | NurseOrigin,
    Field(discriminator="kind"),
]


class Line(_Strict):
    """One statement with where it comes from."""

    text: str = Field(min_length=1, max_length=400)
    origin: Origin


class RetrievedDoc(_Strict):
    """A guideline passage that was in front of the model."""

    id: str
    score: float
    snippet: str
    title: str = ""
    source: str = ""


class WrittenLines(_Strict):
    """What a model may write; everything else is set by code."""

    primary_concern: Line
    key_findings: tuple[Line, ...] = Field(max_length=20)
    pertinent_negatives: tuple[Line, ...] = Field((), max_length=20)
    not_asked_or_unknown: tuple[Line, ...] = Field((), max_length=20)
    conflicts: tuple[Line, ...] = Field((), max_length=10)
    recommended_actions: tuple[Line, ...] = Field((), max_length=10)


class Par(WrittenLines):
    """The whole report."""

    triage_priority: Priority
    disposition: Disposition
    risk: Risk
    red_flags: tuple[Line, ...] = ()
    retrieved_docs: tuple[RetrievedDoc, ...] = ()
    actions_taken: tuple[Line, ...] = ()
    safety_events: tuple[Line, ...] = ()
    disclaimer: str = DISCLAIMER
    provenance: dict[str, Any]


SECTIONS = (
    "red_flags",
    "not_asked_or_unknown",
    "conflicts",
    "key_findings",
    "pertinent_negatives",
    "recommended_actions",
    "actions_taken",
    "safety_events",
)
"""Lists of lines in the order a nurse reads them."""
