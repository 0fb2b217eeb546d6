"""Word-group matching: phrases compiled once into an inverted index, found in any order with small gaps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from agent.triage.grammar import (
    ARTICLES,
    DROPPED,
    FREE,
    IRREGULAR,
    JOINERS,
    NEGATORS,
    ORDER_WORDS,
    PREPOSITIONS,
    PRONOUNS,
    words,
)
from agent.triage.text import normalise
from agent.triage.tokens import Token, Tokeniser

_WEAK_ALONE = NEGATORS | words("with can will could up out off from down have get")

SHORT_WORD = 5
"""Letters up to which a phrase of one word must be the beginning of what is said: short stems run into each other."""
MAX_GAP = 2
"""Words that may stand between two neighbours of a phrase (contract of the vocabulary files)."""


@dataclass(frozen=True)
class Pattern:
    """One compiled phrase of ``owner`` (a finding id, a site, a cue class ...) in the ``role`` it plays there."""

    owner: str
    role: str
    forms: tuple[str, ...]
    ordered: bool = False
    adjacent: bool = False
    literal: bool = False
    joined: bool = False
    tight: bool = False
    surface: str = ""
    """The word as the vocabulary writes it, for a phrase of one word."""

    @property
    def has_negator(self) -> bool:
        """Carries its own negation, which must then not turn it round."""
        return any(form in NEGATORS for form in self.forms)


@dataclass(frozen=True)
class Hit:
    """A pattern found at these token positions (ascending) of a sentence."""

    pattern: Pattern
    indices: tuple[int, ...]

    @property
    def first(self) -> int:
        """Position of its first word."""
        return self.indices[0]

    @property
    def last(self) -> int:
        """Position of its last word."""
        return self.indices[-1]


def compile_pattern(
    text: str,
    tokeniser: Tokeniser,
    owner: str,
    role: str,
    *,
    literal: bool = False,
    everyday: frozenset[str] = frozenset(),
) -> Pattern | None:
    """Compile one phrase; None when it holds no word at all.

    A phrase of ``everyday`` words alone keeps its order and lets no other word in between.
    """
    tokens = [
        t
        for t in tokeniser.tokens(normalise(text).text, repair=not literal)
        if not t.is_barrier or t.surface in JOINERS
    ]
    if literal:
        surfaces = tuple(t.surface for t in tokens)
        return Pattern(owner, role, surfaces, ordered=True, adjacent=True, literal=True) if surfaces else None
    joined = any(t.surface in JOINERS for t in tokens)
    words = [t for t in tokens if t.surface not in JOINERS]
    kept = [t for t in words if t.surface not in DROPPED]
    dropped = {t.surface for t in words} & DROPPED
    if not words:
        return None
    # What is left over may say too little without its little words: "in labour" is not "labour", "not with it" more
    # than "not with".
    telling = [t for t in kept if t.surface not in _WEAK_ALONE]
    if role == "exclude":
        forms = tuple(t.form for t in words if t.surface not in ARTICLES) or tuple(t.form for t in words)
        return Pattern(owner, role, forms, ordered=True, adjacent=True)
    if (len(kept) < 2 or not telling) and dropped & (PREPOSITIONS | PRONOUNS):
        return Pattern(owner, role, tuple(t.form for t in words), ordered=True, adjacent=True)
    kept = kept or words
    if role != "exclude" and len(kept) == 1 and _misleading(kept[0], everyday):
        surfaces = (kept[0].surface,)
        return Pattern(owner, role, surfaces, ordered=True, adjacent=True, literal=True)
    if role != "exclude" and not joined and all(t.surface in everyday or t.is_free for t in kept):
        if len(kept) < 2:
            kept = words
        return Pattern(owner, role, tuple(t.form for t in kept), ordered=True, adjacent=len(kept) < 2, tight=True)
    ordered = joined or any(t.surface in ORDER_WORDS for t in kept)
    surface = kept[0].surface if len(kept) == 1 else ""
    return Pattern(owner, role, tuple(t.form for t in kept), ordered=ordered, joined=joined, surface=surface)


def _misleading(token: Token, everyday: frozenset[str]) -> bool:
    """Whether a word alone must stand as it is: "drunk" is not "drinks", and what is left of "intoeing" is "into"."""
    reduced = token.form != token.surface and token.form in everyday | FREE
    return token.surface in IRREGULAR or reduced


class PhraseIndex:
    """Finds patterns in a stretch of tokens. Looks only at patterns whose rarest word is there."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        unique = sorted(set(patterns), key=lambda p: (p.owner, p.role, p.forms, p.surface))
        frequency = Counter(form for pattern in unique for form in set(pattern.forms))
        self._by_anchor: dict[str, list[Pattern]] = defaultdict(list)
        self._literal: dict[str, list[Pattern]] = defaultdict(list)
        for pattern in unique:
            if pattern.literal:
                self._literal[pattern.forms[0]].append(pattern)
            else:
                self._by_anchor[min(pattern.forms, key=lambda form: (frequency[form], form))].append(pattern)

    def search(
        self, tokens: Sequence[Token], stretch: Sequence[int], *, joined: bool = False, crossing: bool = False
    ) -> Iterator[Hit]:
        """Hits within one stretch of token positions; ``joined`` picks the phrases that hold "and" or "or"."""
        places: dict[str, list[int]] = defaultdict(list)
        for position, index in enumerate(stretch):
            places[tokens[index].form].append(position)
        for form in list(places):
            for pattern in self._by_anchor.get(form, ()):
                if pattern.joined is joined and all(f in places for f in pattern.forms):
                    yield from _placed(pattern, places, tokens, stretch, crossing=crossing)
        if not joined:
            yield from self._search_literal(tokens, stretch)

    def _search_literal(self, tokens: Sequence[Token], stretch: Sequence[int]) -> Iterator[Hit]:
        for position, index in enumerate(stretch):
            for pattern in self._literal.get(tokens[index].surface, ()):
                window = stretch[position : position + len(pattern.forms)]
                # An abbreviation must be typed as it is; a cue word may have been misspelt.
                typed = pattern.role != "present" or not any(tokens[i].repaired for i in window)
                if typed and tuple(tokens[i].surface for i in window) == pattern.forms:
                    yield Hit(pattern, tuple(window))


def _placed(
    pattern: Pattern, places: dict[str, list[int]], tokens: Sequence[Token], stretch: Sequence[int], *, crossing: bool
) -> Iterator[Hit]:
    """Every way the pattern stands in the stretch, at most one for each place of its first word."""
    gaps = _Gaps(pattern, tokens, stretch, crossing=crossing)
    seen: set[tuple[int, ...]] = set()
    for start in places[pattern.forms[0]]:
        if pattern.surface and not _same_word(pattern.surface, tokens[stretch[start]].surface):
            continue
        chosen = _in_order(pattern, start, places, gaps) if pattern.ordered else _nearest(pattern, start, places, gaps)
        if chosen and chosen not in seen:
            seen.add(chosen)
            yield Hit(pattern, tuple(stretch[position] for position in chosen))


def _same_word(written: str, said: str) -> bool:
    """Whether a short word alone is meant: "itch" is in "itching", "pacs" is not "pacing"."""
    return len(written) > SHORT_WORD or said.startswith(written) or written.startswith(said)


class _Gaps:
    """How far apart two neighbours of a pattern may stand in a stretch."""

    def __init__(self, pattern: Pattern, tokens: Sequence[Token], stretch: Sequence[int], *, crossing: bool) -> None:
        self._pattern = pattern
        self._words = [tokens[index] for index in stretch]
        self._costs = [0]
        for token in self._words:
            negator = token.surface in NEGATORS
            # Over an "and" a denial on one side says nothing of the other: no phrase is put together across both.
            cost = MAX_GAP + 1 if negator and crossing else 0 if token.is_free or token.is_barrier or negator else 1
            self._costs.append(self._costs[-1] + cost)

    def fit(self, left: int, right: int) -> bool:
        """Whether the words between two positions may stand there."""
        if self._pattern.adjacent:
            between = self._words[left + 1 : right]
            return right == left + 1 or (
                self._pattern.role == "exclude" and all(t.surface in ARTICLES for t in between)
            )
        limit = 0 if self._pattern.tight else MAX_GAP
        if self._words[left].surface in NEGATORS and self._pattern.ordered:
            limit = 0 if self._pattern.role == "absent" else 1
        return self._costs[right] - self._costs[left + 1] <= limit


def _in_order(pattern: Pattern, start: int, places: dict[str, list[int]], gaps: _Gaps) -> tuple[int, ...] | None:
    chosen = [start]
    for form in pattern.forms[1:]:
        following = next((p for p in places[form] if p > chosen[-1]), None)
        if following is None or not gaps.fit(chosen[-1], following):
            return None
        chosen.append(following)
    return tuple(chosen)


def _nearest(pattern: Pattern, start: int, places: dict[str, list[int]], gaps: _Gaps) -> tuple[int, ...] | None:
    chosen = [start]
    for form in pattern.forms[1:]:
        free = [p for p in places[form] if p not in chosen]
        if not free:
            return None
        chosen.append(min(free, key=lambda p: min(abs(p - c) for c in chosen)))
    chosen.sort()
    return tuple(chosen) if all(gaps.fit(a, b) for a, b in pairwise(chosen)) else None
