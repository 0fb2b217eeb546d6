"""How bad, how fast, which side, which way it goes, how long: attributes given to the findings they stand beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.triage.duration import Duration
from agent.triage.grammar import JOINERS, NEGATORS, words
from agent.triage.lexicon_match import Hit
from agent.triage.tokens import Token
from agent.triage.types import Attribute
from agent.triage.vitals import Measurement

_ROLES = frozenset({"severity", "onset", "course"})
SEVERE_SCORE = 7.0
"""Pain of 7 or more out of 10 counts as severe (WHO and NHS pain scales: 7-10 severe, 4-6 moderate)."""
MODERATE_SCORE = 4.0
_NOT_A_SIDE_AFTER = words("now away then here")
_LEFT_WORK = words("have has had i he she they we just was")


@dataclass(frozen=True)
class Attributed:
    """An attribute at a token position."""

    name: str
    value: Attribute
    first: int
    last: int


def find_attributes(
    tokens: Sequence[Token], cues: Sequence[Hit], durations: Sequence[Duration], measurements: Sequence[Measurement]
) -> list[Attributed]:
    """All attributes of a sentence with their places."""
    found: list[Attributed] = []
    chosen: dict[tuple[str, int], Hit] = {}
    for hit in (c for c in cues if c.pattern.role in _ROLES):
        for index in hit.indices:
            key = (hit.pattern.role, index)
            if key not in chosen or len(hit.indices) > len(chosen[key].indices):
                chosen[key] = hit
    for hit in dict.fromkeys(chosen.values()):
        value = not _negated(tokens, hit)
        found.append(Attributed(hit.pattern.owner, value, hit.first, hit.last))
    for index, token in enumerate(tokens):
        side = _side(tokens, index, token)
        if side:
            found.append(Attributed(side, True, index, index))
    for duration in durations:
        found += _placed(tokens, "duration_h", duration.hours, duration.start, duration.end)
    for measurement in measurements:
        if measurement.name == "pain_score":
            found += _placed(tokens, "score", measurement.value, measurement.start, measurement.end)
    return found


def assign(
    tokens: Sequence[Token], places: Sequence[tuple[int, int]], found: Sequence[Attributed]
) -> list[dict[str, Attribute]]:
    """Attributes for each finding at ``places`` (first and last token position).

    An attribute goes to the findings of its own stretch between commas; without one there, to the nearest before it,
    else to the nearest after it.
    """
    result: list[dict[str, Attribute]] = [{} for _ in places]
    runs, wide = _runs(tokens, JOINERS), _runs(tokens, frozenset())
    for attribute in found:
        # A length of time holds for all that "and" links: "runny nose and sneezing for two days".
        for target in _targets(attribute, places, wide if attribute.name == "duration_h" else runs):
            _set(result[target], attribute)
    for attributes in result:
        _score_to_severity(attributes)
    return result


def _targets(attribute: Attributed, places: Sequence[tuple[int, int]], runs: Sequence[int]) -> list[int]:
    run = runs[attribute.first]
    same = [n for n, (first, last) in enumerate(places) if runs[first] <= run <= runs[last]]
    if attribute.name in {"left", "right", "both_sides"}:
        return same
    if same:
        return same
    before = [n for n, (_, last) in enumerate(places) if last < attribute.first]
    if before:
        nearest = max(places[n][1] for n in before)
        return [n for n in before if runs[places[n][1]] == runs[nearest]]
    after = [n for n, (first, _) in enumerate(places) if first > attribute.last]
    if not after:
        return []
    if attribute.name == "duration_h":
        return after
    return [min(after, key=lambda n: places[n][0])]


def _runs(tokens: Sequence[Token], joiners: frozenset[str]) -> list[int]:
    """The number of the stretch each token stands in, stretches parted by punctuation, "but" and ``joiners``."""
    number, runs = 0, []
    for token in tokens:
        if token.surface in joiners or token.surface == "but" or (token.is_barrier and token.surface not in JOINERS):
            number += 1
        runs.append(number)
    return runs


def _negated(tokens: Sequence[Token], hit: Hit) -> bool:
    if any(tokens[i].surface in NEGATORS for i in hit.indices):
        return False
    before = tokens[max(0, hit.first - 3) : hit.first]
    return any(t.surface in {"not", "no", "never", "without"} for t in before)


def _side(tokens: Sequence[Token], index: int, token: Token) -> str | None:
    before = tokens[index - 1].surface if index else ""
    after = tokens[index + 1].surface if index + 1 < len(tokens) else ""
    if (
        token.surface == "right"
        and after not in _NOT_A_SIDE_AFTER
        and before not in {"all", "not", "feel", "feeling", "be"}
    ):
        return "right"
    if token.surface == "left" and before not in _LEFT_WORK:
        return "left"
    return "both_sides" if token.surface in {"both", "bilateral", "bilaterally"} else None


def _placed(tokens: Sequence[Token], name: str, value: float, start: int, end: int) -> list[Attributed]:
    inside = [n for n, t in enumerate(tokens) if t.start < end and start < t.end]
    return [Attributed(name, value, inside[0], inside[-1])] if inside else []


def _set(attributes: dict[str, Attribute], new: Attributed) -> None:
    if new.name in {"duration_h", "score"}:
        attributes[new.name] = max(float(attributes.get(new.name, 0.0)), float(new.value))
    elif new.value or new.name not in attributes:
        attributes[new.name] = new.value


def _score_to_severity(attributes: dict[str, Attribute]) -> None:
    score = attributes.get("score")
    if score is not None:
        name = "severe" if score >= SEVERE_SCORE else "moderate" if score >= MODERATE_SCORE else "mild"
        attributes.setdefault(name, True)
    # The worst degree said counts; "a bit" beside "unbearable" is a manner of speaking.
    if attributes.get("severe") is True:
        attributes["mild"] = attributes["moderate"] = False
    elif attributes.get("moderate") is True:
        attributes["mild"] = attributes["severe"] = False
    elif attributes.get("mild") is True:
        attributes["moderate"] = attributes["severe"] = False
