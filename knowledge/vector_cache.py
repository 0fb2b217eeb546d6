"""Vectors of whole content lists, kept on disk: example sentences are encoded once per content, not once per start."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import DIMENSION, Encoder

LEAST_TEXTS: Final = 256
"""Shorter calls are a patient's words, never written to disk."""


class VectorCache:
    """An encoder that remembers long lists of content sentences.

    A file is named by the encoder and the texts, and carries the SHA-256 of its numbers: a damaged one is encoded anew.

    Args:
        encoder: What encodes.
        folder: Where the files lie; made when missing.
    """

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self._encoder, self._folder = encoder, folder

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), 384), as Encoder.encode gives them. Raises EncoderUnavailable."""
        if len(texts) < LEAST_TEXTS:
            return self._encoder.encode(texts)
        name = hashlib.sha256("\0".join([self._encoder.version, *texts]).encode()).hexdigest()
        path = self._folder / f"{name}.vectors"
        kept = _read(path, len(texts))
        if kept is not None:
            return kept
        vectors = self._encoder.encode(texts)
        _write(path, vectors)
        return vectors


def _read(path: Path, count: int) -> NDArray[np.float32] | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, numbers = content[:32], content[32:]
    if hashlib.sha256(numbers).digest() != digest or len(numbers) != count * DIMENSION * 4:
        return None
    return np.frombuffer(numbers, dtype=np.float32).reshape(count, DIMENSION).copy()


def _write(path: Path, vectors: NDArray[np.float32]) -> None:
    """Written beside and moved into place. A cache that cannot be written is only slower."""
    numbers = np.ascontiguousarray(vectors, dtype=np.float32).tobytes()
    beside = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside.write_bytes(hashlib.sha256(numbers).digest() + numbers)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
