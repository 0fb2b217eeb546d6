"""Strict model of the simulated patients: how each begins, what each would answer, and the level it should come to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge.levels import Disposition
from knowledge.schema import KNOWLEDGE_DIR
from knowledge.schema_vignettes import Half, load_cases

Text = Annotated[str, Field(min_length=1)]
_STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class KnownAnswer(BaseModel):
    """One thing a nurse could ask, and this patient's answer."""

    model_config = _STRICT

    ask: Text
    say: Text


class Unasked(BaseModel):
    """Words said together with the nth answer: something volunteered, or something taken back."""

    model_config = _STRICT

    after: Annotated[int, Field(ge=1, le=8)]
    say: Text


class Interview(BaseModel):
    """A simulated patient's hidden sheet. Age in years; ``otherwise`` answers what no fact covers."""

    model_config = _STRICT

    id: Annotated[str, Field(pattern=r"^i-[a-z]+-\d{2}$")]
    half: Half
    manner: Literal["plain", "minimises", "unsure", "contradicts"]
    age: Annotated[float, Field(ge=0, le=120)] | None
    sex: Literal["female", "male"] | None
    pregnant: bool | None
    opening: Text
    facts: tuple[KnownAnswer, ...]
    volunteers: tuple[Unasked, ...] = ()
    changes: tuple[Unasked, ...] = ()
    otherwise: Text = "no"
    disposition: Disposition
    must_come_out: tuple[str, ...] = ()
    rationale: Text
    source: Text


def load_interviews(root: Path = KNOWLEDGE_DIR) -> tuple[Interview, ...]:
    """Every simulated patient under ``root``, by file and place. Raises ContentError naming file and item."""
    return load_cases(root, "interviews", Interview)
