"""The index over the guideline corpus: passages, their vectors in FAISS, their words in FTS5.

`python -m knowledge.index build [--out DIR]` builds it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from knowledge.chunking import Chunk, chunk_document
from knowledge.embedding import DIMENSION, Encoder
from knowledge.errors import IndexCorrupt, IndexMismatch, IndexMissing, KnowledgeError
from knowledge.ingest import CORPUS_DIR, Audience, CorpusDoc, load_corpus
from knowledge.lexical import LexicalIndex
from knowledge.snapshot import Snapshot, read_snapshot, snapshot_id_of, write_snapshot

Progress = Callable[[int, int], None]
"""Called with passages encoded so far and passages in all."""

_CHUNKS: Final = "chunks.json"
_SOURCES: Final = "sources.json"
_VECTORS: Final = "vectors.faiss"
_BATCH: Final = 64


class Source(BaseModel):
    """What search needs to know of a document: who may read it, until when, and how it is cited."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    audience: Audience
    expires_on: date
    source: str
    url: str


class VectorIndex(Protocol):
    """The part of a FAISS index that is used here; FAISS has no types of its own."""

    ntotal: int
    d: int

    def search(self, queries: NDArray[np.float32], count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Inner products and ids of the nearest, both of shape (queries, count)."""


_CHUNK_LIST: Final = TypeAdapter(list[Chunk])
_SOURCE_MAP: Final = TypeAdapter(dict[str, Source])


class KnowledgeIndex:
    """A verified index in memory. Reading it is safe from many threads."""

    def __init__(
        self, snapshot: Snapshot, chunks: Sequence[Chunk], sources: dict[str, Source], vectors: VectorIndex
    ) -> None:
        self.snapshot = snapshot
        self.chunks = tuple(chunks)
        self.sources = sources
        self.lexical = LexicalIndex([(c.title, c.section, c.text) for c in self.chunks])
        self._vectors = vectors

    @staticmethod
    def build(corpus_dir: Path, encoder: Encoder, out_dir: Path, progress: Progress | None = None) -> Snapshot:
        """Read the corpus, encode every passage and make the result the current index of a folder.

        Raises:
            CorpusError: a document is not valid.
            EncoderUnavailable: the encoder cannot be loaded.
        """
        documents = load_corpus(corpus_dir)
        chunks = [chunk for document in documents for chunk in chunk_document(document)]
        vectors = np.zeros((0, DIMENSION), dtype=np.float32)
        for start in range(0, len(chunks), _BATCH):
            batch = chunks[start : start + _BATCH]
            vectors = np.vstack([vectors, encoder.encode([f"{c.heading_line} {c.text}" for c in batch])])
            if progress:
                progress(len(vectors), len(chunks))
        files = {
            _CHUNKS: _json_bytes([asdict(chunk) for chunk in chunks]),
            _SOURCES: _json_bytes({d.id: _source_of(d).model_dump(mode="json") for d in documents}),
            _VECTORS: _faiss_bytes(vectors),
        }
        hashes = {document.id: document.content_hash for document in documents}
        name = snapshot_id_of(hashes, files[_CHUNKS], encoder.version)
        return write_snapshot(
            out_dir,
            files,
            snapshot_id=name,
            encoder=encoder.version,
            dimension=DIMENSION,
            chunks=len(chunks),
            documents=hashes,
        )

    @staticmethod
    def load(out_dir: Path, encoder: Encoder, corpus_dir: Path | None = None) -> KnowledgeIndex:
        """Load the current index of a folder after checking all of it.

        Args:
            out_dir: The folder given to `build`.
            encoder: The encoder that queries will use; its model is not loaded here.
            corpus_dir: If given, the documents must be the ones the index was built from.

        Raises:
            IndexMissing: there is no index.
            IndexCorrupt: a file is damaged.
            IndexMismatch: it was built with another encoder, format or corpus.
        """
        snapshot, files = read_snapshot(out_dir)
        if snapshot.encoder != encoder.version or snapshot.dimension != DIMENSION:
            raise IndexMismatch("The index was built with another sentence encoder. Build it again.")
        if corpus_dir is not None and snapshot.documents != {d.id: d.content_hash for d in load_corpus(corpus_dir)}:
            raise IndexMismatch("The index was built from other documents than the present ones. Build it again.")
        try:
            chunks = _CHUNK_LIST.validate_json(files[_CHUNKS])
            sources = _SOURCE_MAP.validate_json(files[_SOURCES])
            vectors = _faiss_index(files[_VECTORS])
        except (KeyError, ValidationError, RuntimeError) as error:
            raise IndexCorrupt("The index's files cannot be read. Build the index again.") from error
        whole = len(chunks) == snapshot.chunks == vectors.ntotal and vectors.d == DIMENSION
        if not whole or {c.doc_id for c in chunks} - set(sources):
            raise IndexMismatch("The index's files do not belong together. Build the index again.")
        return KnowledgeIndex(snapshot, chunks, sources, vectors)

    @staticmethod
    def load_or_build(out_dir: Path, encoder: Encoder, corpus_dir: Path = CORPUS_DIR) -> KnowledgeIndex:
        """Load the index of a corpus; build it first where there is none or it is of other documents.

        A damaged index is not replaced on the quiet: somebody should know.

        Raises:
            IndexCorrupt: a file is damaged.
        """
        try:
            return KnowledgeIndex.load(out_dir, encoder, corpus_dir)
        except (IndexMissing, IndexMismatch):
            KnowledgeIndex.build(corpus_dir, encoder, out_dir)
            return KnowledgeIndex.load(out_dir, encoder, corpus_dir)

    def nearest(self, query: NDArray[np.float32], count: int) -> list[tuple[int, float]]:
        """Passages nearest in meaning.

        Args:
            query: One vector, shape (384,), of any length but zero.
            count: How many at most.

        Returns:
            (row in `chunks`, cosine -1..1), nearest first; empty for a vector that is zero or not finite.
        """
        length = float(np.linalg.norm(query))
        if not np.isfinite(length) or length == 0.0 or not self.chunks:
            return []
        unit = np.ascontiguousarray(query.reshape(1, -1) / length, dtype=np.float32)
        scores, ids = self._vectors.search(unit, min(count, len(self.chunks)))
        # FAISS fills up with id -1 where it found nothing.
        return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]


def _source_of(document: CorpusDoc) -> Source:
    return Source(audience=document.audience, expires_on=document.expires_on, source=document.source, url=document.url)


def _json_bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=0).encode()


def _faiss_bytes(vectors: NDArray[np.float32]) -> bytes:
    import faiss

    index = faiss.IndexIDMap2(faiss.IndexFlatIP(DIMENSION))
    index.add_with_ids(np.ascontiguousarray(vectors), np.arange(len(vectors), dtype=np.int64))
    return bytes(faiss.serialize_index(index).tobytes())


def _faiss_index(content: bytes) -> VectorIndex:
    import faiss

    index: VectorIndex = faiss.deserialize_index(np.frombuffer(content, dtype=np.uint8))
    return index


def default_index_dir(home: str | None) -> Path:
    """Where the index lives below PRELUDE_HOME (default .prelude)."""
    return Path(home or ".prelude") / "index"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.index", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="build the index and make it the current one")
    build.add_argument("--out", type=Path, default=default_index_dir(os.environ.get("PRELUDE_HOME")))
    build.add_argument("--corpus", type=Path, default=CORPUS_DIR)
    options = parser.parse_args(argv)

    def show(done: int, total: int) -> None:
        sys.stderr.write(f"\rencoding {done}/{total} passages" + ("\n" if done == total else ""))
        sys.stderr.flush()

    try:
        snapshot = KnowledgeIndex.build(options.corpus, Encoder(), options.out, show)
    except KnowledgeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(
        f"documents {len(snapshot.documents)}\nchunks {snapshot.chunks}\nsnapshot {snapshot.snapshot_id}\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
