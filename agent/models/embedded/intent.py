"""Says what a clause asks for: patterns held as data decide; where none matches, the nearest exemplar does."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.schema_intents import Intent, IntentBook

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit vectors, shape (n, d)."""


_INQUIRIES = frozenset(
    {
        Intent.GUIDELINE_QUESTION,
        Intent.CLINIC_QUESTION,
        Intent.LIST_APPOINTMENTS,
        Intent.ORDER_STATUS,
        Intent.MY_RECORD_QUESTION,
    }
)
"""Intents that are questions: a nearest exemplar alone does not make a statement one of them."""

_ASKS = re.compile(
    r"\?|^\W*(?:and |so |but |please |also )*"
    r"(?:what|how|when|where|which|who|why|is|are|am|do|does|did|has|have|can|could|should|will|would|may"
    r"|tell|show|list|check|find|look|give|i (?:want|need|would like|'d like) to (?:know|see|ask))\b"
)
_DECLINES = re.compile(
    r"\b(?:don'?t|do not|needn'?t|no need to|won'?t|will not) (?:need|want|have)?(?: to)? ?"
    r"(?:order|book|buy|anything|any more|an appointment|one|it)\b"
)


@dataclass(frozen=True)
class Reading:
    """What one clause asks for and why we think so.

    ``score`` is 1.0 for a pattern, otherwise the cosine similarity to ``by``, the nearest exemplar. ``health`` is set
    beside any intent: "can I come in about my sore throat" is a booking and about health.
    """

    clause: str
    intent: Intent
    score: float
    by: str
    health: bool


class IntentReader:
    """Reads clauses against an IntentBook. Exemplars are encoded on first use; safe to share between threads."""

    def __init__(self, book: IntentBook, encode: Encode) -> None:
        self._encode = encode
        self._floor, self._health_floor = book.floor, book.health_floor
        self._rules = [(i.id, book.compiled(i.patterns), book.compiled(i.unless)) for i in book.intents]
        self._health = re.compile("|".join(rf"\b(?:{w.pattern})" for w in book.compiled(book.health.words)))
        self._not_health = re.compile("|".join(w.pattern for w in book.compiled(book.health.not_health)) or r"(?!)")
        self._exemplars = [(i.id, text) for i in book.intents for text in i.exemplars]
        self._symptoms = np.array([i is Intent.REPORT_SYMPTOM for i, _ in self._exemplars])
        self._vectors: NDArray[np.float32] | None = None
        self._lock = threading.Lock()

    def read(self, clauses: Sequence[str]) -> list[Reading]:
        """One reading per clause, in order. All clauses are encoded in one call."""
        if not clauses:
            return []
        similarity = self._encode(list(clauses)) @ self._exemplar_vectors().T
        return [self._read(clause, row) for clause, row in zip(clauses, similarity, strict=True)]

    def _read(self, clause: str, row: NDArray[np.float32]) -> Reading:
        text = clause.lower()
        best = int(row.argmax())
        nearest, by = self._exemplars[best]
        named = bool(self._health.search(self._not_health.sub(" ", text)))
        if found := _DECLINES.search(text):
            return Reading(clause, Intent.DECLINE, 1.0, found.group().strip(), named)
        if (ruled := self._by_pattern(text)) is not None:
            return Reading(clause, ruled[0], 1.0, ruled[1], named)
        # Words of illness outrank a nearest neighbour: "my mum fell during the film" is no chat about films.
        if named and nearest not in {Intent.REPORT_SYMPTOM, Intent.GUIDELINE_QUESTION}:
            nearest, by = Intent.REPORT_SYMPTOM, "words of illness"
        elif float(row[best]) < self._floor:
            nearest, by = (Intent.REPORT_SYMPTOM, "words of illness") if named else (Intent.UNCLEAR, "")
        if nearest in _INQUIRIES and not _ASKS.search(text):
            nearest, by = (Intent.REPORT_SYMPTOM, "words of illness") if named else (Intent.UNCLEAR, "")
        like_symptom = float(row[self._symptoms].max()) >= self._health_floor
        health = named or nearest is Intent.REPORT_SYMPTOM or (nearest is Intent.UNCLEAR and like_symptom)
        return Reading(clause, nearest, round(float(row[best]), 4), by, health)

    def _by_pattern(self, text: str) -> tuple[Intent, str] | None:
        for intent, patterns, unless in self._rules:
            for pattern in patterns:
                if (found := pattern.search(text)) and not any(u.search(text) for u in unless):
                    return intent, found.group().strip()
        return None

    def _exemplar_vectors(self) -> NDArray[np.float32]:
        with self._lock:
            if self._vectors is None:
                self._vectors = self._encode([text for _, text in self._exemplars])
            return self._vectors
