"""One spelling for every value, so that equal things hash equal."""

from __future__ import annotations

import hashlib
import json


def canonical_json(value: object) -> str:
    """JSON with sorted keys, no spaces and readable letters.

    Raises:
        TypeError: the value holds something that is not JSON.
        ValueError: the value holds NaN or infinity.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return storable(text)


def storable(text: str) -> str:
    """The text with lone surrogates replaced, which UTF-8 and hence SQLite cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def sha256_hex(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes; undecodable bytes read from a damaged file count as they are."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
