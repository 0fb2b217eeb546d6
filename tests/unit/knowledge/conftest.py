"""The real encoder and an index of the real corpus, built once for the tests of this folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.embedding import Encoder
from knowledge.index import KnowledgeIndex
from knowledge.ingest import CORPUS_DIR
from knowledge.search import Searcher

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture(scope="session")
def index_dir(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    KnowledgeIndex.build(CORPUS_DIR, encoder, folder)
    return folder


@pytest.fixture(scope="session")
def index(index_dir: Path, encoder: Encoder) -> KnowledgeIndex:
    return KnowledgeIndex.load(index_dir, encoder, CORPUS_DIR)


@pytest.fixture(scope="session")
def searcher(index: KnowledgeIndex, encoder: Encoder) -> Searcher:
    return Searcher(index, encoder, today=lambda: TODAY)
