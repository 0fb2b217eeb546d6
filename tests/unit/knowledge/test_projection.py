"""The learned projection names findings by meaning, survives the disk, and is refused when it is damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge.embedding import Encoder
from knowledge.projection import (
    EVERYDAY,
    PROJECTION_FILE,
    Projection,
    load_everyday,
    load_projection,
    load_wordings,
    training_sentences,
    vocabulary_hash,
)
from knowledge.projection_training import train
from knowledge.schema import Content, ContentError, load_content

PAIRS = [
    ("chest pain", "chest_pain"), ("pain in my chest", "chest_pain"), ("my chest aches", "chest_pain"),
    ("sore throat", "sore_throat"), ("it hurts to swallow", "sore_throat"), ("my throat is raw", "sore_throat"),
]  # fmt: skip
TALK = ["thank you for your help", "can I book for tomorrow", "we went to the beach", "my sister is visiting"]


@pytest.fixture(scope="module")
def trained(encoder: Encoder) -> Projection:
    return train(PAIRS, TALK, encoder.encode)


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content()


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("there is an ache behind my breastbone", "chest_pain"),
        ("swallowing is painful", "sore_throat"),
        ("we drove to the seaside", EVERYDAY),
    ],
)
def test_a_clause_it_has_not_seen_is_named(trained: Projection, encoder: Encoder, text: str, owner: str) -> None:
    names, chances = trained.probabilities(encoder.encode([text]))
    assert names[int(chances[0].argmax())] == owner
    assert chances.sum() == pytest.approx(1.0, abs=1e-4)


def test_the_same_sentences_give_the_same_projection(trained: Projection, encoder: Encoder) -> None:
    again = train(PAIRS, TALK, encoder.encode)
    assert np.allclose(again.weights, trained.weights) and np.allclose(again.prototypes, trained.prototypes)


def test_it_survives_the_disk(trained: Projection, encoder: Encoder, tmp_path: Path) -> None:
    trained.save(tmp_path / "p.npz")
    vector = encoder.encode(["my chest hurts"])
    assert load_projection(tmp_path / "p.npz").probabilities(vector)[1] == pytest.approx(
        trained.probabilities(vector)[1], abs=0.02
    )


@pytest.mark.parametrize("damage", [b"", b"not a projection", None])
def test_a_missing_or_damaged_file_is_refused(tmp_path: Path, damage: bytes | None) -> None:
    path = tmp_path / "p.npz"
    if damage is not None:
        path.write_bytes(damage)
    with pytest.raises(ContentError, match="projection_training"):
        load_projection(path)


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.npz"
    path.write_bytes(PROJECTION_FILE.read_bytes()[:20_000])
    with pytest.raises(ContentError):
        load_projection(path)


def test_the_file_belongs_to_the_vocabulary(content: Content) -> None:
    """After a change of phrases, examples or wordings: python -m knowledge.projection_training."""
    assert load_projection().vocabulary == vocabulary_hash(training_sentences(content.findings), load_everyday())


def test_a_wording_of_no_finding_is_refused(content: Content, tmp_path: Path) -> None:
    (tmp_path / "part.yaml").write_text("no_such_finding: [a clause]\n", encoding="utf-8")
    with pytest.raises(ContentError, match="no_such_finding"):
        load_wordings(content.findings, tmp_path)
