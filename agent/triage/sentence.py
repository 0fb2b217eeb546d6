"""A sentence with everything that was found in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.triage.lexicon_match import Hit
from agent.triage.matching import SentenceMatches
from agent.triage.polarity import SentencePolarity
from agent.triage.subject import SELF
from agent.triage.text import SentenceSpan, Source
from agent.triage.tokens import Token


class Sentence:
    """A sentence with everything found in it."""

    def __init__(
        self,
        source: Source,
        span: SentenceSpan,
        tokens: Sequence[Token],
        cues: Sequence[Hit],
        subjects: Sequence[str | None],
        matches: SentenceMatches,
        persons: Mapping[int, str],
    ) -> None:
        self.source, self.span, self.tokens, self.cues = source, span, tokens, cues
        self.subjects, self.matches, self._persons = subjects, matches, persons

    def subject_of(self, hit: Hit) -> str | None:
        """Whose finding it is: what is done to "me" is mine; what a longer phrase tells of a person is theirs."""
        own = set(hit.indices)
        told = {n for n in own if not self.tokens[n].is_free}
        for other in self.matches.hits:
            named = [n for n in other.indices if n in self._persons and n not in own]
            if named and told and told < set(other.indices):
                return self._persons[named[0]]
        if any(t.surface == "me" for t in self.tokens[hit.first : hit.last + 2]):
            return SELF
        return self.subjects[hit.last]

    def polarity(self) -> SentencePolarity:
        """The sentence's scopes."""
        return SentencePolarity(
            self.tokens,
            self.cues,
            consumed=self.matches.consumed,
            mentioned=self.matches.mentioned,
            question=self.span.question,
        )
