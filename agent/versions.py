"""Which code, content and models answer: names and hashes for the record."""

from __future__ import annotations

import hashlib
from pathlib import Path

CODE_VERSION = "0.1.0"
ROOT = Path(__file__).resolve().parent.parent


def code_hash(root: Path = ROOT) -> str:
    """SHA-256 over the program's own Python files, so that a changed line is a changed version."""
    digest = hashlib.sha256()
    for package in ("agent", "knowledge", "data"):
        for path in sorted((root / package).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
