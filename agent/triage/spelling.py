"""Spelling repair toward the vocabulary's own words, never away from a word somebody knows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from jellyfish import metaphone
from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.triage.grammar import FREE, NEGATORS

_ELONGATED = re.compile(r"(.)\1{2,}")
_MIN_COMPOUND = 7
"""Shortest word that two typed words may be joined into; shorter ones join by chance ("in to")."""
_MIN_PART = 3
_MIN_SOUND = 4
"""Shortest word that is looked up by its sound; many short words sound alike."""
_LONG = 7

# Edits allowed by word length: one typo in a short word, two in a long one, three in a very long one. One edit in four
# letters already links unrelated words, so short words must be exact.
_EDITS = ((5, 0), (7, 1), (10, 2), (99, 3))


class Speller:
    """Knows the vocabulary's words and how to get to them from a mistyped one.

    Args:
        targets: Words of phrases, sites and sensations; the only words a repair may lead to.
        bigrams: Adjacent word pairs of phrases, so that "chestpain" comes apart.
        known: Words that are right as they are. Empty means no word list is at hand: then only one edit is allowed.
    """

    def __init__(self, targets: Iterable[str], bigrams: Iterable[tuple[str, str]], known: frozenset[str]) -> None:
        self._vocabulary = frozenset(targets)
        self._targets = sorted(w for w in self._vocabulary if len(w) >= 4 and w.isalpha())
        self._known = known
        self._strict = not known
        self._sounding: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._vocabulary | known | FREE | NEGATORS):
            if word.isalpha() and len(word) >= _MIN_SOUND:
                self._sounding[metaphone(word)].append(word)
        self._splits = {
            a + b: (a, b)
            for a, b in bigrams
            if len(a) >= _MIN_PART
            and len(b) >= _MIN_PART
            and len(a + b) >= _MIN_COMPOUND
            and a + b not in self._vocabulary
        }
        self.repair = lru_cache(maxsize=8192)(self._repair)

    def compound(self, first: str, second: str) -> str | None:
        """The one word the vocabulary has for two adjacent ones."""
        joined = first + second
        if len(joined) < _MIN_COMPOUND or min(len(first), len(second)) < _MIN_PART or joined not in self._vocabulary:
            return None
        return None if {first, second} & (FREE | NEGATORS) else joined

    def _repair(self, word: str) -> tuple[str, ...]:
        if word in self._vocabulary:
            return (word,)
        if word in self._splits:
            return self._splits[word]
        if word in self._known or word in FREE or word in NEGATORS:
            return (word,)
        plain = self._without_elongation(word)
        if plain in self._vocabulary or plain in self._known:
            return (plain,)
        return (self._by_sound(plain) or self._nearest(plain) or plain,)

    def _without_elongation(self, word: str) -> str:
        for kept in (r"\1\1", r"\1"):
            candidate = _ELONGATED.sub(kept, word)
            if candidate in self._vocabulary or candidate in self._known:
                return candidate
        return _ELONGATED.sub(r"\1", word)

    def _by_sound(self, word: str) -> str | None:
        """What sounds the same and starts the same: "bely", "dizy", "ancle". It may be a word of no finding."""
        if len(word) < _MIN_SOUND or not word.isascii():
            return None
        alike = [
            (OSA.distance(word, other), other not in self._vocabulary, other)
            for other in self._sounding.get(metaphone(word), ())
            if other[0] == word[0]
        ]
        best = min(alike, default=None)
        return best[2] if best and best[0] <= (1 if len(word) < _LONG else 2) else None

    def _nearest(self, word: str) -> str | None:
        limit = next(edits for length, edits in _EDITS if len(word) < length)
        if self._strict:
            limit = min(limit, 1)
        if not limit:
            return self._unscrambled(word)
        near = process.extract(word, self._targets, scorer=OSA.distance, score_cutoff=limit, limit=12)
        candidates = [(int(d), abs(len(w) - len(word)), w) for w, d, _ in near if _plausible(word, w, int(d))]
        return min(candidates)[2] if candidates else None

    def _unscrambled(self, word: str) -> str | None:
        """A four-letter word with two neighbours swapped or a vowel left out: "pian", "chst"."""
        if len(word) != 4:
            return None
        swaps = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)} - {word}
        if not set(word) & set("aeiouy"):
            swaps |= {word[:i] + vowel + word[i:] for i in range(1, len(word)) for vowel in "aeiou"}
        found = sorted(swaps & self._vocabulary)
        return found[0] if len(found) == 1 else None


def _plausible(typed: str, target: str, distance: int) -> bool:
    """People keep the first letter, or swap it with the second; long words may lose a silent one ("numonia").

    "Ironing" is not "crowning": a word that starts otherwise must sound the same.
    """
    if distance >= len(target) / 3:
        return False
    same_start = typed[0] == target[0] or typed[:2] == target[1::-1]
    return same_start or (len(target) >= 8 and distance <= 2 and metaphone(typed) == metaphone(target))
