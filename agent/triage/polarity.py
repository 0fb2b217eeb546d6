"""Is a finding stated, denied, past, only feared, or somebody's family history? Decided by scope within a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias

from agent.triage.grammar import JOINERS, NEGATORS, SUBJECT_STARTERS, words
from agent.triage.lexicon_match import Hit
from agent.triage.negation import Denials
from agent.triage.tokens import Token

Status: TypeAlias = Literal["present", "absent", "past", "hypothetical", "family", "unknown"]

_POSSESSIVES = words("my his her their our your the this that these")
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
        self._by_owner: dict[str, list[Hit]] = {}
        for hit in cues:
            if hit.pattern.role in {"negation", "frame"}:
                self._by_owner.setdefault(hit.pattern.owner, []).append(hit)
        self._denials = Denials(tokens, self._by_owner, consumed, mentioned)
        self._resets = self._denials.resets
        text = " ".join(t.surface for t in tokens)
        self._doubting = question and bool(_QUESTION.search(text)) and not _ASKS_IF_NORMAL.search(text)

    def status(self, indices: Sequence[int], *, history: bool = False) -> Status:
        """How the finding at these positions is meant; ``history`` findings are about the past anyway."""
        first, last = min(indices), max(indices)
        own = frozenset(indices)
        if self._framed("family", first, last, own):
            return "family"
        if self._denials.cover(own):
            return "absent"
        if self._feared(first, own):
            return "hypothetical"
        return "past" if not history and self._past(first, last, own) else "present"

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
