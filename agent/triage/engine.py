"""The triage engine: free text to findings to rules to a decision. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from agent.triage.decision import build_decision
from agent.triage.mentions import Mention
from agent.triage.reader import MessageReader
from agent.triage.rules import build_rulebook
from agent.triage.semantic import MAX_CLAUSES, SemanticMatch, SemanticMatcher, Sense
from agent.triage.session import Draft, complete, draft
from agent.triage.types import Encode, PatientFacts, PatientMessage, TriageDecision
from agent.triage.vocabulary import build_vocabulary
from knowledge.projection import Projection
from knowledge.schema import Content

_NO_FACTS = PatientFacts()


class TriageEngine:
    """Assesses what a patient wrote so far. Safe to share between threads.

    Args:
        content: The clinic's vocabulary and protocols.
        encode: Sentence encoder for matches by meaning; None leaves phrase matching only.
        projection: Names findings by the encoder's vectors; needed with ``encode``.
        known_words: English words with their place from the commonest on. Spelling repair leaves them alone; phrases
            made of the commonest only must stand word for word.
    """

    def __init__(
        self,
        content: Content,
        *,
        encode: Encode | None = None,
        projection: Projection | None = None,
        known_words: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._content = content
        self._vocabulary = build_vocabulary(content, known_words)
        self._reader = MessageReader(content, self._vocabulary)
        self._rulebook = build_rulebook(content)
        self._semantic: SemanticMatcher | None = None
        if encode and projection:
            tokeniser = self._vocabulary.tokeniser
            self._semantic = SemanticMatcher(content, self._rulebook, encode, tokeniser, projection, known_words)

    def warm(self) -> None:
        """Encode the example sentences now, so that the first message is not slow."""
        if self._semantic:
            self._semantic.warm()

    def assess(self, messages: Sequence[PatientMessage], facts: PatientFacts = _NO_FACTS) -> TriageDecision:
        """The judgement over all messages so far, in the order they were written."""
        return self.assess_many([(messages, facts)])[0]

    def assess_many(self, sessions: Sequence[tuple[Sequence[PatientMessage], PatientFacts]]) -> list[TriageDecision]:
        """Several sessions at once: all their clauses are encoded in one batch."""
        drafts = [draft(self._reader, self._content.lexicon, messages, facts) for messages, facts in sessions]
        clauses = [c for d in drafts for c in d.clauses[:MAX_CLAUSES]]
        matches, senses = self._semantic.match(clauses) if self._semantic else ([], {})
        decisions: list[TriageDecision] = []
        offset = 0
        for session in drafts:
            size = min(len(session.clauses), MAX_CLAUSES)
            own = {n - offset: sense for n, sense in senses.items() if offset <= n < offset + size}
            mine = {id(c) for c in session.clauses}
            decisions.append(self._decide(session, [m for m in matches if id(m.clause) in mine], own))
            offset += size
        return decisions

    def _decide(self, session: Draft, matches: Sequence[SemanticMatch], senses: dict[int, Sense]) -> TriageDecision:
        said = [m for r in session.readings for m in r.mentions]
        if self._semantic:
            said = [
                m for m in said if self._semantic.vouched(m, _around(m, session, senses), _from_the_same_words(m, said))
            ]
        reading = complete(self._content, self._reader, session, said, matches, senses, self._rulebook)
        return build_decision(self._content, self._rulebook, reading)


def _around(mention: Mention, session: Draft, senses: Mapping[int, Sense]) -> list[Sense]:
    """What the clauses mean that a mention stands in."""
    return [
        senses[n]
        for n, c in enumerate(session.clauses)
        if n in senses and c.turn == mention.turn and c.start < mention.end and mention.start < c.end
    ]


def _from_the_same_words(mention: Mention, said: Sequence[Mention]) -> list[Mention]:
    return [
        m
        for m in said
        if m is not mention
        and (m.turn, m.status) == (mention.turn, mention.status)
        and m.start < mention.end
        and mention.start < m.end
    ]
