"""Strict model of the vignettes: our own cases, each with the disposition it should come to and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeVar

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


Case = TypeVar("Case", bound=BaseModel)


def load_cases(root: Path, kind: str, model: type[Case]) -> tuple[Case, ...]:
    """Every case of ``root/kind/*.yaml``, listed there under ``kind``. Raises ContentError naming file and item."""
    found: dict[str, Case] = {}
    for path in sorted((root / kind).glob("*.yaml")):
        for raw in read_yaml(path).get(kind) or ():
            case = build_model(model, raw, path)
            name = str(raw["id"])
            if name in found:
                raise ContentError(f"{path.name}: {name} is defined twice in {kind}")
            found[name] = case
    return tuple(found.values())


def load_vignettes(root: Path = KNOWLEDGE_DIR) -> tuple[Vignette, ...]:
    """Every vignette under ``root``, by file and place. Raises ContentError naming file and item."""
    return load_cases(root, "vignettes", Vignette)
