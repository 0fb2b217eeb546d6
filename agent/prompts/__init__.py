"""Prompts as data: a file each, with name, version and history in its front matter."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import yaml

PROMPTS_DIR = Path(__file__).parent


@dataclass(frozen=True)
class Prompt:
    """A prompt and which one it is; ``sha256`` is over the text the model gets."""

    name: str
    version: str
    text: str
    sha256: str

    @property
    def label(self) -> str:
        """Name@version, as it is recorded with each turn."""
        return f"{self.name}@{self.version}"


def load_prompt(file_name: str, folder: Path = PROMPTS_DIR) -> Prompt:
    """Read one prompt. Raises ValueError for a file without a proper front matter."""
    raw = (folder / file_name).read_text(encoding="utf-8")
    parts = raw.split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise ValueError(f"{file_name}: no front matter")
    head = yaml.safe_load(parts[1])
    text = parts[2].strip()
    return Prompt(str(head["name"]), str(head["version"]), text, hashlib.sha256(text.encode()).hexdigest())
