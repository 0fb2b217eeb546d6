"""Spelling repair: from a typed word to the word that is meant, by sound, by letters and by how common it is."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from jellyfish import metaphone
from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.triage.grammar import CONTRACTIONS, FREE, NEGATORS

_ELONGATED = re.compile(r"(.)\1{2,}")
_DOUBLED = re.compile(r"(.)\1")
_MIN_COMPOUND = 7
"""Shortest word that two typed words may be joined into; shorter ones join by chance ("in to")."""
_MIN_PART = 3
_MIN_SOUND = 4
"""Shortest word that is looked up by its sound; many short words sound alike."""
_EDITS = ((5, 0), (7, 1), (10, 2), (99, 3))
"""Edits allowed by word length: one typo in a short word, two in a long one, three in a very long one. One edit in four
letters already links unrelated words, so short words must be exact or sound the same."""
_SOUND_EDITS = 3
_FIT = 6
_COMMON = 15_000
"""Place in the word list up to which a word is common enough to be meant by a mistyped one."""
_RARE = 10_000
_EVERYDAY = 3_000
"""A word rarer than the first that sounds like one commoner than the second is taken for it: "nite", "wot"."""
_CLINICAL = 3_000
"""Place given to a clinical word that the word list lacks or has among the rare ones."""
_PER_TENFOLD = 0.35
_SAME_SOUND = 1.0
_VOCABULARY_BONUS = 0.3
_HEARD = 0.6
_PER_LETTER = 0.1
"""Costs in edits: for each tenfold rarer; what sounding the same, and being of the vocabulary, take off; for a word
written as it is heard; for each letter more or less."""
_EAR_SPELLINGS = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"in$", "ing"), (r"ite\b", "ight"), (r"^wiv$", "with"), (r"v", "th"), (r"^f", "th"), (r"f$", "th"),
        (r"orf", "awf"), (r"f", "gh"), (r"off", "ough"), (r"of(?=ing|ed|$)", "ough"), (r"f", "ph"), (r"k", "ck"),
        (r"k", "ch"), (r"e$", ""), (r"er$", "or"), (r"shun$", "tion"), (r"ar", "a"), (r"ow", "ough"), (r"u", "ou"),
    )
)  # fmt: skip
"""How people write what they hear; each is tried alone and must give a common word."""


class Speller:
    """Knows the vocabulary's words, the English ones, and how to get to either from a mistyped one.

    Args:
        targets: Words of phrases, sites and sensations.
        bigrams: Adjacent word pairs of phrases, so that "chestpain" comes apart.
        beside: For words of phrases, the other words that the same finding's phrases use.
        known: English words with their place from the commonest on; they are right as they are, unless rare and
            sounding like an everyday one. Empty means no word list is at hand: then only one edit is allowed, and only
            toward ``targets``.
    """

    def __init__(
        self,
        targets: Iterable[str],
        bigrams: Iterable[tuple[str, str]],
        beside: Mapping[str, frozenset[str]],
        known: Mapping[str, int],
    ) -> None:
        self._known = known
        self._beside = beside
        told = frozenset(targets)
        self._sounding: dict[str, list[str]] = defaultdict(list)
        short_forms = {word for word in CONTRACTIONS if word.isalpha()}
        self._little = FREE | NEGATORS | short_forms
        right = {w for w in told if w in known} if known else told
        for word in sorted(right | set(known) | self._little):
            if word.isalpha() and len(word) >= _MIN_SOUND:
                self._sounding[metaphone(word)].append(word)
        # Phrases hold misspelt words too, beside the right ones; they must not pass for words of their own.
        self._vocabulary = right | {w for w in told - right if self._is_own_word(w, right)}
        for word in sorted(self._vocabulary - right):
            if word.isalpha() and len(word) >= _MIN_SOUND:
                self._sounding[metaphone(word)].append(word)
        common = {w for w, place in known.items() if place < _COMMON and len(w) >= _MIN_SOUND}
        self._targets = sorted({w for w in self._vocabulary if len(w) >= _MIN_SOUND and w.isalpha()} | common)
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

    def _is_own_word(self, word: str, right: frozenset[str] | set[str]) -> bool:
        """Whether a vocabulary word that the word list lacks is a word ("arteritis"), not a misspelling.

        A misspelling stands among the phrases of a finding that also uses the right word: "arthritis" does not.
        """
        if not self._known or not word.isalpha() or len(word) < _MIN_SOUND:
            return True
        return not any(self._misspells(word, w) for w in right & self._beside.get(word, frozenset()))

    def _misspells(self, word: str, right: str) -> bool:
        if not _starts_alike(word, right):
            return False
        distance = OSA.distance(word, right)
        same_sound = metaphone(word) == metaphone(right)
        return distance <= 1 or (distance <= 2 and (same_sound or len(right) >= _FIT))

    def _repair(self, word: str) -> tuple[str, ...]:
        if word in self._vocabulary or word in self._little:
            return (word,)
        if word in self._splits:
            return self._splits[word]
        if word in self._known:
            return (self._everyday(word) or word,)
        plain = self._without_elongation(word)
        if plain in self._vocabulary or plain in self._known:
            return (plain,)
        return (self._meant(plain) or self._unscrambled(plain) or plain,)

    def _everyday(self, word: str) -> str | None:
        """For a rare English word, the everyday one that sounds the same."""
        if self._known[word] < _RARE or len(word) < _MIN_SOUND - 1:
            return None
        alike = [w for w in self._alike(word, 2) if self._place(w) < _EVERYDAY]
        return min([*alike, *self._as_heard(word)], key=lambda w: (self._cost(word, w), w), default=None)

    def _meant(self, word: str) -> str | None:
        if not word.isascii() or not word.isalpha():
            return None
        found = [*self._alike(word, _SOUND_EDITS), *self._near(word), *self._as_heard(word)]
        return min(found, key=lambda w: (self._cost(word, w), w), default=None)

    def _alike(self, word: str, edits: int) -> Iterator[str]:
        """What sounds the same and starts the same: "bely", "dizy", "ancle". It may be a word of no finding."""
        if len(word) < _MIN_SOUND - bool(self._known.get(word)):
            return
        limit = min(edits, max(1, len(word) // 2))
        for other in self._sounding.get(metaphone(word), ()):
            may = self._place(other) < _COMMON or other in self._vocabulary
            if may and other[0] == word[0] and OSA.distance(word, other) <= limit:
                yield other

    def _near(self, word: str) -> Iterator[str]:
        limit = next(edits for length, edits in _EDITS if len(word) < length)
        if not self._known:
            limit = min(limit, 1)
        if limit:
            near = process.extract(word, self._targets, scorer=OSA.distance, score_cutoff=limit, limit=25)
            yield from (w for w, d, _ in near if _plausible(word, w, int(d)))

    def _as_heard(self, word: str) -> Iterator[str]:
        for pattern, text in _EAR_SPELLINGS:
            for heard in _forms(pattern.sub(text, word, count=1)):
                if heard != word and self._place(heard) < _EVERYDAY:
                    yield heard

    def _cost(self, typed: str, target: str) -> float:
        edits = float(OSA.distance(typed, target))
        if edits and _DOUBLED.sub(r"\1", typed) == _DOUBLED.sub(r"\1", target):
            edits = 0.5
        if metaphone(typed) == metaphone(target):
            edits = max(0.25, edits - _SAME_SOUND)
        if any(target in _forms(pattern.sub(text, typed, count=1)) for pattern, text in _EAR_SPELLINGS):
            edits = min(edits, _HEARD)
        edits += _PER_LETTER * abs(len(typed) - len(target))
        rarity = _PER_TENFOLD * math.log10((self._place(target) + 100) / 100)
        return edits + rarity - _VOCABULARY_BONUS * (target in self._vocabulary)

    def _place(self, word: str) -> int:
        """Place among the English words, from the commonest on."""
        if word in self._little:
            return 0
        place = self._known.get(word, 10 * _COMMON)
        return min(place, _CLINICAL) if word in self._vocabulary else place

    def _without_elongation(self, word: str) -> str:
        for kept in (r"\1\1", r"\1"):
            candidate = _ELONGATED.sub(kept, word)
            if candidate in self._vocabulary or candidate in self._known:
                return candidate
        return _ELONGATED.sub(r"\1", word)

    def _unscrambled(self, word: str) -> str | None:
        """A four-letter word with two neighbours swapped or a vowel left out: "pian", "chst"."""
        if len(word) != 4:
            return None
        swaps = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)} - {word}
        if not set(word) & set("aeiouy"):
            swaps |= {word[:i] + vowel + word[i:] for i in range(1, len(word)) for vowel in "aeiou"}
        found = sorted(swaps & self._vocabulary)
        return found[0] if len(found) == 1 else None


def _forms(heard: str) -> tuple[str, str]:
    """A word as it is and without its doubled letters: "awfull"."""
    return heard, _DOUBLED.sub(r"\1", heard)


def _starts_alike(typed: str, target: str) -> bool:
    """People keep the first letter, or swap it with the second."""
    return typed[0] == target[0] or typed[:2] == target[1::-1]


def _plausible(typed: str, target: str, distance: int) -> bool:
    """Long words may lose a silent first letter ("numonia").

    "Ironing" is not "crowning": a word that starts otherwise must sound the same.
    """
    if distance >= len(target) / 3:
        return False
    alike = len(target) >= 8 and distance <= 2 and metaphone(typed) == metaphone(target)
    return _starts_alike(typed, target) or alike
