"""The clinic's guidelines in use: built when missing or spoilt, searched when whole, honest when neither works."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import structlog

from knowledge.embedding import Encoder
from knowledge.errors import IndexMissing, KnowledgeError, SnapshotError
from knowledge.index import KnowledgeIndex
from knowledge.search import Passage, Searcher

log = structlog.get_logger(__name__)


class ClinicLibrary:
    """One loaded snapshot at a time; ``rebuild`` swaps it under live traffic."""

    def __init__(self, corpus_dir: Path, index_dir: Path, encoder: Encoder, today: Callable[[], date]) -> None:
        self._corpus_dir, self._index_dir, self._encoder, self._today = corpus_dir, index_dir, encoder, today
        self._searcher: Searcher | None = None
        self._swap = threading.Lock()
        self.snapshot_id = "none"
        self.problem: str | None = None

    def load(self) -> None:
        """Load the current snapshot; build one where there is none, and anew where it cannot be trusted.

        A second failure is kept as ``problem``: searches then raise, and nothing is claimed from guidelines.
        """
        try:
            self._use(KnowledgeIndex.load(self._index_dir, self._encoder, self._corpus_dir))
        except SnapshotError as error:
            if not isinstance(error, IndexMissing):
                log.error("index_refused", kind=type(error).__name__)
            try:
                self.rebuild()
            except (KnowledgeError, OSError) as failure:
                self.problem = str(failure)
                log.error("index_not_built", kind=type(failure).__name__)

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> str:
        """Build a new snapshot from the corpus, load it and swap it in; returns its id. Raises KnowledgeError.

        ``progress`` is called with passages encoded so far and passages in all.
        """
        with self._swap:
            KnowledgeIndex.build(self._corpus_dir, self._encoder, self._index_dir, progress)
            self._use(KnowledgeIndex.load(self._index_dir, self._encoder, self._corpus_dir))
        return self.snapshot_id

    def search(self, query: str, k: int = 4, *, audience: str = "patient") -> list[Passage]:
        """The best passages. Raises KnowledgeError when there is no index to trust."""
        searcher = self._searcher
        if searcher is None:
            raise IndexMissing(self.problem or "The guidelines are not loaded.")
        return searcher.search(query, k, audience=audience)

    def _use(self, index: KnowledgeIndex) -> None:
        self._searcher = Searcher(index, self._encoder, today=self._today)
        self.snapshot_id = index.snapshot.id
        self.problem = None
