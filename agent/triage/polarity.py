"""Is a finding stated, denied, past, only feared, or somebody's family history? Decided by scope within a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.triage.grammar import ARTICLES, FINITE_VERBS, JOINERS, NEGATORS, PRONOUNS, SUBJECT_STARTERS, words
from agent.triage.lexicon_match import Hit
from agent.triage.tokens import Token

Status: TypeAlias = Literal["present", "absent", "past", "hypothetical", "family", "unknown"]

_SHORT_REACH = 5
"""Words that a bare "not" reaches; a denial with "have" reaches to the end of its clause."""
_MODALS = words("can could will would should may might must")
_SENSING = words("feel see find notic hear detect")
_HAVING = words("have get any feel notic experienc suffer see report")
_PLAIN_NO = frozenset({"no", "not", "never"})
_POSSESSIVES = words("my his her their our your the this that these")
_UNREPEATED = words("such this")
_NOT_BARE = words(
    """
    since for today yesterday last started ago now severe bad terrible awful crushing sudden constant worse really
    very x hour minute day week month
    """
)
_QUESTION = re.compile(
    r"^(?:so |but |and |please )*(?:"
    r"(?:could|might|can|would|is|are|do|does|am)\s+(?:it|this|that|these|i|he|she|they|we)\b|"
    r"what (?:might|could|can|would|may) (?:cause|be|it|this)\b|what (?:causes|are the|is the|is an?)\b|"
    r"how (?:does|do|common|effective|is an?)\b|(?:can|does|could) (?:an? )?\w+ (?:cause|lead|give|mean|bring)\b)"
)
_ASKS_IF_NORMAL = re.compile(
    r"\b(?:normal|ok|okay|bad|safe|serious|dangerous|common|usual|help|tell|see|get|book|have an)\b"
)
_YEAR = re.compile(r"^(?:19[3-9]\d|20[0-4]\d)$")
_ONGOING = words("since started start began begin first onset from still now ongoing")


@dataclass(frozen=True)
class _Cue:
    first: int
    last: int
    listing: bool


class SentencePolarity:
    """Reads one sentence's cues once, then judges each finding in it.

    Args:
        tokens: The sentence.
        cues: Cue hits of the lexicon.
        consumed: Positions whose word belongs to a finding's own phrase ("can't breathe"), which must not turn round
            that or any other finding.
        mentioned: Positions of words that some finding uses; a denial goes on over a list of findings only.
        question: The sentence ends in a question mark.
    """

    def __init__(
        self,
        tokens: Sequence[Token],
        cues: Sequence[Hit],
        *,
        consumed: frozenset[int],
        mentioned: frozenset[int],
        question: bool,
    ) -> None:
        self._tokens = tokens
        self._mentioned = mentioned
        self._consumed = consumed
        self._by_owner: dict[str, list[Hit]] = {}
        for hit in cues:
            if hit.pattern.role in {"negation", "frame"}:
                self._by_owner.setdefault(hit.pattern.owner, []).append(hit)
        self._resets = {h.first for h in self._by_owner.get("reset", ())}
        self._pseudo = frozenset(i for h in self._by_owner.get("pseudo", ()) for i in h.indices)
        self._double = [h for h in self._by_owner.get("double", ()) if h.last not in consumed]
        self._ors = [i for i, t in enumerate(tokens) if t.surface in {"or", "nor"}]
        self._reaches = [(cue, self._reach(cue)) for cue in self._denials()]
        words = " ".join(t.surface for t in tokens)
        self._doubting = question and bool(_QUESTION.search(words)) and not _ASKS_IF_NORMAL.search(words)

    def status(self, indices: Sequence[int], *, history: bool = False) -> Status:
        """How the finding at these positions is meant; ``history`` findings are about the past anyway."""
        first, last = min(indices), max(indices)
        own = frozenset(indices)
        if self._framed("family", first, last, own):
            return "family"
        denied = self._denied(first, last, own)
        if denied and not self._turned_round(first):
            return "absent"
        if self._feared(first, own):
            return "hypothetical"
        return "past" if not history and self._past(first, last, own) else "present"

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
        if covered & self._consumed or (cue.first in self._pseudo and not cue.listing):
            return False
        if cue.first in self._pseudo:
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
        if not ends and tokens[hit.first].surface in {
            "no",
            "none",
            "nil",
            "negative",
            "neg",
            "free",
            "clear",
            "good",
            "normal",
        }:
            return False
        between = tokens[last + 1 : hit.first]
        if any(i in self._resets for i in range(last + 1, hit.first)):
            return False
        if any(t.surface in NEGATORS for t in between):
            return False
        if all(t.is_free or t.surface in {":", "–", "—", "("} for t in between):
            return True
        lists = tokens[hit.first].form in {"deny", "rul", "rule", "excluded", "absent", "negativ"}
        return lists and not any(t.surface in FINITE_VERBS or t.surface in SUBJECT_STARTERS for t in between)

    def _turned_round(self, first: int) -> bool:
        return any(hit.last < first and not self._reset_between(hit.last, first) for hit in self._double)

    def _reset_between(self, left: int, right: int) -> bool:
        return any(i in self._resets for i in range(left + 1, right))

    def _framed(self, owner: str, first: int, last: int, own: frozenset[int]) -> bool:
        for hit in self._by_owner.get(owner, ()):
            if self._is_own(hit, own):
                continue
            between = range(hit.last + 1, first) if hit.last < first else range(last + 1, hit.first)
            if not any(self._tokens[i].surface in {"but", ";", "however"} or self._starts_anew(i) for i in between):
                return True
        return False

    def _is_own(self, hit: Hit, own: frozenset[int]) -> bool:
        """The cue is part of the finding's own phrase ("family history of breast cancer" as a finding)."""
        told = {i for i in hit.indices if not self._tokens[i].is_free} or set(hit.indices)
        return told <= own

    def _starts_anew(self, index: int) -> bool:
        """A barrier followed by a new subject: "my dad had a stroke and I have ..."."""
        following = self._tokens[index + 1].surface if index + 1 < len(self._tokens) else ""
        before = self._tokens[index]
        return (before.is_barrier or before.surface in JOINERS) and following in SUBJECT_STARTERS

    def _feared(self, first: int, own: frozenset[int]) -> bool:
        owned = self._owned(first)
        if self._doubting and not owned:
            return True
        for hit in self._by_owner.get("hypothetical", ()):
            if self._is_own(hit, own) or hit.last >= first:
                continue
            # "Worried about my headache": she has it; "what if my nose starts to bleed": it does not yet.
            if owned and not {"if", "case"} & {self._tokens[i].surface for i in hit.indices}:
                continue
            if hit.first and self._tokens[hit.first - 1].surface in NEGATORS:
                continue
            between = range(hit.last + 1, first)
            stops = (self._tokens[i].surface in {",", ";", "and"} or i in self._resets for i in between)
            if not any(stops):
                return True
        return False

    def _owned(self, first: int) -> bool:
        """Whether "my", "the", "this" ... stands at most two words before, with no comma between."""
        for token in reversed(self._tokens[max(0, first - 2) : first + 1]):
            if token.is_barrier:
                return False
            if token.surface in _POSSESSIVES:
                return True
        return False

    def _past(self, first: int, last: int, own: frozenset[int]) -> bool:
        left, right = self._clause(first, last)
        words = {t.surface for t in self._tokens[left:right]}
        if words & _ONGOING:
            return False
        inside = range(left, right)
        cues = [h for h in self._by_owner.get("past", ()) if h.first in inside and not self._is_own(h, own)]
        years = [i for i in inside if _YEAR.match(self._tokens[i].surface) and i not in own]
        return bool(cues) or any(i and self._tokens[i - 1].surface in {"in", "back", "of"} for i in years)

    def _clause(self, first: int, last: int) -> tuple[int, int]:
        """From the barrier or reset word before to the one after."""
        left, right = first, last + 1
        while left > 0 and not (self._tokens[left - 1].is_barrier or self._tokens[left - 1].surface in {"but", "now"}):
            left -= 1
        while right < len(self._tokens) and not (
            self._tokens[right].is_barrier or self._tokens[right].surface == "but"
        ):
            right += 1
        return left, right
