"""The figures of the last kept evaluation of the triage engine, and the protocol pack they belong to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from knowledge.schema import KNOWLEDGE_DIR, ContentError

EVALUATION_FILE: Final = KNOWLEDGE_DIR / "vignettes" / "_evaluation.json"


def save_evaluation(figures: dict[str, Any], pack_hash: str, measured_on: str, path: Path = EVALUATION_FILE) -> None:
    """Keep the figures with the protocol pack's hash and the ISO date of the run."""
    kept = {"measured_on": measured_on, "protocol_pack_hash": pack_hash, "figures": figures}
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def load_evaluation(path: Path = EVALUATION_FILE) -> dict[str, Any]:
    """``measured_on``, ``protocol_pack_hash`` and ``figures``. Raises ContentError when there is none to read."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {name: kept[name] for name in ("measured_on", "protocol_pack_hash", "figures")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ContentError(
            f"{path.name}: missing or damaged; make it with python -m agent.triage evaluate --save"
        ) from error
