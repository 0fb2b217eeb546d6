"""The level: which protocols are open, which rules fire, and what that comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.triage.rules import CompiledProtocol, CompiledRule, Rulebook, Situation, applies, fires, is_evident, is_open
from knowledge.levels import Disposition, worst
from knowledge.schema import FindingDef

UNCLEAR = "unclear"
"""The protocol whose questions are asked when no complaint was understood."""


@dataclass(frozen=True)
class InPlay:
    """Protocols a text brings into play.

    ``complaints`` are opened by present findings; ``routed`` by likeness only, so their questions are asked and their
    rules count, never their default; ``general`` holds the danger signs.
    """

    complaints: tuple[CompiledProtocol, ...]
    general: tuple[CompiledProtocol, ...]
    routed: tuple[CompiledProtocol, ...]

    narrowed: Mapping[str, Disposition] = field(default_factory=dict)
    """Broad protocols of which an open one is the special case, and the least level their rules still count from."""

    def counts(self, rule: CompiledRule) -> bool:
        """Whether a rule that fires counts beside the special protocols."""
        least = self.narrowed.get(rule.protocol)
        return least is None or rule.rule.disposition.rank >= least.rank

    @property
    def all(self) -> tuple[CompiledProtocol, ...]:
        """Complaints first, then the general danger signs, then the routed ones."""
        return (*self.complaints, *self.general, *self.routed)


@dataclass(frozen=True)
class Judgement:
    """A level with the rules behind it. ``defaulted`` when only a protocol's default gives it."""

    disposition: Disposition
    fired: tuple[CompiledRule, ...]
    evidence: Disposition | None
    deciding: CompiledRule | None
    defaulted: tuple[CompiledProtocol, ...]
    held_up: str = ""


def open_protocols(
    rulebook: Rulebook, situation: Situation, routes: Iterable[str], meant: Iterable[str] = ()
) -> InPlay:
    """Protocols of the findings present and the general ones.

    Without a complaint, those that the text surely means count like one, and those it is merely like are asked about.
    """
    usable = {name: p for name, p in rulebook.protocols.items() if applies(p, situation)}
    general = tuple(p for p in usable.values() if p.protocol.scope == "general")
    complaints = tuple(p for name, p in usable.items() if name != UNCLEAR and _presented(p, situation))
    if complaints:
        return InPlay(complaints, general, (), _narrowed(complaints, situation, rulebook.circumstances))
    if UNCLEAR in usable and _presented(usable[UNCLEAR], situation):
        return InPlay((usable[UNCLEAR],), general, ())
    by_meaning = tuple(usable[name] for name in meant if name in usable and name != UNCLEAR)
    if by_meaning:
        return InPlay(by_meaning, general, ())
    routed = [usable[name] for name in dict.fromkeys(routes) if name in usable and usable[name] not in general]
    if UNCLEAR in usable and usable[UNCLEAR] not in routed:
        routed.append(usable[UNCLEAR])
    return InPlay((), general, tuple(routed))


def _narrowed(
    complaints: Sequence[CompiledProtocol], situation: Situation, circumstances: frozenset[str]
) -> dict[str, Disposition]:
    """Of a broad protocol emergencies count always; same-day rules while something opens it that is its own.

    What is asked or told around a complaint ("stitches out on Friday", "do I need antibiotics") does not make it less
    or more urgent below the same day.
    """
    opened_by = {p.protocol.id: _openers(p, situation) for p in complaints}
    aside = {name for name, openers in opened_by.items() if openers <= circumstances}
    found = dict.fromkeys(aside, Disposition.CLINICIAN_TODAY) if len(aside) < len(complaints) else {}
    for broad in complaints:
        special = [p for p in complaints if broad.protocol.id in p.protocol.narrows]
        if special:
            openers = opened_by[broad.protocol.id]
            told = {n for p in special for r in p.rules for n in r.when.findings}
            shared = openers <= told | {n for p in special for n in p.protocol.presenting}
            found[broad.protocol.id] = Disposition.EMERGENCY_DEPARTMENT_NOW if shared else Disposition.CLINICIAN_TODAY
    if len(found) == len(complaints):
        found = {name: least for name, least in found.items() if name not in aside}
    return found if len(found) < len(complaints) else {}


def judge(
    in_play: InPlay, situation: Situation, vocabulary: Mapping[str, FindingDef], unmatched: Sequence[str]
) -> Judgement:
    """Best judgement on what is known, unknown discriminators taken as absent."""
    fired = [r for p in in_play.all for r in p.rules if in_play.counts(r) and fires(r, situation)]
    if not in_play.complaints:
        fired = [r for r in fired if r.rule.disposition.rank > Disposition.SELF_CARE.rank]
    evidence = worst(*(r.rule.disposition for r in fired if is_evident(r, situation)))
    own = [p for p in in_play.complaints if p.protocol.id not in in_play.narrowed]
    levels = [worst(*(r.rule.disposition for r in fired if r.protocol == p.protocol.id)) for p in own]
    leading = [p for p, level in zip(own, levels, strict=True) if level is not None]
    defaulted = tuple(
        p
        for p, level in zip(own, levels, strict=True)
        if level is None and not any(_accompanies(p, other, situation) for other in leading)
    )
    level = worst(*(r.rule.disposition for r in fired), *(p.protocol.default for p in defaulted))
    held_up = ""
    if level is Disposition.SELF_CARE:
        held_up = _not_earned(in_play, situation, vocabulary, unmatched)
        if held_up:
            level = worst(*(p.protocol.default for p in own))
            defaulted = tuple(own)
    if (
        level is not None
        and level.rank < Disposition.CLINICIAN_TODAY.rank
        and _not_excluded(in_play, situation, vocabulary)
    ):
        level, held_up = Disposition.CLINICIAN_TODAY, "a danger sign could not be excluded"
    disposition = level or Disposition.UNABLE_TO_ASSESS
    ordered = tuple(sorted(fired, key=lambda r: -r.rule.disposition.rank))
    deciding = next((r for r in ordered if r.rule.disposition is disposition), None)
    return Judgement(disposition, ordered, evidence, None if held_up else deciding, defaulted, held_up)


class LevelProbe:
    """Tells the level if an answer were given, by trying again only the rules that the answer touches."""

    def __init__(self, in_play: InPlay, judgement: Judgement, situation: Situation) -> None:
        self._in_play, self._situation = in_play, situation
        self._defaulted = judgement.defaulted
        self._fired = {id(r) for r in judgement.fired}
        self._by_name: dict[str, list[CompiledRule]] = {}
        for protocol in in_play.all:
            for rule in protocol.rules:
                for name in rule.names:
                    self._by_name.setdefault(name, []).append(rule)
        self._levels = [self._level_of(p, {}) for p in in_play.all]

    def level_with(self, answers: Mapping[str, bool | float]) -> Disposition | None:
        """The level with these findings and facts set."""
        imagined = self._situation.imagine(answers)
        touched = {id(r): r for name in answers for r in self._by_name.get(name, ())}
        now = {key: fires(rule, imagined) for key, rule in touched.items()}
        told = {rule.protocol for rule in touched.values()}
        return worst(
            *(
                self._level_of(p, now) if p.protocol.id in told else level
                for p, level in zip(self._in_play.all, self._levels, strict=True)
            )
        )

    def _level_of(self, protocol: CompiledProtocol, now: Mapping[int, bool]) -> Disposition | None:
        """What one protocol comes to, the rules of ``now`` as they would be and the others as they are."""
        fired = (r for r in protocol.rules if self._in_play.counts(r) and now.get(id(r), id(r) in self._fired))
        first = next((r.rule.disposition for r in fired), None)
        if first is None and protocol in self._in_play.complaints:
            first = protocol.protocol.default if protocol in self._defaulted else None
        return first if first is not Disposition.SELF_CARE or self._in_play.complaints else None


def _presented(protocol: CompiledProtocol, situation: Situation) -> bool:
    """A finding the patient stated opens a complaint; one that only the chart lists is history."""
    return protocol.protocol.scope == "complaint" and any(
        situation.lookup(f, None) is True and not _only_charted(f, situation) for f in protocol.protocol.presenting
    )


def _openers(protocol: CompiledProtocol, situation: Situation) -> set[str]:
    return {n for n in protocol.protocol.presenting if situation.lookup(n, None) is True}


def _only_charted(finding: str, situation: Situation) -> bool:
    state = situation.states.get(finding)
    return state is not None and (state.mention.origin == "chart" or state.mention.turn < 0)


def _accompanies(protocol: CompiledProtocol, other: CompiledProtocol, situation: Situation) -> bool:
    """Whether what opened a protocol is part of another complaint that a rule has decided.

    Sickness with a migraine is not a second complaint: its rules count, its default does not.
    """
    opened_by = _openers(protocol, situation)
    told = {n for r in other.rules for n in r.when.findings} | {n for q in other.protocol.questions for n in q.asks}
    return opened_by <= told | set(other.protocol.presenting)


def _not_earned(
    in_play: InPlay, situation: Situation, vocabulary: Mapping[str, FindingDef], unmatched: Sequence[str]
) -> str:
    """Why self-care is not earned; empty when it is."""
    if unmatched:
        return "part of the story was not understood"
    known = {n for p in in_play.all for r in p.rules for n in r.names}
    known |= {n for p in in_play.complaints for n in p.protocol.presenting}
    known |= {n for p in in_play.all for q in p.protocol.questions for n in q.asks}
    for name, state in situation.states.items():
        kind = vocabulary[name].kind
        if state.present and kind in {"symptom", "sign"} and name not in known and state.mention.match != "implied":
            return f"{vocabulary[name].label} is not part of what this advice covers"
    return ""


def _not_excluded(in_play: InPlay, situation: Situation, vocabulary: Mapping[str, FindingDef]) -> bool:
    """A critical discriminator answered "don't know" whose emergency rule could still fire."""
    doubtful = {
        name
        for name, state in situation.states.items()
        if state.present is None and state.mention.status == "unknown" and vocabulary[name].critical
    }
    if not doubtful:
        return False
    rules = (r for p in in_play.all for r in p.rules if r.rule.disposition.rank >= Disposition.CLINICIAN_TODAY.rank)
    return any(r.names & doubtful and is_open(r, situation) for r in rules)
