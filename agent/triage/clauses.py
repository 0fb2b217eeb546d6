"""A sentence cut into clauses: what the projection reads, and what is left over when no phrase was found in one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.triage.grammar import FINITE_VERBS, HARD_BARRIERS, JOINERS, SUBJECT_STARTERS, words
from agent.triage.mentions import Clause
from agent.triage.sentence import Sentence
from agent.triage.tokens import Token

_WEAK_SENSATIONS = frozenset(
    {"pressure", "heat", "injury", "blocked", "weird", "redness", "vision", "discharge", "burning", "upset"}
)
"""Sensations whose words are everyday ones: they sound like a complaint only beside a place or after "feel"."""
_RELIEF = frozenset({"better", "resolved"})
_BESIDE_A_NUMBER = 2
"""Telling words beside a number up to which the number is all the clause says."""
_BREAKS = words("but however although though except")


def clauses_of(
    sentence: Sentence, taken: Sequence[tuple[int, int]], measured: Sequence[tuple[int, int]]
) -> Iterator[Clause]:
    """All clauses, those in which a phrase was found marked. Spans ``taken`` are numbers and ages.

    A clause that says little beside a number is left out; ``measured`` numbers say all that their clause says.
    """
    polarity = sentence.polarity()
    mentioned = sentence.matches.mentioned
    for run in _clauses(sentence.tokens):
        words = [sentence.tokens[i] for i in run]
        if not any(t.surface[0].isalnum() for t in words):
            continue
        told = bool(mentioned & set(run))
        items = [i for i in sentence.matches.items if set(i.indices) <= set(run)]
        sensations = {i.name for i in items if i.kind == "sensation"}
        placed = any(i.kind == "site" for i in items)
        feels = placed or any(t.form == "feel" for t in words)
        sounding = [i for i in items if i.kind == "sensation" and (feels or i.name not in _WEAK_SENSATIONS)]
        statuses = {polarity.status(i.indices) for i in sounding}
        start, end = words[0].start, words[-1].end
        raw_start, raw_end = sentence.source.span(start, end)
        numbers = [(a, b) for a, b in (*taken, *measured) if a < end and start < b]
        telling = [t for t in words if not t.is_free and not any(a <= t.start < b for a, b in numbers)]
        if numbers and len(telling) <= _BESIDE_A_NUMBER and not told:
            continue
        covered = any(start <= a and b <= end for a, b in measured)
        yield Clause(
            turn=sentence.source.turn,
            start=start,
            end=end,
            quote=sentence.source.raw[raw_start:raw_end],
            text=_respelt(sentence.source.text, words),
            forms=frozenset(t.form for t in words),
            subject=sentence.subjects[run[-1]],
            # "The spots aren't hot or swollen" denies more than it tells.
            symptomatic=bool(sensations) and "present" in statuses and "absent" not in statuses and not covered,
            placed=placed,
            question=sentence.span.question,
            relieved=any(c.pattern.owner in _RELIEF and set(c.indices) <= set(run) for c in sentence.cues),
            denied=any(polarity.status([i]) != "present" for i in run),
            raw_start=raw_start,
            raw_end=raw_end,
            told=told,
        )


def _respelt(text: str, tokens: Sequence[Token]) -> str:
    """The words from the first token to the last, mistyped ones put right: meaning is lost on "thowing up"."""
    parts: list[str] = []
    place = tokens[0].start
    for token in tokens:
        if token.repaired:
            parts.append(text[place : token.start] if token.start >= place else " ")
            parts.append(token.surface)
            place = token.end
    return "".join([*parts, text[place : tokens[-1].end]])


def _clauses(tokens: Sequence[Token]) -> list[list[int]]:
    """Runs between commas, "but", and an "and" that opens a statement of its own."""
    runs: list[list[int]] = [[]]
    for index, token in enumerate(tokens):
        following = tokens[index + 1].surface if index + 1 < len(tokens) else ""
        opens = token.surface in JOINERS and following in SUBJECT_STARTERS | FINITE_VERBS
        if token.surface in HARD_BARRIERS | _BREAKS | {"–", "—", ":"} or opens:
            runs.append([])
        else:
            runs[-1].append(index)
    return [run for run in runs if run]
