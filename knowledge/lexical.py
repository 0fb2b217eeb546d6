"""The words of the passages: SQLite FTS5 in memory for ranking, word weights for evidence, typo correction."""

from __future__ import annotations

import math
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein

from knowledge.words import STOP_WORDS, is_word, words

# A typo may be one edit off in a word of four letters or more, two in a word of six or more; never the first letter.
_ONE_EDIT_FROM: Final = 4
_TWO_EDITS_FROM: Final = 6

# Title and section say what a passage is about, so a word there counts for more.
_BM25_WEIGHTS: Final = (3.0, 2.0, 1.0)


class LexicalIndex:
    """Word search over passages. Safe to share between threads.

    Args:
        passages: (title, section, text) of each passage; its place is its row number.
    """

    def __init__(self, passages: Sequence[tuple[str, str, str]]) -> None:
        self._size = len(passages)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.execute("CREATE VIRTUAL TABLE passage USING fts5(title, section, text, tokenize='porter unicode61')")
        self._db.executemany(
            "INSERT INTO passage(rowid, title, section, text) VALUES (?, ?, ?, ?)",
            [(row, *columns) for row, columns in enumerate(passages)],
        )
        self.vocabulary = frozenset(w for columns in passages for column in columns for w in words(column))
        self._by_first_letter: dict[str, list[str]] = {}
        for word in sorted(self.vocabulary):
            self._by_first_letter.setdefault(word[0], []).append(word)

    def search(self, terms: Iterable[str], count: int) -> list[int]:
        """Rows that hold any of the terms, best BM25 first."""
        # Quoted, so that nothing in a query is read as FTS5 syntax.
        query = " OR ".join(f'"{term}"' for term in terms if is_word(term))
        if not query:
            return []
        with self._lock:
            found = self._db.execute(
                "SELECT rowid FROM passage WHERE passage MATCH ? ORDER BY bm25(passage, ?, ?, ?), rowid LIMIT ?",
                (query, *_BM25_WEIGHTS, count),
            ).fetchall()
        return [int(row) for (row,) in found]

    def coverage(self, terms: Sequence[str], rows: Iterable[int]) -> dict[int, float]:
        """Share (0..1) of the terms' weight that each row holds; a rare term weighs more, an unknown one most.

        Returns 0 for every row when there are no terms.
        """
        held = {term: self._rows_with(term) for term in dict.fromkeys(terms)}
        weight = {term: math.log(1 + self._size / max(len(found), 1)) for term, found in held.items()}
        total = sum(weight.values())
        return {
            row: sum(weight[t] for t, found in held.items() if row in found) / total if total else 0.0 for row in rows
        }

    def correct(self, word: str, known: frozenset[str]) -> str:
        """The nearest word of the passages for a word that nobody knows; the word itself otherwise."""
        # "cant" is not a typo of "can": small words, above all those that deny, are left alone.
        if word in STOP_WORDS or word in self.vocabulary or word in known:
            return word
        if len(word) < _ONE_EDIT_FROM or not word.isalpha():
            return word
        allowed = 2 if len(word) >= _TWO_EDITS_FROM else 1
        best, best_distance = word, allowed + 1
        for candidate in self._by_first_letter.get(word[0], []):
            if abs(len(candidate) - len(word)) > allowed:
                continue
            distance = DamerauLevenshtein.distance(word, candidate, score_cutoff=allowed)
            if distance < best_distance:
                best, best_distance = candidate, distance
        return best

    def _rows_with(self, term: str) -> frozenset[int]:
        if not is_word(term):
            return frozenset()
        with self._lock:
            found = self._db.execute("SELECT rowid FROM passage WHERE passage MATCH ?", (f'"{term}"',)).fetchall()
        return frozenset(int(row) for (row,) in found)
