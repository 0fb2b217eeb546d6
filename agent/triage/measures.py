"""Vital signs of a session and the findings that numbers set by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from agent.triage.duration import Duration
from agent.triage.facts import KnownFacts
from agent.triage.mentions import Mention, Reading
from agent.triage.vitals import FEVER_C, Measurement, news2, worst_of
from knowledge.schema import FindingDef

_CLAUSE_END = re.compile(r"[,;.!?\n]|\bbut\b")
FEVER = "fever"
"""Id of the finding a measured temperature sets."""


def session_vitals(readings: Sequence[Reading], facts: KnownFacts) -> dict[str, float]:
    """The vital signs of all messages; the latest message wins except where an earlier one was worse.

    NEWS2 is added for adults who are not pregnant when three of its parameters are known.
    """
    values = worst_of([m for reading in readings for m in reading.measurements])
    adult = facts.value("child") is not True and facts.value("pregnant") is not True
    score = news2(values) if adult else None
    return {**values, "news2": score} if score is not None else values


def vital_quotes(readings: Sequence[Reading], values: Mapping[str, float]) -> dict[str, str]:
    """The patient's words for each value that counts."""
    return {
        m.name: reading.source.quote(m.start, m.end).strip()
        for reading in readings
        for m in reading.measurements
        if values.get(m.name) == m.value
    }


def measured_findings(readings: Sequence[Reading], vocabulary: Mapping[str, FindingDef]) -> Iterator[Mention]:
    """Fever by its number: present from 38 °C, absent below."""
    if FEVER not in vocabulary:
        return
    for reading in readings:
        for m in reading.measurements:
            if m.name == "temperature_c":
                yield _measured(FEVER, m.value >= FEVER_C, m, reading)


def _measured(finding: str, present: bool, measurement: Measurement, reading: Reading) -> Mention:
    start, end = reading.source.span(measurement.start, measurement.end)
    spoken = [d.hours for d in reading.durations if _same_clause(reading.source.text, measurement, d)]
    return Mention(
        finding=finding,
        status="present" if present else "absent",
        turn=reading.source.turn,
        start=measurement.start,
        end=measurement.end,
        quote=reading.source.raw[start:end],
        raw_start=start,
        raw_end=end,
        match="vital",
        attributes={"duration_h": max(spoken)} if spoken and present else {},
    )


def _same_clause(text: str, measurement: Measurement, duration: Duration) -> bool:
    first, last = sorted(((measurement.start, measurement.end), (duration.start, duration.end)))
    return not _CLAUSE_END.search(text[first[1] : last[0]])
