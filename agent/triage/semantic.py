"""Meaning where words differ: clause vectors against vectors of the vocabulary's own example sentences."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.triage.grammar import FREE, NEGATORS, stems
from agent.triage.mentions import Clause
from agent.triage.text import normalise
from agent.triage.tokens import Tokeniser
from agent.triage.types import Encode
from knowledge.expressions import parse
from knowledge.schema import Content, FindingDef

ALONE_THRESHOLD = 0.72
EMERGENCY_THRESHOLD = 0.68
CUED_THRESHOLD = 0.62
MARGIN = 0.04
ROUTE_THRESHOLD = 0.50
"""Cosine similarities of all-MiniLM-L6-v2, calibrated on the vocabulary's own sentences.

Each of 1075 example sentences of 473 findings was taken out in turn and matched against the rest. The nearest sentence
belonged to the same finding or one it implies for 47 % of them from 0.50 on, for 57 % from 0.62 with a margin of 0.04
to the next unrelated finding and a word of the finding in the clause, for 62 % from 0.68. This is a lower bound, as the
sentence left out was often the only one of its kind. Hence one finding a clause, a margin and a cue; without a cue
0.72; for findings an emergency rule rests on 0.68 and a cue. Of 30 administrative and everyday sentences two came
within 0.45 of a protocol's examples and none above 0.50, the floor for asking that protocol's questions.
"""

MAX_CLAUSES = 40
"""Clauses of one session that may be encoded; a longer story is read by phrases only beyond that."""


_LIMITING = (
    NEGATORS | stems("barely hardly unable hard difficult struggle trouble cannot nearly almost") | {"barely", "hardly"}
)
_REASSURING = stems("fine normal normally ok okay easily properly usual alright") | {"normal", "easily", "normally"}


@dataclass(frozen=True)
class SemanticMatch:
    """A clause that means what a finding's examples mean."""

    clause: Clause
    finding: str
    score: float


class SemanticMatcher:
    """Matches clauses by meaning. The example sentences are encoded once, at ``warm`` or first use."""

    def __init__(self, content: Content, encode: Encode, tokeniser: Tokeniser) -> None:
        self._encode = encode
        self._modes = {f.id: f.semantic for f in content.findings.values()}
        self._emergency = _emergency_findings(content)
        self._related = _related(content.findings)
        self._cues = _cue_forms(content.findings.values(), tokeniser)
        self._owners: list[str] = []
        self._sentences: list[str] = []
        self._negated: list[bool] = []
        for finding in content.findings.values():
            if finding.semantic != "never":
                for text in (*finding.exemplars, *((finding.patient_label,) if finding.patient_label else ())):
                    self._owners.append(finding.id)
                    self._sentences.append(text)
                    self._negated.append(_says_no(t.surface for t in tokeniser.tokens(normalise(text).text)))
        self._routes: list[str] = []
        self._route_sentences: list[str] = []
        for protocol in content.protocols.values():
            for text in (*protocol.exemplars, *((protocol.patient_title,) if protocol.exemplars else ())):
                self._routes.append(protocol.id)
                self._route_sentences.append(text)
        self._lock = threading.Lock()
        self._matrix: NDArray[np.float32] | None = None

    def warm(self) -> None:
        """Encode the examples now (some seconds); later calls are free."""
        with self._lock:
            if self._matrix is None:
                self._matrix = self._encode([*self._sentences, *self._route_sentences])

    def match(self, clauses: Sequence[Clause]) -> tuple[list[SemanticMatch], dict[int, list[tuple[str, float]]]]:
        """Findings meant by the clauses, and for each clause's position the protocols it is near to, best first."""
        wanted = [n for n, c in enumerate(clauses) if _worth_encoding(c)]
        if not wanted:
            return [], {}
        self.warm()
        assert self._matrix is not None  # noqa: S101  # warm() has just filled it; narrows the type
        vectors = self._encode([clauses[n].text for n in wanted])
        scores = vectors @ self._matrix.T
        matches: list[SemanticMatch] = []
        routes: dict[int, list[tuple[str, float]]] = {}
        split = len(self._owners)
        for row, number in enumerate(wanted):
            matches += self._matches_of(clauses[number], self._agreeing(clauses[number], scores[row, :split]))
            best: dict[str, float] = {}
            for protocol, score in zip(self._routes, scores[row, split:], strict=True):
                if score >= ROUTE_THRESHOLD:
                    best[protocol] = max(best.get(protocol, 0.0), float(score))
            routes[number] = sorted(best.items(), key=lambda item: -item[1])
        return matches, routes

    def _agreeing(self, clause: Clause, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scores of the examples that deny as the clause does: to the encoder "I can" and "I can't" are alike."""
        denies = _says_no(clause.forms)
        agreeing = np.fromiter((negated is denies for negated in self._negated), dtype=bool, count=len(self._negated))
        return np.where(agreeing, scores, np.float32(0.0))

    def _matches_of(self, clause: Clause, scores: NDArray[np.float32]) -> list[SemanticMatch]:
        """At most one finding: the nearest, if it stands clear of the next one it has nothing to do with."""
        best: dict[str, float] = {}
        for index in np.flatnonzero(scores >= CUED_THRESHOLD - MARGIN):
            owner = self._owners[int(index)]
            best[owner] = max(best.get(owner, 0.0), float(scores[index]))
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        if not ranked:
            return []
        owner, score = ranked[0]
        rival = next((s for other, s in ranked[1:] if other not in self._related[owner]), 0.0)
        if score - rival < MARGIN or not self._allowed(clause, owner, score):
            return []
        return [SemanticMatch(clause, owner, score)]

    def _allowed(self, clause: Clause, owner: str, score: float) -> bool:
        """Alone only for findings no emergency rule rests on; the others need a word of their own in the clause."""
        cued = bool(clause.forms & self._cues[owner])
        if owner in self._emergency:
            # "Can open my mouth fine" is near to not being able to, and says the opposite.
            if clause.forms & _REASSURING and not clause.forms & _LIMITING:
                return False
            return cued and score >= EMERGENCY_THRESHOLD
        if self._modes[owner] == "alone" and score >= ALONE_THRESHOLD:
            return True
        return cued and score >= CUED_THRESHOLD


def _says_no(words: Iterable[str]) -> bool:
    return not _LIMITING.isdisjoint(words)


def _worth_encoding(clause: Clause) -> bool:
    words = {f for f in clause.forms if f not in FREE and f[:1].isalpha()}
    return not clause.denied and len(words) >= 2


def _related(findings: Mapping[str, FindingDef]) -> dict[str, frozenset[str]]:
    """For each finding those that imply it or that it implies."""
    related: dict[str, set[str]] = {name: set() for name in findings}
    for finding in findings.values():
        for implied in finding.implies:
            related[finding.id].add(implied)
            related[implied].add(finding.id)
    return {name: frozenset(others) for name, others in related.items()}


def _emergency_findings(content: Content) -> frozenset[str]:
    rules = (r for p in content.protocols.values() for r in p.rules if r.disposition.is_emergency)
    return frozenset(name for rule in rules for name in parse(rule.when).findings)


def _cue_forms(findings: Iterable[FindingDef], tokeniser: Tokeniser) -> dict[str, frozenset[str]]:
    """Words that speak for a finding: those of its own phrases that few other findings use."""
    forms: dict[str, set[str]] = {}
    for finding in findings:
        texts = (*finding.phrases, finding.label, finding.patient_label)
        tokens = [t for text in texts for t in tokeniser.tokens(normalise(text).text, repair=False)]
        forms[finding.id] = {
            t.form for t in tokens if not t.is_barrier and t.surface not in FREE | NEGATORS and len(t.surface) > 2
        }
    limit = max(3, len(forms) // 12)
    spread: dict[str, int] = {}
    for own in forms.values():
        for form in own:
            spread[form] = spread.get(form, 0) + 1
    return {owner: frozenset(f for f in own if spread[f] <= limit) for owner, own in forms.items()}
