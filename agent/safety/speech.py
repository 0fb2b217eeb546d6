"""How something is said: clauses of a sentence, and the acts (question, attribution, …) that excuse a content."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from agent.safety.tagging import Tagged
from knowledge.patterns import expand
from knowledge.schema_gate import OutputGatePolicy, Words

CLAUSE_BREAK = "clause_break"
SUBORDINATE_LEAD = "subordinate_lead"


@dataclass(frozen=True)
class Clause:
    """A part of a sentence that stands for itself: its text and where it starts in the tagged text."""

    text: str
    offset: int


@dataclass
class Utterance:
    """A tagged sentence with its clauses; acts already looked up are remembered."""

    tagged: Tagged
    clauses: tuple[Clause, ...]
    known: dict[tuple[str, int], bool] = field(default_factory=dict)


def compile_any(patterns: Iterable[str], groups: dict[str, Words]) -> re.Pattern[str] | None:
    """One expression for all patterns, or None for none."""
    parts = [f"(?:{expand(p, groups)})" for p in patterns]
    return re.compile("|".join(parts)) if parts else None


class SpeechActs:
    """The acts of a policy, compiled once."""

    def __init__(self, policy: OutputGatePolicy) -> None:
        self._acts = {
            name: (act.scope, compile_any(act.patterns, policy.groups), compile_any(act.unless, policy.groups))
            for name, act in policy.acts.items()
        }
        self._break = compile_any(policy.groups[CLAUSE_BREAK], policy.groups)
        self._lead = compile_any(policy.groups[SUBORDINATE_LEAD], policy.groups)

    def utter(self, tagged: Tagged) -> Utterance:
        """Splits a tagged sentence into clauses."""
        text = tagged.text
        cuts = {m.start() for m in self._break.finditer(text)} if self._break else set()
        bounds = [0, *sorted(c for c in cuts if c), len(text)]
        clauses: list[Clause] = []
        for start, end in itertools.pairwise(bounds):
            clauses.extend(self._split_lead(text[start:end], start))
        return Utterance(tagged, tuple(c for c in clauses if c.text.strip(" ,;:—")))

    def _split_lead(self, text: str, offset: int) -> Iterable[Clause]:
        """A clause that opens with "if …," or "once …," ends at its comma."""
        bare = text.lstrip(" ,;:—")
        offset += len(text) - len(bare)
        comma = bare.find(" ,")
        if comma > 0 and self._lead and self._lead.match(bare):
            yield Clause(bare[:comma], offset)
            rest = bare[comma:].lstrip(" ,")
            yield Clause(rest, offset + len(bare) - len(rest))
        else:
            yield Clause(bare, offset)

    def excuses(self, names: Iterable[str], utterance: Utterance, number: int) -> bool:
        """Whether one of the named acts holds for clause `number` of the utterance."""
        return any(self._holds(name, utterance, number) for name in names)

    def _holds(self, name: str, utterance: Utterance, number: int) -> bool:
        key = (name, number)
        if key not in utterance.known:
            scope, patterns, unless = self._acts[name]
            text = utterance.tagged.text if scope == "sentence" else utterance.clauses[number].text
            held = bool(patterns and patterns.search(text)) and not (unless and unless.search(text))
            utterance.known[key] = held
        return utterance.known[key]
