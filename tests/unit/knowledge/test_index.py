"""An index is used only when every byte of it is what was written, by this encoder, from these documents."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.embedding import DIMENSION, Encoder
from knowledge.errors import CorpusError, IndexCorrupt, IndexMismatch, IndexMissing, KnowledgeError, SnapshotError
from knowledge.index import KnowledgeIndex
from knowledge.ingest import CORPUS_DIR
from knowledge.snapshot import sha256

FILES = ["manifest.json", "chunks.json", "sources.json", "vectors.faiss"]
DOCUMENT = """---
id: {id}
title: Bee stings
audience: patient
organisation: Org
source_title: Stings
year: 2024
url: https://clinic.example/stings
reviewed_on: 2026-01-01
expires_on: 2028-01-01
sign_off: needs sign-off
---

## At once

{text}
"""


class FakeOtherEncoder(Encoder):
    """The real encoder under another version."""

    @property
    def version(self) -> str:
        return "another-model@000000000000"


class FakeBrokenEncoder(Encoder):
    def encode(self, texts: object) -> NDArray[np.float32]:
        raise KnowledgeError("broken half-way")


@pytest.fixture
def copy(index_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(index_dir, tmp_path / "index"))


def snapshot_of(folder: Path) -> Path:
    return folder / (folder / "CURRENT").read_text().split()[0]


def reseal(folder: Path) -> None:
    """Make manifest and CURRENT agree with the files again, as a careful forger or a mixed-up restore would."""
    directory = snapshot_of(folder)
    manifest = json.loads((directory / "manifest.json").read_text())
    manifest["files"] = {name: sha256((directory / name).read_bytes()) for name in manifest["files"]}
    (directory / "manifest.json").write_text(json.dumps(manifest))
    (folder / "CURRENT").write_text(f"{directory.name} {sha256((directory / 'manifest.json').read_bytes())}\n")


def test_an_untouched_copy_loads(copy: Path, encoder: Encoder) -> None:
    loaded = KnowledgeIndex.load(copy, encoder, CORPUS_DIR)
    assert len(loaded.chunks) == loaded.snapshot.chunks >= 200
    assert len(loaded.snapshot.documents) == len(loaded.sources) >= 60


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("seed", range(5))
def test_flipped_bits_are_refused(copy: Path, encoder: Encoder, name: str, seed: int) -> None:
    path = snapshot_of(copy) / name
    whole = path.read_bytes()
    chance = random.Random(f"{name}{seed}")
    for _ in range(6):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        with pytest.raises(IndexCorrupt, match="Build the index again"):
            KnowledgeIndex.load(copy, encoder)


DAMAGE: list[tuple[str, Callable[[bytes], bytes | None], type[SnapshotError]]] = [
    ("gone", lambda content: None, IndexMissing),
    ("empty", lambda content: b"", IndexCorrupt),
    ("cut short", lambda content: content[: len(content) // 2], IndexCorrupt),
    ("one byte more", lambda content: content + b"\n", IndexCorrupt),
    ("first half twice", lambda content: content[: len(content) // 2] * 2, IndexCorrupt),
    ("reversed", lambda content: content[::-1], IndexCorrupt),
]


@pytest.mark.parametrize("name", [*FILES, "../CURRENT"])
@pytest.mark.parametrize(("what", "damage", "error"), DAMAGE, ids=[row[0] for row in DAMAGE])
def test_damaged_files_are_refused(
    copy: Path, encoder: Encoder, name: str, what: str, damage: Callable[[bytes], bytes | None], error: type[Exception]
) -> None:
    path = snapshot_of(copy) / name
    content = damage(path.read_bytes())
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(error, match="Build the index"):
        KnowledgeIndex.load(copy, encoder)


@pytest.mark.parametrize("content", ["ix-0 x\n", "../../elsewhere " + "0" * 64 + "\n", "ix-" + "0" * 20 + "\n"])
def test_a_pointer_to_elsewhere_is_refused(copy: Path, encoder: Encoder, content: str) -> None:
    (copy / "CURRENT").write_text(content)
    with pytest.raises(IndexCorrupt, match="CURRENT"):
        KnowledgeIndex.load(copy, encoder)


def test_no_index_at_all_is_missing(tmp_path: Path, encoder: Encoder) -> None:
    with pytest.raises(IndexMissing, match="Build the index first"):
        KnowledgeIndex.load(tmp_path / "nowhere", encoder)


def test_another_encoder_is_a_mismatch(copy: Path) -> None:
    with pytest.raises(IndexMismatch, match="another sentence encoder"):
        KnowledgeIndex.load(copy, FakeOtherEncoder())


def test_other_documents_are_a_mismatch(copy: Path, encoder: Encoder, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "bee.md").write_text(DOCUMENT.format(id="bee-stings", text="Scrape it out."))
    with pytest.raises(IndexMismatch, match="other documents"):
        KnowledgeIndex.load(copy, encoder, corpus)


@pytest.mark.parametrize(
    ("name", "change", "error"),
    [
        ("chunks.json", lambda rows: rows[1:], IndexMismatch),
        ("chunks.json", lambda rows: [{"id": "only"}], IndexCorrupt),
        ("sources.json", lambda rows: {}, IndexMismatch),
    ],
)
def test_resealed_files_that_do_not_belong_together_are_refused(
    copy: Path, encoder: Encoder, name: str, change: Callable[[object], object], error: type[Exception]
) -> None:
    path = snapshot_of(copy) / name
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    reseal(copy)
    with pytest.raises(error):
        KnowledgeIndex.load(copy, encoder)


def test_a_resealed_file_that_is_no_faiss_index_is_refused(copy: Path, encoder: Encoder) -> None:
    (snapshot_of(copy) / "vectors.faiss").write_bytes(b"no index")
    reseal(copy)
    with pytest.raises(IndexCorrupt):
        KnowledgeIndex.load(copy, encoder)


def test_a_manifest_of_another_format_is_a_mismatch(copy: Path, encoder: Encoder) -> None:
    path = snapshot_of(copy) / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
    reseal(copy)
    with pytest.raises(IndexMismatch, match="another version"):
        KnowledgeIndex.load(copy, encoder)


def test_same_documents_same_name_and_a_changed_word_another(encoder: Encoder, tmp_path: Path) -> None:
    corpus, out = tmp_path / "corpus", tmp_path / "out"
    corpus.mkdir()
    (corpus / "bee.md").write_text(DOCUMENT.format(id="bee-stings", text="Scrape it out."))
    first, again = (KnowledgeIndex.build(corpus, encoder, out).snapshot_id for _ in range(2))
    (corpus / "bee.md").write_text(DOCUMENT.format(id="bee-stings", text="Scrape it off."))
    changed = KnowledgeIndex.build(corpus, encoder, out).snapshot_id
    assert first == again != changed
    assert KnowledgeIndex.load(out, encoder, corpus).snapshot.snapshot_id == changed


def test_a_build_that_fails_leaves_the_old_index_in_use(encoder: Encoder, tmp_path: Path) -> None:
    corpus, out = tmp_path / "corpus", tmp_path / "out"
    corpus.mkdir()
    (corpus / "bee.md").write_text(DOCUMENT.format(id="bee-stings", text="Scrape it out."))
    snapshot = KnowledgeIndex.build(corpus, encoder, out)
    with pytest.raises(KnowledgeError, match="half-way"):
        KnowledgeIndex.build(corpus, FakeBrokenEncoder(), out)
    (corpus / "bee.md").write_text("no front matter")
    with pytest.raises(CorpusError, match=r"bee\.md"):
        KnowledgeIndex.build(corpus, encoder, out)
    assert KnowledgeIndex.load(out, encoder).snapshot == snapshot


def test_building_again_mends_a_damaged_snapshot(copy: Path, encoder: Encoder) -> None:
    (snapshot_of(copy) / "vectors.faiss").write_bytes(b"")
    with pytest.raises(IndexCorrupt):
        KnowledgeIndex.load_or_build(copy, encoder)
    KnowledgeIndex.build(CORPUS_DIR, encoder, copy)
    assert KnowledgeIndex.load(copy, encoder).chunks
    assert not list(copy.glob(".staging-*"))


def test_a_missing_index_is_built_on_first_use(encoder: Encoder, tmp_path: Path) -> None:
    built = KnowledgeIndex.load_or_build(tmp_path / "new", encoder)
    assert KnowledgeIndex.load(tmp_path / "new", encoder).snapshot == built.snapshot


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf")])
def test_a_vector_without_direction_finds_nothing(index: KnowledgeIndex, value: float) -> None:
    assert index.nearest(np.full(DIMENSION, value, dtype=np.float32), 5) == []


def test_nearest_is_a_cosine_whatever_the_length(index: KnowledgeIndex, encoder: Encoder) -> None:
    vector = encoder.encode([f"{index.chunks[7].heading_line} {index.chunks[7].text}"])[0]
    for scale in (0.01, 1.0, 50.0):
        row, cosine = index.nearest(vector * np.float32(scale), 3)[0]
        assert row == 7
        assert cosine == pytest.approx(1.0, abs=1e-4)
