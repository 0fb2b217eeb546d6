"""Search over the clinic's guidelines: meaning and words together, and an honest nothing when neither is enough.

`python -m knowledge.search` reads {"id","query","k"?} a line and writes {"id","passages"} a line.
"""

from __future__ import annotations

import json
import math
import os
import sys
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from knowledge.chunking import sentences
from knowledge.embedding import Encoder
from knowledge.errors import KnowledgeError
from knowledge.index import KnowledgeIndex, default_index_dir
from knowledge.words import OTHER_WORDS, STOP_WORDS, replace_words, words

DEFAULT_K: Final = 4
MAX_K: Final = 20
MAX_QUERY_CHARACTERS: Final = 1000
MAX_PASSAGES_OF_ONE_DOCUMENT: Final = 2

_CANDIDATES: Final = 40
_RRF_K: Final = 60
_SNIPPET_CHARACTERS: Final = 240

# Word rank counts half as much as meaning rank: lay messages are full of words that say little.
_WORD_RANK_WEIGHT: Final = 0.5

# Calibrated on tests/unit/knowledge/questions/tuned.yaml (51 questions the corpus answers, 22 it does not) with the
# encoder in embedding.py: a logistic curve through the best right passage of each answered question and the three
# nearest passages of each other one, both groups weighing the same. The word weight was held at 4 (a free fit gives
# 8), since long messages share few of their words with any passage. `tests/benchmarks/search_floor.py` prints the
# fit, the share answered and the false answers on both halves; a new encoder or a much larger corpus needs a new fit.
BIAS: Final = -7.0
COSINE_WEIGHT: Final = 17.4
COVERAGE_WEIGHT: Final = 4.0

MAX_SCORE: Final = 0.99

# More likely than not. On the tuned half the highest off-subject passage had 0.42.
FLOOR: Final = 0.5


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that was found.

    Attributes:
        id: Passage id, stable as long as its document's headings are.
        doc_id: The document.
        title: The document's title.
        section: The heading above the passage.
        text: The whole passage.
        snippet: The sentence or two of it nearest to the query, at most 240 characters.
        score: 0..1, the estimated chance that the passage is on the question's subject (see `relevance`).
        source: Organisation, title and year.
        url: Where the public guidance is.
    """

    id: str
    doc_id: str
    title: str
    section: str
    text: str
    snippet: str
    score: float
    source: str
    url: str


def relevance(cosine: float, coverage: float) -> float:
    """Chance (0..0.99) that a passage is on a question's subject, where half of all questions are off it.

    Args:
        cosine: Nearness in meaning, -1..1.
        coverage: Share of the weight of the question's words that the passage holds, 0..1.
    """
    chance = 1 / (1 + math.exp(-(BIAS + COSINE_WEIGHT * cosine + COVERAGE_WEIGHT * coverage)))
    # A curve drawn through some hundred questions cannot promise certainty.
    return min(chance, MAX_SCORE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage under consideration, with its evidence; `rank` is the fused rank score, higher is better."""

    row: int
    rank: float
    cosine: float
    coverage: float


class Searcher:
    """Finds passages of one index. Safe to share between threads.

    Args:
        index: A verified index.
        encoder: The encoder it was built with.
        today: Gives the date on which documents must not have expired.
    """

    def __init__(self, index: KnowledgeIndex, encoder: Encoder, *, today: Callable[[], date]) -> None:
        self._index = index
        self._encoder = encoder
        self._today = today

    @property
    def snapshot_id(self) -> str:
        """The index in use."""
        return self._index.snapshot.snapshot_id

    def search(self, query: str, k: int = DEFAULT_K, *, audience: str = "patient") -> list[Passage]:
        """Find up to k passages (1..20); nothing when no passage is likely to be on the subject.

        Reciprocal rank fusion of meaning and words chooses them; among the chosen the highest score comes first.

        At most two passages of one document. The audience "nurse" gets all documents, any other only patients'.
        Expired documents are never found.

        Raises:
            EncoderUnavailable: the encoder cannot be loaded. Callers say that guidelines are not available.
        """
        text, terms = self.understood(query)
        found: list[Passage] = []
        taken: dict[str, int] = {}
        for candidate in self.candidates(text, terms, audience):
            score = relevance(candidate.cosine, candidate.coverage)
            doc_id = self.document_of(candidate)
            if score < FLOOR or taken.get(doc_id, 0) >= MAX_PASSAGES_OF_ONE_DOCUMENT:
                continue
            taken[doc_id] = taken.get(doc_id, 0) + 1
            found.append(self._passage(candidate.row, score, terms))
            if len(found) == max(1, min(k, MAX_K)):
                break
        return sorted(found, key=lambda passage: -passage.score)

    def candidates(self, text: str, terms: Sequence[str], audience: str) -> list[Candidate]:
        """Passages near in meaning or in words, fused by reciprocal rank, before the floor."""
        if not text:
            return []
        vector = self._encoder.encode([text])[0]
        allowed = self._allowed(audience)
        everything = len(self._index.chunks)
        cosines = {row: cosine for row, cosine in self._index.nearest(vector, everything) if row in allowed}
        by_words = [row for row in self._index.lexical.search(terms, everything) if row in allowed]
        rank: dict[int, float] = {}
        for weight, ranking in ((1.0, list(cosines)), (_WORD_RANK_WEIGHT, by_words)):
            for place, row in enumerate(ranking[:_CANDIDATES], start=1):
                rank[row] = rank.get(row, 0.0) + weight / (_RRF_K + place)
        coverage = self._index.lexical.coverage(terms, rank)
        ordered = sorted(rank, key=lambda row: (-rank[row], row))
        return [Candidate(row, rank[row], cosines[row], coverage[row]) for row in ordered]

    def document_of(self, candidate: Candidate) -> str:
        """The id of the document a candidate comes from."""
        return self._index.chunks[candidate.row].doc_id

    def understood(self, query: str) -> tuple[str, list[str]]:
        """The query with typos corrected and words put the documents' way, and its telling words."""
        # Half of a surrogate pair, as JSON may carry, is no text to a tokenizer.
        text = query[:MAX_QUERY_CHARACTERS].encode("utf-8", "ignore").decode()
        plain = " ".join(unicodedata.normalize("NFKC", text).split())
        known = frozenset(self._encoder.known_words())
        corrected = {w: OTHER_WORDS.get(w) or self._index.lexical.correct(w, known) for w in words(plain)}
        text = replace_words(plain, corrected)
        return text, [w for w in dict.fromkeys(words(text)) if w not in STOP_WORDS]

    def _allowed(self, audience: str) -> frozenset[int]:
        today = self._today()
        sources = self._index.sources
        return frozenset(
            row
            for row, chunk in enumerate(self._index.chunks)
            if sources[chunk.doc_id].expires_on >= today
            and (audience == "nurse" or sources[chunk.doc_id].audience == "patient")
        )

    def _passage(self, row: int, score: float, terms: Sequence[str]) -> Passage:
        chunk = self._index.chunks[row]
        source = self._index.sources[chunk.doc_id]
        return Passage(
            id=chunk.id,
            doc_id=chunk.doc_id,
            title=chunk.title,
            section=chunk.section,
            text=chunk.text,
            snippet=_snippet(chunk.text, terms),
            score=round(score, 3),
            source=source.source,
            url=source.url,
        )


def _snippet(text: str, terms: Sequence[str]) -> str:
    """The sentence that shares most words with the query, and the next one if it fits."""
    parts = sentences(text)
    wanted = {term[:5] for term in terms}
    overlap = [len(wanted & {word[:5] for word in words(part)}) for part in parts]
    best = max(range(len(parts)), key=lambda place: (overlap[place], -place))
    snippet = parts[best]
    if best + 1 < len(parts) and len(snippet) + len(parts[best + 1]) < _SNIPPET_CHARACTERS:
        snippet += " " + parts[best + 1]
    if len(snippet) > _SNIPPET_CHARACTERS:
        snippet = snippet[: _SNIPPET_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
    return snippet


def _answer(line: bytes, searcher: Searcher) -> dict[str, object]:
    """One JSON line in, one object out; what is wrong with a line is said without repeating it."""
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "error": "not a JSON object"}
    if not isinstance(asked, dict):
        return {"id": None, "error": "not a JSON object"}
    query, k = asked.get("query"), asked.get("k", DEFAULT_K)
    if not isinstance(query, str):
        return {"id": asked.get("id"), "error": "query must be a text"}
    if not isinstance(k, int) or isinstance(k, bool) or k < 1:
        return {"id": asked.get("id"), "error": "k must be a whole number from 1"}
    shown = ("id", "doc_id", "title", "score", "snippet")
    passages = [{name: getattr(passage, name) for name in shown} for passage in searcher.search(query, k)]
    return {"id": asked.get("id"), "passages": passages}


def main() -> int:
    """Answer queries from standard input; 0 when all lines were good, 1 when one was bad, 2 without an index."""
    encoder = Encoder()
    try:
        index = KnowledgeIndex.load_or_build(default_index_dir(os.environ.get("PRELUDE_HOME")), encoder)
        searcher = Searcher(index, encoder, today=date.today)
        bad = False
        for line in sys.stdin.buffer:
            if line.strip():
                answer = _answer(line, searcher)
                bad = bad or "error" in answer
                sys.stdout.write(json.dumps(answer) + "\n")
                sys.stdout.flush()
    except KnowledgeError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return int(bad)


if __name__ == "__main__":
    raise SystemExit(main())
