"""A nurse's edits: changed and new lines carry her name, untouched ones keep their origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.par.schema import SECTIONS, Par
from knowledge.levels import Disposition


def edit_par(
    par: Mapping[str, Any], texts: Mapping[str, Sequence[str]], account_id: str, level: Disposition
) -> dict[str, Any]:
    """The report with a section's lines set to ``texts[section]``; blank lines are dropped.

    ``level`` is the case's level now. Raises ValueError for a section that does not exist, and pydantic's
    ValidationError for a line that is too long.
    """
    edited = dict(par)
    for section, lines in texts.items():
        if section not in SECTIONS:
            raise ValueError(f"no section called {section}")
        known = {line["text"]: line for line in par.get(section, ())}
        edited[section] = [
            known.get(text.strip()) or {"text": text.strip(), "origin": {"kind": "nurse", "account_id": account_id}}
            for text in lines
            if text.strip()
        ]
    edited |= {"disposition": level.value, "risk": level.risk.value, "triage_priority": level.priority.value}
    return Par.model_validate(edited).model_dump(mode="json")
