"""Findings named in one sentence: phrases and place-with-sensation pairs, with overlaps and exclusions settled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent.triage.grammar import HARD_BARRIERS, NEGATORS
from agent.triage.lexicon_match import Hit, Pattern
from agent.triage.segments import LexiconItem, Stretch, build_stretches, split_at
from agent.triage.tokens import Token
from agent.triage.vocabulary import Vocabulary

COMPOSE_GAP = 4
"""Words that may stand between a place and a sensation: "ache down low in my tummy"."""
EXCLUDE_GAP = 4
"""Words that may stand between a match and words that exclude it."""
CLAUSE_ENDS = HARD_BARRIERS | {"but", "and", "or", "now", "then", ":", "–", "—"}


@dataclass(frozen=True)
class SentenceMatches:
    """Present and absent phrases of a sentence, and the body places and sensations in it."""

    hits: tuple[Hit, ...]
    items: tuple[LexiconItem, ...]

    @property
    def consumed(self) -> frozenset[int]:
        """Positions of words that belong to a phrase with a negation of its own."""
        return frozenset(
            i for h in self.hits if h.pattern.has_negator and h.pattern.role != "absent" for i in h.indices
        )

    @property
    def mentioned(self) -> frozenset[int]:
        """Positions of all words some finding uses."""
        return frozenset(i for h in self.hits for i in h.indices)


def match_sentence(vocabulary: Vocabulary, tokens: Sequence[Token]) -> SentenceMatches:
    """All findings of a sentence."""
    items = tuple(_items(vocabulary, tokens))
    plain: list[Hit] = []
    crossing: list[Hit] = []
    for stretch in build_stretches(tokens, items):
        found = [
            *vocabulary.findings.search(tokens, stretch.indices, crossing=stretch.crossing),
            *_composed(vocabulary, tokens, items, stretch),
        ]
        (crossing if stretch.crossing else plain).extend(found)
    for run in split_at(tokens, HARD_BARRIERS):
        plain.extend(vocabulary.findings.search(tokens, run, joined=True))
    plain = list(dict.fromkeys(plain))
    claimed = {i for h in plain if h.pattern.role != "exclude" for i in h.indices}
    # Over an "and", words that each already have a partner on their own side do not pair up across it.
    plain += [h for h in dict.fromkeys(crossing) if h not in plain and not set(h.indices) <= claimed]
    return SentenceMatches(tuple(_settled(plain, tokens)), items)


def _items(vocabulary: Vocabulary, tokens: Sequence[Token]) -> Iterator[LexiconItem]:
    for hit in dict.fromkeys(vocabulary.items.search(tokens, range(len(tokens)))):
        if not any(tokens[i].form == "back again" for i in hit.indices):
            yield LexiconItem(hit.pattern.role, hit.pattern.owner, hit.indices)


def _composed(
    vocabulary: Vocabulary, tokens: Sequence[Token], items: Iterable[LexiconItem], stretch: Stretch
) -> Iterator[Hit]:
    inside = set(stretch.indices)
    order = {index: position for position, index in enumerate(stretch.indices)}
    here = [i for i in items if inside.issuperset(i.indices)]
    sensations = [i for i in here if i.kind == "sensation"]
    for site in (i for i in here if i.kind == "site"):
        for sensation in sensations:
            if set(site.indices) & set(sensation.indices):
                continue
            if _between(tokens, stretch, order, site, sensation) <= COMPOSE_GAP:
                indices = tuple(sorted({*site.indices, *sensation.indices}))
                for finding in vocabulary.composed.get((site.name, sensation.name), ()):
                    yield Hit(Pattern(finding, "composed", ()), indices)


def _between(tokens: Sequence[Token], stretch: Stretch, order: dict[int, int], a: LexiconItem, b: LexiconItem) -> int:
    first, second = (a, b) if a.indices[0] < b.indices[0] else (b, a)
    gap = stretch.indices[order[first.indices[-1]] + 1 : order[second.indices[0]]]
    return sum(not (tokens[i].is_free or tokens[i].is_barrier or tokens[i].surface in NEGATORS) for i in gap)


def _settled(hits: list[Hit], tokens: Sequence[Token]) -> Iterator[Hit]:
    """Drop excluded matches, and shorter ones inside a longer phrase of the same finding or of a denial."""
    excluded = [h for h in hits if h.pattern.role == "exclude"]
    kept = [h for h in hits if h.pattern.role != "exclude"]
    strong = [h for h in kept if h.pattern.has_negator or h.pattern.role == "absent"]
    for hit in kept:
        own = set(hit.indices)
        shut = any(
            x.pattern.owner == hit.pattern.owner and _excludes(x, own, tokens) and not own > set(x.indices)
            for x in excluded
        )
        covered = any(
            own < set(s.indices)
            and s is not hit
            and not (s.pattern.owner != hit.pattern.owner and s.pattern.role == "absent" and hit.pattern.has_negator)
            for s in strong
        )
        repeated = any(
            o.pattern.owner == hit.pattern.owner and o.pattern.role != "absent" and own < set(o.indices) for o in kept
        )
        if not (shut or covered or repeated or _only_by_stem(hit, hits, tokens)):
            yield hit


def _only_by_stem(hit: Hit, hits: Sequence[Hit], tokens: Sequence[Token]) -> bool:
    """A word in a form the vocabulary does not list, inside another finding's longer phrase.

    "Heart attack" does not say "attacked".
    """
    if len(hit.indices) > 1 or hit.pattern.surface in {"", tokens[hit.first].surface}:
        return False
    return any(hit.first in o.indices and len(o.indices) > 1 and o.pattern.owner != hit.pattern.owner for o in hits)


def _excludes(exclusion: Hit, own: set[int], tokens: Sequence[Token]) -> bool:
    """An exclusion works where it shares a word with the match; sharing none, from a few words off in its clause."""
    if own & set(exclusion.indices):
        return True
    left, right = (max(own), exclusion.first) if max(own) < exclusion.first else (exclusion.last, min(own))
    between = tokens[left + 1 : right]
    return len(between) <= EXCLUDE_GAP and not any(t.surface in CLAUSE_ENDS for t in between)
