"""Meaning where words differ: clauses named by a learned projection, protocols found by their example sentences."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.triage.grammar import FREE, NEGATORS, stems
from agent.triage.mentions import Clause
from agent.triage.rules import Rulebook
from agent.triage.text import normalise
from agent.triage.tokens import Tokeniser
from agent.triage.types import Encode
from knowledge.expressions import FACT_NUMBERS, MEASURES, VITALS, Value
from knowledge.projection import Projection
from knowledge.schema import Content, FindingDef

SURE = 0.95
CUED = 0.7
DANGEROUS = 0.9
IN_CONTEXT = 0.45
DANGEROUS_IN_CONTEXT = 0.6
"""Least probability of a finding by the learned projection: without a word of its own in the clause, with one, and for
a finding that alone makes an emergency (which also needs the word); then for findings that an already open complaint
asks about: the complaint is the second cue. Calibrated on the vocabulary's own sentences:
``python -m knowledge.projection_training --report`` prints how many held-out examples are found and how many of the
named ones are right at each threshold, next to the plain nearest sentence. Patients' stories hold far more everyday
clauses than that, hence the high marks.
"""
LEAST_WORDS = 2
"""Telling words a clause must have: one alone ("ankles mostly") is near to many findings."""
CUE_SHARE = 60
"""A word speaks for a finding when at most one finding in this many uses it."""
ROUTE_THRESHOLD = 0.50
"""Cosine similarity from which a clause is near a protocol's examples: of 30 administrative and everyday sentences two
came within 0.45 and none above 0.50. Routing asks a protocol's questions; it never gives a level."""

MAX_CLAUSES = 40
"""Clauses of one session that may be encoded; a longer story is read by phrases only beyond that."""


_LIMITING = (
    NEGATORS | stems("barely hardly unable hard difficult struggle trouble cannot nearly almost") | {"barely", "hardly"}
)
_ABLE = frozenset({"can", "able", "could"})
_OFTEN, _SELDOM = 0.5, 0.1
_REASSURING = stems("fine normal normally ok okay easily properly usual alright") | {"normal", "easily", "normally"}


@dataclass(frozen=True)
class SemanticMatch:
    """A clause that means what a finding's examples mean."""

    clause: Clause
    finding: str
    score: float
    sure: bool = True
    """Holds by itself; otherwise only if an open complaint asks about this finding."""


@dataclass(frozen=True)
class Sense:
    """What a clause is near to: ``protocols`` with cosine likeness, best first, and its likeliest finding."""

    protocols: tuple[tuple[str, float], ...]
    finding: str
    """EVERYDAY when it most likely tells none."""
    chance: float
    dangerous: bool
    """The likeliest finding is critical or alone makes an emergency."""


class SemanticMatcher:
    """Matches clauses by meaning. The protocols' examples are encoded once, at ``warm`` or first use."""

    def __init__(
        self, content: Content, rulebook: Rulebook, encode: Encode, tokeniser: Tokeniser, projection: Projection
    ) -> None:
        self._encode = encode
        self._projection = projection
        self._known = frozenset(f.id for f in content.findings.values() if f.semantic != "never")
        self._dangerous = _dangerous_findings(content, rulebook)
        self._cues = _cue_forms(content.findings.values(), tokeniser)
        self._denying = {f.id: _denies(f, tokeniser) for f in content.findings.values()}
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
                self._matrix = self._encode(self._route_sentences)

    def match(self, clauses: Sequence[Clause]) -> tuple[list[SemanticMatch], dict[int, Sense]]:
        """Findings meant by the clauses, and for each clause's position what it is near to."""
        wanted = [n for n, c in enumerate(clauses) if _worth_encoding(c)]
        if not wanted:
            return [], {}
        self.warm()
        assert self._matrix is not None  # noqa: S101  # warm() has just filled it; narrows the type
        vectors = self._encode([clauses[n].text for n in wanted])
        names, chances = self._projection.probabilities(vectors)
        likeness = vectors @ self._matrix.T
        matches: list[SemanticMatch] = []
        senses: dict[int, Sense] = {}
        for row, number in enumerate(wanted):
            best = int(chances[row].argmax())
            chance = float(chances[row, best])
            if self._agrees(clauses[number], names[best]):
                sure = self._sure(clauses[number], names[best], chance)
                least = DANGEROUS_IN_CONTEXT if names[best] in self._dangerous else IN_CONTEXT
                if sure or chance >= least:
                    matches.append(SemanticMatch(clauses[number], names[best], chance, sure))
            near: dict[str, float] = {}
            for protocol, score in zip(self._routes, likeness[row], strict=True):
                if score >= ROUTE_THRESHOLD:
                    near[protocol] = max(near.get(protocol, 0.0), float(score))
            ranked = tuple(sorted(near.items(), key=lambda item: -item[1]))
            senses[number] = Sense(ranked, names[best], chance, names[best] in self._dangerous)
        return matches, senses

    def _agrees(self, clause: Clause, owner: str) -> bool:
        """Whether the clause denies as the finding's own sentences do: "I can" and "I can't" encode alike."""
        denies, able = _says_no(clause.forms), not _ABLE.isdisjoint(clause.forms)
        if owner not in self._known or (self._denying[owner] > _OFTEN) is not denies:
            return False
        if able and not denies and self._denying[owner] > _SELDOM:
            return False
        # "Can open my mouth fine" is near to not being able to, and says the opposite.
        soothing = not _REASSURING.isdisjoint(clause.forms) and _LIMITING.isdisjoint(clause.forms)
        return not (soothing and owner in self._dangerous)

    def _sure(self, clause: Clause, owner: str, chance: float) -> bool:
        cued = bool(clause.forms & self._cues[owner])
        if owner in self._dangerous:
            return cued and chance >= DANGEROUS
        return chance >= (CUED if cued else SURE)


def _says_no(words: Iterable[str]) -> bool:
    return not _LIMITING.isdisjoint(words)


def _worth_encoding(clause: Clause) -> bool:
    words = {f for f in clause.forms if f not in FREE and f[:1].isalpha()}
    return not clause.denied and not clause.question and len(words) >= LEAST_WORDS


def _denies(finding: FindingDef, tokeniser: Tokeniser) -> float:
    """Share of the ways to say it that hold a denial of their own ("cannot breathe")."""
    told = [_says_no(t.surface for t in tokeniser.tokens(normalise(text).text)) for text in finding.phrases]
    return sum(told) / max(1, len(told))


def _dangerous_findings(content: Content, rulebook: Rulebook) -> frozenset[str]:
    """Findings that are critical or alone make an emergency: a likeness is not enough to set them."""
    rules = [r for p in rulebook.protocols.values() for r in p.rules if r.rule.disposition.is_emergency]
    found = {f.id for f in content.findings.values() if f.critical}
    for name, finding in content.findings.items():
        alone = {name, *finding.implies}

        def only(asked: str, attribute: str | None, alone: set[str] = alone) -> Value:
            if attribute in MEASURES or asked in FACT_NUMBERS | VITALS:
                return float("nan")
            return asked in alone if attribute is None else False

        if any(r.names & alone and r.when.evaluate(only) is True for r in rules):
            found.add(name)
    return frozenset(found)


def _cue_forms(findings: Iterable[FindingDef], tokeniser: Tokeniser) -> dict[str, frozenset[str]]:
    """Words that speak for a finding: those of its own phrases that few other findings use."""
    forms: dict[str, set[str]] = {}
    for finding in findings:
        texts = (*finding.phrases, finding.label, finding.patient_label)
        tokens = [t for text in texts for t in tokeniser.tokens(normalise(text).text, repair=False)]
        forms[finding.id] = {
            t.form for t in tokens if not t.is_barrier and t.surface not in FREE | NEGATORS and len(t.surface) > 2
        }
    limit = max(3, len(forms) // CUE_SHARE)
    spread: dict[str, int] = {}
    for own in forms.values():
        for form in own:
            spread[form] = spread.get(form, 0) + 1
    return {owner: frozenset(f for f in own if spread[f] <= limit) for owner, own in forms.items()}
