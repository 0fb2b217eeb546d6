"""Strict model of the vignettes: our own cases, each with the disposition it should come to and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge.levels import Disposition
from knowledge.schema import KNOWLEDGE_DIR, ContentError, build_model, read_yaml

Half = Literal["tuned", "blind"]
"""``tuned`` cases may be looked at while rules are written; of ``blind`` ones only totals are ever read."""


class Vignette(BaseModel):
    """One case. Age in years; ``pregnant`` None when it does not apply or is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: Annotated[str, Field(pattern=r"^v-[a-z]+-\d{3}$")]
    half: Half
    voice: Literal[
        "terse", "rambling", "frightened", "minimising", "misspelt", "for_child", "for_partner", "non_native",
        "clinician_shorthand", "case_summary", "transcript",
    ]  # fmt: skip
    text: Annotated[str, Field(min_length=1)]
    age: Annotated[float, Field(ge=0, le=120)] | None
    sex: Literal["female", "male"] | None
    pregnant: bool | None
    disposition: Disposition
    present: tuple[str, ...]
    rationale: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]


def load_vignettes(root: Path = KNOWLEDGE_DIR) -> tuple[Vignette, ...]:
    """Every vignette under ``root``, by file and place. Raises ContentError naming file and item."""
    found: dict[str, Vignette] = {}
    for path in sorted((root / "vignettes").glob("*.yaml")):
        for raw in read_yaml(path).get("vignettes") or ():
            vignette = build_model(Vignette, raw, path)
            if vignette.id in found:
                raise ContentError(f"{path.name}: vignette {vignette.id} is defined twice")
            found[vignette.id] = vignette
    return tuple(found.values())
