"""Picks whole sentences from guideline passages: nothing is reworded, so nothing can be claimed that is not there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from agent.models.embedded.intent import Encode
from agent.models.embedded.situation import own_words
from knowledge.schema_intents import IntentBook

MAX_SENTENCES: Final = 2
LEAST_SIMILARITY: Final = 0.35
"""Cosine similarity of a sentence to the query below which it is not about it; set on our own corpus and questions."""

NEXT_BEST: Final = 0.85
"""A second sentence is quoted only when it is nearly as close to the query as the first."""

POPULATIONS: Final = (
    re.compile(r"\b(?:pregnan\w+|unborn|breastfeeding|given? birth)\b"),
    re.compile(r"\b(?:bab(?:y|ies)|infants?|newborns?|toddlers?)\b"),
    re.compile(r"\b(?:child(?:ren)?|son|daughter|teenagers?|under (?:five|5|12|16))\b"),
    re.compile(r"\b(?:diabet\w+|chemotherapy|transplant\w*|weak(?:ened)? immune|catheter)\b"),
    re.compile(r"\b(?:keeps? coming back|comes? back again|recurr\w+|again and again)\b"),
)
"""Groups a guideline sentence may be about. One that names a group is quoted only to somebody who named it too."""

_LEAST_WORDS, _MOST_WORDS = 5, 40
_SPLIT = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'])|\n+")
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d+[.)])\s+")
_MARKUP = re.compile(r"[*_`]{1,3}|\[\d+\]")


class SentencePicker:
    """Chooses the sentences of a turn's passages that answer a query best. Deterministic."""

    def __init__(self, book: IntentBook, encode: Encode) -> None:
        self._encode = encode
        self._never = book.compiled(book.sentences.never)
        self._settled_only = book.compiled(book.sentences.only_when_settled)

    def __call__(self, query: str, passages: Sequence[Mapping[str, Any]], settled: bool) -> tuple[str, ...]:
        """At most two sentences, best first, each with its passage number before the full stop.

        Args:
            query: What they should be about.
            passages: Results of the guideline search: n (its citation number) and text.
            settled: Whether no triage question is open; until then nothing that could sound reassuring is repeated.
        """
        found: dict[str, int] = {}
        for passage in passages:
            number = passage.get("n")
            if isinstance(number, int):
                for sentence in whole_sentences(str(passage.get("text") or "")):
                    if self._fit_for_patients(sentence, settled) and _concerns(sentence, query):
                        found.setdefault(sentence, number)
        if not found or not query.strip():
            return ()
        sentences = list(found)
        vectors = self._encode([query, *sentences])
        scores = vectors[1:] @ vectors[0]
        order = sorted(range(len(sentences)), key=lambda i: (-round(float(scores[i]), 5), i))
        floor = max(LEAST_SIMILARITY, NEXT_BEST * float(scores.max(initial=0.0)))
        best = [sentences[i] for i in order if float(scores[i]) >= floor][:MAX_SENTENCES]
        return tuple(f"{sentence[:-1]} [{found[sentence]}]{sentence[-1]}" for sentence in best)

    def _fit_for_patients(self, sentence: str, settled: bool) -> bool:
        text = sentence.lower()
        if any(p.search(text) for p in self._never):
            return False
        return settled or not any(p.search(text) for p in self._settled_only)


def _concerns(sentence: str, query: str) -> bool:
    """Whether the sentence speaks of nobody the query leaves out."""
    said, asked = sentence.lower(), query.lower()
    return all(group.search(asked) for group in POPULATIONS if group.search(said))


def whole_sentences(text: str) -> list[str]:
    """Complete sentences of a passage: no headings, no list stubs, no questions, nothing cut off."""
    sentences = []
    for piece in _SPLIT.split(own_words(text)):
        if piece.lstrip().startswith("#"):
            continue
        sentence = _MARKUP.sub("", _BULLET.sub("", piece)).strip()
        words = len(sentence.split())
        if sentence[-1:] in (".", "!") and sentence[:1].isupper() and _LEAST_WORDS <= words <= _MOST_WORDS:
            sentences.append(sentence)
    return sentences
