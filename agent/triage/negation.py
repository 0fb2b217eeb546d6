"""What a denial reaches: cues before and after a finding, lists, and where a denial ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.triage.grammar import ARTICLES, FINITE_VERBS, JOINERS, NEGATORS, PRONOUNS, SUBJECT_STARTERS, stems, words
from agent.triage.lexicon_match import Hit
from agent.triage.tokens import Token

_SHORT_REACH = 5
"""Words that a bare "not" reaches; a denial with "have" reaches to the end of its clause."""
_MODALS = words("can could will would should may might must")
_SENSING = stems("feel see find notice hear detect")
_HAVING = stems("have get any feel notice experience suffer see report")
_PLAIN_NO = frozenset({"no", "not", "never"})
_UNREPEATED = words("such this")
_CLOSING_ONLY = words("no none nil negative neg free clear good normal")
"""Words that deny what stands before them only at the end of a stretch: in "fever no cough" the "no" is the cough's."""
_BACKWARD_LISTS = stems("denied denies ruled excluded absent negative")
_TESTS = stems("test swab dip dipstick scan ct xray film culture result screen troponin dimer hcg sample urine biopsy")
_NOT_BARE = words(
    """
    since for today yesterday last started ago now severe bad terrible awful crushing sudden constant worse really
    very x hour minute day week month
    """
)


@dataclass(frozen=True)
class _Cue:
    first: int
    last: int
    listing: bool


class Denials:
    """The denials of one sentence and what they cover.

    Args:
        tokens: The sentence.
        cues: Negation cues by class of the lexicon.
        consumed: Positions whose word belongs to a finding's own phrase ("can't breathe").
        mentioned: Positions of words that some finding uses; a denial goes on over a list of findings only.
    """

    def __init__(
        self,
        tokens: Sequence[Token],
        cues: dict[str, list[Hit]],
        consumed: frozenset[int],
        mentioned: frozenset[int],
    ) -> None:
        self._tokens, self._by_owner = tokens, cues
        self._mentioned, self._consumed = mentioned, consumed
        self._resets = {h.first for h in cues.get("reset", ())}
        self._pseudo = frozenset(i for h in cues.get("pseudo", ()) for i in h.indices)
        self._double = [h for h in cues.get("double", ()) if h.last not in consumed]
        self._ors = [i for i, t in enumerate(tokens) if t.surface in {"or", "nor"}]
        self._reaches = [(cue, self._reach(cue)) for cue in self._denials()]

    @property
    def resets(self) -> set[int]:
        """Positions where a word ends the reach of what stands before it."""
        return self._resets

    def cover(self, own: frozenset[int]) -> bool:
        """Whether the finding at these positions is denied, doubled denials taken as a statement."""
        first, last = min(own), max(own)
        return self._denied(first, last, own) and not self._turned_round(first)

    def _denials(self) -> list[_Cue]:
        listing = {h.first for h in self._by_owner.get("list", ())}
        longest: dict[int, Hit] = {}
        for hit in self._by_owner.get("before", ()):
            if hit.first not in longest or hit.last > longest[hit.first].last:
                longest[hit.first] = hit
        cues = [_Cue(h.first, h.last, h.first in listing) for h in longest.values()]
        doubled = {i for h in self._double for i in h.indices}
        inner = {i for c in cues for i in range(c.first + 1, c.last + 1)}
        return [c for c in cues if c.first not in inner | doubled and self._denies(c)]

    def _denies(self, cue: _Cue) -> bool:
        covered = set(range(cue.first, cue.last + 1))
        if covered & self._consumed or cue.first in self._pseudo:
            return False
        word = self._tokens[cue.first].surface
        before = self._tokens[cue.first - 1].surface if cue.first else ""
        after = self._tokens[cue.last + 1] if cue.last + 1 < len(self._tokens) else None
        if after is None or after.is_barrier:
            return False
        if word == "no" and after.surface in SUBJECT_STARTERS:
            return False
        if word == "not" and before in _MODALS:
            return after.form in _SENSING
        if word == "never":
            rest = [t.surface for t in self._tokens[cue.last + 1 :]]
            return "before" not in rest and not (
                _UNREPEATED & set(rest) and {"like", "bad", "such", "kind"} & set(rest)
            )
        return True

    def _reach(self, cue: _Cue) -> int:
        """First position the denial no longer covers."""
        tokens, index = self._tokens, cue.last + 1
        short = tokens[cue.last].surface == "not" and not any(t.form in _HAVING for t in tokens[index : index + 3])
        counted, found = 0, False
        while index < len(tokens):
            token = tokens[index]
            if index in self._resets and index > cue.last and index not in self._consumed:
                return index
            if token.is_barrier or token.surface in JOINERS:
                if not self._goes_on(index, cue, short=short, found=found):
                    return index
            elif not token.is_free:
                counted += 1
                if short and counted > _SHORT_REACH:
                    return index
            found = found or index in self._mentioned
            index += 1
        return index

    def _goes_on(self, index: int, cue: _Cue, *, short: bool, found: bool) -> bool:
        """Whether a denial reaches over the barrier at ``index`` into the next item."""
        word = self._tokens[index].surface
        item = self._item_after(index)
        if not item or item[0].surface in SUBJECT_STARTERS or any(t.surface in NEGATORS for t in item):
            return False
        if word in {"or", "nor", "/"}:
            return True
        if any(t.surface in FINITE_VERBS for t in item) or not self._is_bare(item):
            return False
        closes_with_or = any(index < place for place in self._ors)
        if cue.listing or (closes_with_or and word == ","):
            return found or cue.listing
        if short or word not in {",", "and"}:
            return False
        # "No fever, cough, SOB": a note that opens with "no" goes on; in "cough, no fever, sore throat" it does not.
        opens = all(t.surface in PRONOUNS or t.is_free for t in self._tokens[: cue.first])
        return found and (word == "and" or (opens and self._tokens[cue.first].surface in _PLAIN_NO))

    def _item_after(self, index: int) -> list[Token]:
        item: list[Token] = []
        for position in range(index + 1, len(self._tokens)):
            token = self._tokens[position]
            if token.is_barrier or token.surface in JOINERS:
                if item:
                    break
                continue
            if position in self._resets:
                return item if item else []
            item.append(token)
        return item

    def _is_bare(self, item: list[Token]) -> bool:
        words = [t for t in item if not t.is_free]
        if any(t.surface in _NOT_BARE or t.form in _NOT_BARE or t.surface[0].isdigit() for t in item):
            return False
        return len(words) <= 3 and item[0].surface not in ARTICLES - {"any"}

    def _denied(self, first: int, last: int, own: frozenset[int]) -> bool:
        for cue, reach in self._reaches:
            inside = first < cue.first <= last and cue.first not in own
            if (cue.last < first < reach) or (inside and reach > last):
                return True
        if any(self._denies_own(hit, own) for hit in self._by_owner.get("pseudo", ())):
            return True
        return any(
            self._denied_after(hit, last) for hit in self._by_owner.get("after", ()) if not own & set(hit.indices)
        )

    def _denies_own(self, hit: Hit, own: frozenset[int]) -> bool:
        """Whether a group like "doesn't go away" does deny a finding that is itself a going away."""
        words = {i for i in hit.indices if self._tokens[i].surface not in NEGATORS and not self._tokens[i].is_free}
        negators = set(hit.indices) - words
        return bool(words & own) and not negators & (own | self._consumed)

    def _denied_after(self, hit: Hit, last: int) -> bool:
        tokens = self._tokens
        if hit.first <= last or set(hit.indices) & (self._consumed | self._pseudo):
            return False
        ends = hit.last + 1 >= len(tokens) or tokens[hit.last + 1].is_barrier
        if not ends and tokens[hit.first].surface in _CLOSING_ONLY:
            return False
        between = tokens[last + 1 : hit.first]
        if self._reset_between(last, hit.first):
            return False
        if any(t.surface in NEGATORS for t in between):
            return False
        if all(t.is_free or t.surface in {":", "–", "—", "("} for t in between):
            return True
        # "Fever, cough and rash absent" is a list; in "severe pain, pregnancy test negative" the test is negative, and
        # in "distended, absent bowel sounds" the word belongs to what follows.
        lists = ends and tokens[hit.first].form in _BACKWARD_LISTS and not any(t.form in _TESTS for t in between)
        told = any(t.surface in FINITE_VERBS | _NOT_BARE or t.surface in SUBJECT_STARTERS for t in between)
        return lists and not told and not self._graded(last)

    def _graded(self, last: int) -> bool:
        """Whether the item that ends at ``last`` is described in a way nobody describes what is not there."""
        place = last
        while place >= 0 and not self._tokens[place].is_barrier:
            if self._tokens[place].surface in _NOT_BARE:
                return True
            place -= 1
        return False

    def _turned_round(self, first: int) -> bool:
        return any(hit.last < first and not self._reset_between(hit.last, first) for hit in self._double)

    def _reset_between(self, left: int, right: int) -> bool:
        return any(i in self._resets for i in range(left + 1, right))
