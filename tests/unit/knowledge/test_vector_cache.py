"""Content vectors survive a restart, damage is noticed, and a patient's words are never written down."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.vector_cache import LEAST_TEXTS, VectorCache

CONTENT = [f"example sentence {n}" for n in range(LEAST_TEXTS)]


class CountingEncoder:
    """Unit vectors by text, and how often it was asked."""

    version = "counting@1"

    def __init__(self) -> None:
        self.calls = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls += 1
        rows = np.array([[hash(t) % 97 + 1.0] * 384 for t in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_a_second_start_encodes_nothing(tmp_path: Path) -> None:
    first, second = CountingEncoder(), CountingEncoder()
    kept = VectorCache(first, tmp_path).encode(CONTENT)
    again = VectorCache(second, tmp_path).encode(CONTENT)
    assert np.array_equal(kept, again)
    assert (first.calls, second.calls) == (1, 0)


def test_short_lists_leave_no_file(tmp_path: Path) -> None:
    VectorCache(CountingEncoder(), tmp_path).encode(CONTENT[:-1])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [b"", b"x" * 40, None], ids=["emptied", "cut", "one bit"])
def test_damage_is_encoded_anew(tmp_path: Path, damage: bytes | None) -> None:
    encoder = CountingEncoder()
    cache = VectorCache(encoder, tmp_path)
    kept = cache.encode(CONTENT)
    (file,) = tmp_path.iterdir()
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(bytes(content) if damage is None else damage)
    assert np.array_equal(cache.encode(CONTENT), kept)
    assert encoder.calls == 2


def test_other_texts_and_encoders_do_not_meet(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    cache = VectorCache(encoder, tmp_path)
    cache.encode(CONTENT)
    cache.encode([*CONTENT[1:], "another"])
    encoder.version = "counting@2"
    cache.encode(CONTENT)
    assert encoder.calls == 3
