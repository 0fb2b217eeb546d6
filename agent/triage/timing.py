"""How long it has been going on: lengths of time that belong to no finding of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.triage.duration import Duration
from agent.triage.mentions import Mention, Reading
from agent.triage.semantic import Sense
from knowledge.projection import EVERYDAY
from knowledge.schema import FindingDef

SURELY_TALK = 0.6
"""Probability from which a clause is everyday talk, so that its time is not the illness's."""
LONG_AGO_H = 5 * 8766.0
"""Five years: what has lasted as long is told as background, unless nothing shorter is told."""
_COMPLAINTS = frozenset({"symptom", "sign"})


def untimed(mention: Mention) -> Mention:
    """The finding without its own length of time, which the reply to a question has just told."""
    return replace(mention, attributes={k: v for k, v in mention.attributes.items() if k != "duration_h"})


def lengths(
    readings: Sequence[Reading],
    senses: Mapping[tuple[int, int], Sense],
    own: Sequence[Mention],
    vocabulary: Mapping[str, FindingDef],
    answered: Mapping[str, float],
    timed: set[int],
) -> tuple[float | None, float | None]:
    """Hours not tied to any finding, and the longest of all.

    Args:
        readings: What each message says.
        senses: What clauses mean, by turn and start.
        own: The patient's findings.
        vocabulary: All findings.
        answered: Facts that replies to questions gave. A choice's own time counts, not the words of its label.
        timed: Turns that answered how long.
    """
    attached = [float(m.attributes["duration_h"]) for m in own if "duration_h" in m.attributes]
    spoken = [
        d.hours
        for r in readings
        if r.source.turn not in timed
        for d in r.durations
        if _of_illness(d, r, senses, vocabulary)
    ]
    loose = [hours for hours in spoken if hours not in attached]
    if "duration_h" in answered:
        loose.append(answered["duration_h"])
    recent = [h for h in loose if h < LONG_AGO_H]
    loose = recent or loose
    every = [*attached, *loose]
    return (max(loose) if loose else None), (max(every) if every else None)


def _of_illness(
    duration: Duration, reading: Reading, senses: Mapping[tuple[int, int], Sense], vocabulary: Mapping[str, FindingDef]
) -> bool:
    """Whether a length of time may be the illness's: not when its clause tells a medicine, the past or a holiday."""
    clause = next((c for c in reading.clauses if c.start <= duration.start < c.end), None)
    if clause is None:
        return True
    if clause.told:
        told = [m for m in reading.mentions if m.start < clause.end and clause.start < m.end]
        return any(vocabulary[m.finding].kind in _COMPLAINTS for m in told) or not told
    sense = senses.get((clause.turn, clause.start))
    return sense is None or sense.finding != EVERYDAY or sense.chance < SURELY_TALK
