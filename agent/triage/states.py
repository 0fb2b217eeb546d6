"""Mentions of all turns put together: one state for each finding, what was taken back, and what contradicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from agent.triage.mentions import Mention
from agent.triage.types import Attribute, Finding
from knowledge.schema import FindingDef


@dataclass
class FindingState:
    """What is known of one finding: the mention it rests on, and attributes gathered over the session."""

    mention: Mention
    present: bool | None
    past: bool = False
    attributes: dict[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True)
class SessionFindings:
    """All findings of a session and the contradictions between statements."""

    states: Mapping[str, FindingState]
    conflicts: tuple[str, ...]

    def to_findings(self, vocabulary: Mapping[str, FindingDef]) -> tuple[Finding, ...]:
        """Findings for the decision, in the order they were said."""
        ordered = sorted(self.states.values(), key=lambda s: (s.mention.turn, s.mention.start, s.mention.finding))
        return tuple(_to_finding(state, vocabulary) for state in ordered)


def combine(
    mentions: Iterable[Mention], vocabulary: Mapping[str, FindingDef], red_flags: frozenset[str]
) -> SessionFindings:
    """Later statements supersede earlier ones of the same finding.

    A red flag once stated stays unless the patient takes it back: by answering a question about it, or with words of
    correction. Within one message "present" outweighs "absent".
    """
    states: dict[str, FindingState] = {}
    conflicts: list[str] = []
    for mention in sorted(mentions, key=lambda m: (m.turn, m.start)):
        label = vocabulary[mention.finding].label
        state = states.get(mention.finding)
        if state is None:
            states[mention.finding] = _first(mention)
        elif mention.status == "present":
            _state_again(state, mention, label, conflicts)
        elif mention.status == "past":
            state.past = state.past or not state.present
        elif mention.status == "absent":
            _deny(state, mention, label, mention.finding in red_flags, conflicts)
        else:
            _not_known(state, mention)
    _add_implied(states, vocabulary)
    _add_ruled_out(states, vocabulary)
    return SessionFindings(states, tuple(dict.fromkeys(conflicts)))


def _first(mention: Mention) -> FindingState:
    present = {"present": True, "absent": False}.get(mention.status)
    # Gone by the patient's own account ("no longer"): denied now, and it was there before.
    past = mention.status == "past" or mention.ended
    return FindingState(mention, False if mention.status == "past" else present, past, dict(mention.attributes))


def _state_again(state: FindingState, mention: Mention, label: str, conflicts: list[str]) -> None:
    if state.present is False and not state.past:
        conflicts.append(f"{label}: first denied, then stated")
    if state.present is not True or _tells_more(mention, state.mention):
        state.mention = mention
    state.present, state.past = True, False
    severe = state.attributes.get("severe") is True
    state.attributes.update(mention.attributes)
    if severe:
        state.attributes.update({"severe": True, "mild": False, "moderate": False})


def _tells_more(new: Mention, old: Mention) -> bool:
    return old.match in {"implied", "chart", "semantic"} and new.match not in {"implied", "chart"}


def _deny(state: FindingState, mention: Mention, label: str, red_flag: bool, conflicts: list[str]) -> None:
    if state.present is not True:
        state.mention, state.present = mention, False
        return
    if mention.ended and mention.origin != "answer":
        state.attributes["resolved"] = True
        return
    conflicts.append(f"{label}: stated, then denied")
    same_message = mention.turn == state.mention.turn
    taken_back = mention.corrects or mention.origin == "answer"
    if (red_flag or same_message) and not taken_back:
        return
    state.mention, state.present, state.attributes = mention, False, {}


def _not_known(state: FindingState, mention: Mention) -> None:
    if state.present is None:
        state.mention = mention


def _add_implied(states: dict[str, FindingState], vocabulary: Mapping[str, FindingDef]) -> None:
    waiting = [name for name, state in states.items() if state.present]
    while waiting:
        name = waiting.pop()
        for implied in vocabulary[name].implies:
            held = states.get(implied)
            if held is not None and held.present is not None:
                continue
            cause = states[name]
            mention = _inferred(implied, "present", cause.mention)
            states[implied] = FindingState(mention, True, attributes=dict(cause.attributes))
            waiting.append(implied)


def _add_ruled_out(states: dict[str, FindingState], vocabulary: Mapping[str, FindingDef]) -> None:
    """What would imply an absent finding is absent too: without breathlessness there is none at rest."""
    waiting = [name for name, state in states.items() if state.present is False and not state.past]
    while waiting:
        absent = waiting.pop()
        for name, definition in vocabulary.items():
            if absent in definition.implies and name not in states:
                states[name] = FindingState(_inferred(name, "absent", states[absent].mention), False)
                waiting.append(name)


def _inferred(finding: str, status: Literal["present", "absent"], cause: Mention) -> Mention:
    return Mention(
        finding=finding,
        status=status,
        turn=cause.turn,
        start=cause.start,
        end=cause.end,
        quote=cause.quote,
        raw_start=cause.raw_start,
        raw_end=cause.raw_end,
        match="implied",
        origin="inferred",
    )


def _to_finding(state: FindingState, vocabulary: Mapping[str, FindingDef]) -> Finding:
    mention = state.mention
    attributes: dict[str, Attribute] = {k: v for k, v in state.attributes.items() if v is not False}
    if state.past:
        attributes["past"] = True
    return Finding(
        id=mention.finding,
        label=vocabulary[mention.finding].label,
        present=state.present,
        quote=mention.quote,
        turn=mention.turn,
        start=mention.raw_start,
        end=mention.raw_end,
        origin=mention.origin,
        attributes=attributes,
        match=mention.match,
        score=round(mention.score, 3),
    )
