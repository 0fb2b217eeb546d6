"""What nobody read: clauses in which neither a phrase nor a meaning was found, and whether they matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from agent.triage.grammar import FREE
from agent.triage.mentions import Clause
from agent.triage.rules import Rulebook
from agent.triage.semantic import Sense
from agent.triage.states import SessionFindings
from knowledge.projection import EVERYDAY

MUCH = 3
"""So many clauses that tell something and were not understood keep from self-care: of 45 open self-care cases none has
three, of 7 that should have been seen by a clinician one has."""
TELLING_WORDS = 3
LIKELY_EVERYDAY = 0.4
MAY_BE = 0.5
"""Probability from which a clause may tell of a danger sign: too little to set it, enough to keep from self-care."""
SURELY_EVERYDAY = 0.6
"""Probability from which a clause that sounds like a symptom is taken for everyday talk."""


def covered_by(rulebook: Rulebook, findings: SessionFindings) -> frozenset[str]:
    """Findings that are more of the complaints that are open."""
    present = {name for name, state in findings.states.items() if state.present}
    return frozenset(finding for name in rulebook.opened(present) for finding in rulebook.covers[name])


def not_understood(
    left: Sequence[tuple[int, Clause]], senses: Mapping[int, Sense], covered: frozenset[str]
) -> Iterator[str]:
    """Quotes of clauses that may tell of something else; of all that tell anything when there are many of them."""
    unread = [(n, c) for n, c in left if _tells(c, senses.get(n), covered)]
    much = len(unread) >= MUCH
    yield from (c.quote for n, c in left if _adds(c, senses.get(n), covered) or (much and (n, c) in unread))


def _tells(clause: Clause, sense: Sense | None, covered: frozenset[str]) -> bool:
    """Whether a clause says something that is neither everyday talk nor more of the open complaints."""
    if sense is None or clause.denied or clause.relieved or clause.question or sense.finding in covered:
        return False
    words = {form for form in clause.forms if form not in FREE and form[:1].isalpha()}
    return len(words) >= TELLING_WORDS and (sense.finding != EVERYDAY or sense.chance < LIKELY_EVERYDAY)


def _adds(clause: Clause, sense: Sense | None, covered: frozenset[str]) -> bool:
    """Whether a clause that no finding was read from may tell of something else than the open complaints.

    What is likely everyday talk, or more of what the open complaints cover, adds nothing. A symptom at another place of
    the body does; so does what the projection cannot tell from a danger sign.
    """
    if sense is None:
        return clause.symptomatic and (clause.placed or not covered)
    if clause.denied or clause.relieved or sense.finding in covered:
        return False
    if sense.finding == EVERYDAY:
        return clause.symptomatic and sense.chance < SURELY_EVERYDAY and (clause.placed or not covered)
    return (clause.symptomatic and (clause.placed or not covered)) or (sense.dangerous and sense.chance >= MAY_BE)
