"""Meaning where words differ: clauses named by a learned projection, protocols found by their example sentences."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.triage.grammar import FREE, NEGATORS, stems
from agent.triage.mentions import Clause, Mention
from agent.triage.relations import dangerous_findings, forms_of, implications, openers, soothing_findings
from agent.triage.rules import Rulebook
from agent.triage.text import normalise
from agent.triage.tokens import Token, Tokeniser
from agent.triage.types import Encode
from knowledge.projection import Projection
from knowledge.schema import Content, FindingDef

SURE = 0.95
CUED = 0.5
DANGEROUS = 0.7
DANGEROUS_BESIDE = 0.85
IN_CONTEXT = 0.45
DANGEROUS_IN_CONTEXT = 0.6
"""Least probability of a finding by the learned projection: without a word of its own in the clause, with one, and for
a finding that alone makes an emergency (which also needs the word), more in a clause that a phrase has read; then for
findings that an already open complaint
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

COMPLAINT = 0.5
"""Least probability that a clause tells one of the findings that open a protocol: of held-out clauses half are placed
so, nine in ten of them rightly. It opens a complaint when nothing else does."""

MAX_CLAUSES = 60
"""Clauses of one session that may be encoded; a longer story is read by phrases only beyond that."""
DOUBTFUL = 50
DOUBTFUL_DANGER = 150
"""So many findings may be likelier by a clause's meaning than one that a phrase of everyday words names ("gap", "kicks
me"); beyond that the phrase stood there by chance. Of 645 phrases in 144 stories 8 % are beyond, nearly all of them
chance. A danger sign is given up later."""
RIVAL = 20
"""How many times likelier another finding read from the same words must be for this one not to be meant."""
FEW_FINDINGS = 3
MANY_WORDS = 3
EVERYDAY_WORDS = 5000
"""A word that at most so many findings use, and that is not among so many commonest ones, speaks for itself."""


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
    complaint: str
    """The protocol that the clause opens, whichever of its findings it tells; empty when that is not likely."""
    dangerous: bool
    """The likeliest finding is critical or alone makes an emergency."""
    chances: NDArray[np.float32]
    """Probability of each finding, those that imply it included, as the projection orders them."""
    places: Mapping[str, int]

    def chance_of(self, finding: str) -> float:
        """Probability that the clause tells a finding."""
        place = self.places.get(finding)
        return 0.0 if place is None else float(self.chances[place])


class SemanticMatcher:
    """Matches clauses by meaning. The protocols' examples are encoded once, at ``warm`` or first use."""

    def __init__(
        self,
        content: Content,
        rulebook: Rulebook,
        encode: Encode,
        tokeniser: Tokeniser,
        projection: Projection,
        known_words: Mapping[str, int],
    ) -> None:
        self._encode = encode
        self._projection = projection
        self._known = frozenset(f.id for f in content.findings.values() if f.semantic != "never")
        self._dangerous = dangerous_findings(content, rulebook)
        self._soothing = soothing_findings(rulebook)
        self._tokeniser = tokeniser
        self._forms, self._spread = forms_of(content.findings.values(), tokeniser)
        limit = max(3, len(content.findings) // CUE_SHARE)
        self._cues = {
            owner: frozenset(f for f in own if self._spread[f] <= limit) for owner, own in self._forms.items()
        }
        self._everyday = frozenset(w for w, place in known_words.items() if place < EVERYDAY_WORDS)
        self._places = {name: n for n, name in enumerate(projection.names)}
        implied = implications(content, projection.names)
        # Few findings imply others: adding up those pairs is far cheaper than a product of the whole matrix.
        self._telling, self._told = np.nonzero(implied - np.eye(len(implied), dtype=np.float32))
        self._complaints = tuple(p.id for p in content.protocols.values() if p.scope == "complaint")
        opens = implied @ openers(content, projection.names, self._complaints)
        self._opens = (opens > 0).astype(np.float32)
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
        names, own = self._projection.probabilities(vectors)
        by_finding = own.T.copy()
        np.add.at(by_finding, self._told, own.T[self._telling])
        chances = by_finding.T
        complaints = own @ self._opens
        likeness = vectors @ self._matrix.T
        matches: list[SemanticMatch] = []
        senses: dict[int, Sense] = {}
        for row, number in enumerate(wanted):
            best = int(own[row].argmax())
            chance = float(chances[row, best])
            if _may_tell(clauses[number]) and self._agrees(clauses[number], names[best]):
                sure = self._sure(clauses[number], names[best], chance)
                careful = names[best] in self._dangerous or names[best] in self._soothing
                least = DANGEROUS_IN_CONTEXT if careful else IN_CONTEXT
                if sure or chance >= least:
                    matches.append(SemanticMatch(clauses[number], names[best], chance, sure))
            near: dict[str, float] = {}
            for protocol, score in zip(self._routes, likeness[row], strict=True):
                if score >= ROUTE_THRESHOLD:
                    near[protocol] = max(near.get(protocol, 0.0), float(score))
            ranked = tuple(sorted(near.items(), key=lambda item: -item[1]))
            likeliest = int(complaints[row].argmax())
            told = _may_tell(clauses[number]) and float(complaints[row, likeliest]) >= COMPLAINT
            senses[number] = Sense(
                protocols=ranked,
                finding=names[best],
                chance=chance,
                complaint=self._complaints[likeliest] if told else "",
                dangerous=names[best] in self._dangerous,
                chances=chances[row],
                places=self._places,
            )
        return matches, senses

    def vouched(self, mention: Mention, senses: Sequence[Sense], beside: Sequence[Mention]) -> bool:
        """Whether a phrase's finding is near enough to what its clauses mean, or its words speak for themselves.

        Of two findings read from the same words (``beside``) the one that is far less likely was not meant.
        """
        place = self._places.get(mention.finding)
        if mention.status != "present" or mention.match != "phrase" or place is None or not senses:
            return True
        rivals = [self._places[m.finding] for m in beside if m.finding in self._places]
        own = max(float(s.chances[place]) for s in senses)
        if mention.finding not in self._dangerous and rivals:
            best = max(float(s.chances[r]) for s in senses for r in rivals)
            if own * RIVAL < best:
                return False
        limit = DOUBTFUL_DANGER if mention.finding in self._dangerous else DOUBTFUL
        if any(int((s.chances > s.chances[place]).sum()) <= limit for s in senses):
            return True
        words = [t for t in self._tokeniser.tokens(normalise(mention.quote).text) if not t.is_free and not t.is_barrier]
        if any(self._speaks(t, mention.finding) for t in words):
            return True
        # Several words together, one of them no everyday one, seldom meet by chance.
        return len(words) >= MANY_WORDS and any(self._is_rare(t) for t in words)

    def _is_rare(self, word: Token) -> bool:
        return not word.repaired and word.surface not in self._everyday

    def _speaks(self, word: Token, finding: str) -> bool:
        return self._is_rare(word) and word.form in self._forms[finding] and self._spread[word.form] <= FEW_FINDINGS

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
            return cued and chance >= (DANGEROUS_BESIDE if clause.told else DANGEROUS)
        # What would call off an emergency needs as much as what makes one.
        return chance >= (CUED if cued and owner not in self._soothing else SURE)


def _says_no(words: Iterable[str]) -> bool:
    return not _LIMITING.isdisjoint(words)


def _worth_encoding(clause: Clause) -> bool:
    words = {f for f in clause.forms if f not in FREE and f[:1].isalpha()}
    return len(words) >= LEAST_WORDS and (clause.told or _may_tell(clause))


def _may_tell(clause: Clause) -> bool:
    return not clause.denied and not clause.question


def _denies(finding: FindingDef, tokeniser: Tokeniser) -> float:
    """Share of the ways to say it that hold a denial of their own ("cannot breathe")."""
    told = [_says_no(t.surface for t in tokeniser.tokens(normalise(text).text)) for text in finding.phrases]
    return sum(told) / max(1, len(told))
