"""The encoder: nothing at import, the right files or none, unit vectors in the order asked."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from knowledge.embedding import DIMENSION, FILE_SHA256, Encoder
from knowledge.errors import EncoderUnavailable


def test_importing_the_search_loads_no_model_library() -> None:
    code = (
        "import sys, knowledge.search; sys.exit(bool({'torch', 'faiss', 'sentence_transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_vectors_are_unit_length_and_in_order(encoder: Encoder) -> None:
    texts = ["chest pain", "banana bread", "chest pain", ""]
    vectors = encoder.encode(texts)
    assert vectors.shape == (4, DIMENSION)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors[0], vectors[2])
    assert float(vectors[0] @ encoder.encode(["my chest hurts"])[0]) > float(vectors[1] @ vectors[0]) + 0.3


def test_no_texts_give_no_vectors_and_need_no_model() -> None:
    encoder = Encoder(Path("nowhere"))
    assert encoder.encode([]).shape == (0, DIMENSION)
    assert not encoder.ready


def test_threads_get_their_own_vectors(encoder: Encoder) -> None:
    texts = [f"question number {n} about a cough" for n in range(24)]
    alone = encoder.encode(texts)
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: Encoder.encode(encoder, [text, f"{text} please"])[0], texts))
    assert np.allclose(alone, np.stack(together), atol=1e-5)


@pytest.mark.parametrize("damaged", [None, *FILE_SHA256])
def test_missing_or_foreign_files_are_refused(tmp_path: Path, damaged: str | None) -> None:
    if damaged is not None:
        (tmp_path / damaged).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / damaged).write_bytes(b"{}")
    with pytest.raises(EncoderUnavailable, match="sentence encoder"):
        Encoder(tmp_path).encode(["chest pain"])


def test_known_words_are_whole_words(encoder: Encoder) -> None:
    known = encoder.known_words()
    assert {"pain", "chest", "fever", "ironing"} <= known.keys()
    assert known["the"] < known["chest"] < known["ironing"], "the commonest first"
    assert not {"##ing", "a", "feaver", "[CLS]", "38"} & known.keys()
