"""Stretches of a sentence within which words belong together, with coordinated lists spread out.

"Pain in my chest and left arm" gives the stretches "pain in my chest" and "pain in my left arm"; "my leg is red,
swollen and hot" gives three. A stretch is a list of token positions, so quotes stay verbatim.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.triage.grammar import HARD_BARRIERS, JOINERS, NEGATORS, SOFT_BARRIERS, SUBJECT_STARTERS, words
from agent.triage.tokens import Token

_POSITION_WORDS = words("left right upper lower both middle top bottom front side inner outer down")


@dataclass(frozen=True)
class LexiconItem:
    """A place of the body or a sensation, as ``name`` of the lexicon, at these token positions."""

    kind: str
    name: str
    indices: tuple[int, ...]


@dataclass(frozen=True)
class Stretch:
    """Token positions that are read together; ``crossing`` when they reach over an "and" or a colon."""

    indices: tuple[int, ...]
    crossing: bool = False


def split_at(tokens: Sequence[Token], barriers: frozenset[str]) -> list[tuple[int, ...]]:
    """Runs of token positions between barriers."""
    runs: list[list[int]] = [[]]
    for index, token in enumerate(tokens):
        if token.surface in barriers:
            runs.append([])
        else:
            runs[-1].append(index)
    return [tuple(run) for run in runs if run]


def build_stretches(tokens: Sequence[Token], items: Sequence[LexiconItem]) -> list[Stretch]:
    """Plain stretches, spread-out lists, and stretches over soft barriers, without doubles."""
    plain = split_at(tokens, HARD_BARRIERS | SOFT_BARRIERS)
    stretches = [Stretch(run) for run in plain]
    spread = [Stretch(run) for run in _spread(tokens, items)]
    wide = [Stretch(run, crossing=True) for run in _statements(tokens) if run not in plain]
    return list(dict.fromkeys([*stretches, *spread, *wide]))


def _statements(tokens: Sequence[Token]) -> list[tuple[int, ...]]:
    """Runs between commas, and at an "and" that opens a statement with a subject of its own."""
    runs: list[tuple[int, ...]] = []
    for run in split_at(tokens, HARD_BARRIERS):
        start = 0
        for position, index in enumerate(run[:-1]):
            if tokens[index].surface in JOINERS and tokens[run[position + 1]].surface in SUBJECT_STARTERS:
                runs.append(run[start:position])
                start = position + 1
        runs.append(run[start:])
    return [run for run in runs if run]


def _spread(tokens: Sequence[Token], items: Sequence[LexiconItem]) -> list[tuple[int, ...]]:
    runs: list[tuple[int, ...]] = []
    for group in _coordinated(tokens, items):
        first, last = group[0].indices[0], group[-1].indices[-1]
        left, right = _context(tokens, first, step=-1), _context(tokens, last, step=1)
        # How far a denial reaches over a list is a matter of polarity, not of phrases with a "no" of their own.
        left = [i for i in left if tokens[i].surface not in NEGATORS]
        # "Chest pain and numb arm": each has its own partner, nothing is shared.
        partners = [i for i in items if i.kind != group[0].kind]
        if _holds(partners, left) and _holds(partners, right):
            continue
        for item in group:
            own = _with_position(tokens, item, first)
            runs.append((*left, *own, *right))
    return runs


def _holds(items: Sequence[LexiconItem], positions: Sequence[int]) -> bool:
    return any(set(item.indices) <= set(positions) for item in items)


def _coordinated(tokens: Sequence[Token], items: Sequence[LexiconItem]) -> list[list[LexiconItem]]:
    """Groups of two or more places, or sensations, that only commas, "and", "or" and little words part."""
    groups: list[list[LexiconItem]] = []
    for kind in ("site", "sensation"):
        ordered = sorted((i for i in items if i.kind == kind), key=lambda i: (i.indices[0], -len(i.indices)))
        current: list[LexiconItem] = []
        for item in ordered:
            if current and item.indices[0] <= current[-1].indices[-1]:
                continue
            if current and _listed(tokens, current[-1].indices[-1], item.indices[0]):
                current.append(item)
                continue
            groups.append(current)
            current = [item]
        groups.append(current)
    return [g for g in groups if len(g) > 1 and (g[0].kind == "sensation" or _closed(tokens, g))]


def _closed(tokens: Sequence[Token], group: Sequence[LexiconItem]) -> bool:
    """A list of places needs its "and": in "can't pee, back pain" nothing is shared."""
    return any(t.surface in JOINERS for t in tokens[group[0].indices[0] : group[-1].indices[-1]])


def _listed(tokens: Sequence[Token], left: int, right: int) -> bool:
    between = tokens[left + 1 : right]
    has_joiner = any(t.is_barrier for t in between)
    return has_joiner and all(t.is_barrier or t.is_free or t.surface in _POSITION_WORDS for t in between)


def _context(tokens: Sequence[Token], edge: int, step: int) -> list[int]:
    """Positions beside a list, up to the next barrier, in reading order."""
    found: list[int] = []
    index = edge + step
    while 0 <= index < len(tokens) and not tokens[index].is_barrier:
        found.append(index)
        index += step
    return found[::-1] if step < 0 else found


def _with_position(tokens: Sequence[Token], item: LexiconItem, first: int) -> list[int]:
    """An item of a list with its own "left", "lower" ... in front."""
    start = item.indices[0]
    while start - 1 > first and (tokens[start - 1].surface in _POSITION_WORDS or tokens[start - 1].is_free):
        start -= 1
    return list(range(start, item.indices[-1] + 1))
