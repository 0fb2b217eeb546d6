"""Rules over what is known, in Kleene's logic and in best judgement (unknown taken as absent)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cached_property

from agent.triage.facts import KnownFacts, typed
from agent.triage.states import FindingState
from agent.triage.types import FiredRule, SourceRef
from knowledge.expressions import (
    FACT_FLAGS,
    FACT_NUMBERS,
    MEASURES,
    NOT_FINDINGS,
    VITALS,
    Expression,
    Truth,
    Value,
    parse,
)
from knowledge.schema import Content, Protocol, Question, Rule

_NARRATIVE = frozenset({"resolved", "past"})
"""Attributes people say when they hold; a symptom told without them is going on."""
_NAN = float("nan")
_AGES = {"age_years": 1.0, "age_months": 12.0, "age_days": 365.25}


@dataclass(frozen=True, eq=False)  # one object for each rule: comparing their fields would take long
class CompiledRule:
    """A rule with its parsed condition."""

    rule: Rule
    protocol: str
    when: Expression
    source: SourceRef

    @cached_property
    def names(self) -> frozenset[str]:
        """Findings, facts and vital signs it depends on."""
        timed = {"duration_h"} if ".duration_h" in self.when.source else set()
        return self.when.findings | self.when.facts | timed


@dataclass(frozen=True, eq=False)
class CompiledProtocol:
    """A protocol ready to be applied."""

    protocol: Protocol
    rules: tuple[CompiledRule, ...]
    applies_when: Expression | None
    guards: Mapping[str, Expression]


@dataclass(frozen=True)
class Situation:
    """Everything a rule may look at."""

    states: Mapping[str, FindingState]
    facts: KnownFacts
    vitals: Mapping[str, float]
    duration_h: float | None
    loose_duration_h: float | None = None
    overlay: Mapping[str, bool | float] = field(default_factory=dict)
    vital_quotes: Mapping[str, str] = field(default_factory=dict)
    """The patient's words for each vital sign."""
    _decided: dict[int, Truth] = field(default_factory=dict, init=False, repr=False, compare=False)

    def imagine(self, answers: Mapping[str, bool | float]) -> Situation:
        """The situation if these findings and facts were so."""
        return replace(self, overlay={**self.overlay, **answers})

    def decide(self, rule: CompiledRule) -> Truth:
        """What is known of a rule: true, false, or None when still open. Worked out once."""
        key = id(rule)
        if key not in self._decided:
            self._decided[key] = rule.when.evaluate(self.lookup)
        return self._decided[key]

    def lookup(self, name: str, attribute: str | None) -> Value:
        """Value of a finding, fact or vital sign; None when not known."""
        if name in NOT_FINDINGS:
            if name in self.overlay:
                return typed(name, float(self.overlay[name]))
            if name == "duration_h":
                return self.duration_h
            return self.vitals.get(name) if name in VITALS else self.facts.value(name)
        state = self.states.get(name)
        if name in self.overlay:
            present: Truth = bool(self.overlay[name])
        elif state is None or (state.past and state.present is False):
            present = None
        else:
            present = state.present
        return present if attribute is None else self._attribute(state, present, attribute)

    def assumed(self, name: str, attribute: str | None) -> Value:
        """The same, with what is not known taken as absent; unknown numbers fail every comparison."""
        value = self.lookup(name, attribute)
        if value is not None:
            return value
        if name == "sex":
            return ""
        return _NAN if name in FACT_NUMBERS | VITALS or attribute in MEASURES else False

    def routing(self, name: str, attribute: str | None) -> Value:
        """For choosing protocols and questions: findings as assumed, age as likely, other facts as known."""
        if name in _AGES:
            years = self.facts.likely_age()
            return None if years is None else years * _AGES[name]
        if name in FACT_FLAGS | {"sex"}:
            return self.lookup(name, attribute)
        return self.assumed(name, attribute)

    def _attribute(self, state: FindingState | None, present: Truth, attribute: str) -> Value:
        if attribute == "past":
            return bool(state and state.past)
        value = state.attributes.get(attribute) if state else None
        if value is None and attribute == "duration_h":
            return self.overlay.get("duration_h", self.loose_duration_h)
        if value is None and attribute in _NARRATIVE and present:
            return False
        return value


def _compile(protocol: Protocol) -> CompiledProtocol:
    sources = {s.id: SourceRef(s.id, s.organisation, s.title, s.year, str(s.url)) for s in protocol.sources}
    rules = tuple(CompiledRule(r, protocol.id, parse(r.when), sources[r.source]) for r in protocol.rules)
    guards = {q.id: parse(q.ask_when) for q in protocol.questions if q.ask_when}
    return CompiledProtocol(protocol, rules, parse(protocol.applies_when) if protocol.applies_when else None, guards)


def applies(protocol: CompiledProtocol, situation: Situation) -> bool:
    """Whether a protocol is for this patient; unknown counts as yes."""
    return protocol.applies_when is None or protocol.applies_when.evaluate(situation.routing) is not False


def fires(rule: CompiledRule, situation: Situation) -> bool:
    """Best judgement: the rule holds when what is unknown is absent."""
    known = None if situation.overlay else situation.decide(rule)
    return known if known is not None else rule.when.evaluate(situation.assumed) is True


def is_open(rule: CompiledRule, situation: Situation) -> bool:
    """What is known does not decide the rule yet."""
    return situation.decide(rule) is None


def is_evident(rule: CompiledRule, situation: Situation) -> bool:
    """The rule holds on what was said: known true, or an emergency resting on stated findings."""
    known = situation.decide(rule) is True
    stated = bool(rule.when.satisfied_by(situation.lookup))
    return stated and (known or rule.rule.disposition.is_emergency)


def fired_rule(rule: CompiledRule, situation: Situation) -> FiredRule:
    """The rule with its evidence: the findings it rests on and the patient's words for them."""
    evidence = sorted(rule.when.satisfied_by(situation.lookup))
    findings = [n for n in evidence if n not in NOT_FINDINGS]
    mentions = [situation.states[n].mention for n in findings if n in situation.states]
    # The chart's words, and what follows from them, are not the patient's.
    quotes = [m.quote.strip() for m in mentions if m.origin != "chart" and m.turn >= 0]
    quotes += [situation.vital_quotes[n] for n in evidence if n in situation.vital_quotes]
    return FiredRule(
        id=rule.rule.id,
        protocol=rule.protocol,
        disposition=rule.rule.disposition,
        flag=rule.rule.flag,
        rationale=rule.rule.rationale,
        source=rule.source,
        finding_ids=tuple(findings),
        quotes=tuple(dict.fromkeys(q for q in quotes if q)),
    )


@dataclass(frozen=True)
class Rulebook:
    """What the protocols come to as a whole.

    ``red_flags`` are findings that an emergency rule names; ``covers`` says for each protocol which findings are just
    more of its complaint: those that open it or that its rules name without making an emergency of them; ``named`` are
    all that its rules name; ``circumstances`` are what people ask for or tell around a complaint.
    """

    protocols: Mapping[str, CompiledProtocol]
    questions: Mapping[str, Question]
    red_flags: frozenset[str]
    covers: Mapping[str, frozenset[str]]
    named: Mapping[str, frozenset[str]]
    circumstances: frozenset[str]

    def opened(self, present: Set[str]) -> list[str]:
        """Protocols that one of these findings opens."""
        return [name for name, p in self.protocols.items() if not present.isdisjoint(p.protocol.presenting)]


def build_rulebook(content: Content) -> Rulebook:
    """Compile the protocols and gather what the reading of a session needs of them."""
    protocols = {p.id: _compile(p) for p in content.protocols.values()}
    flags = {name: _flags(p) for name, p in protocols.items()}
    named = {name: frozenset(n for r in p.rules for n in r.when.findings) for name, p in protocols.items()}
    covers = {name: (named[name] - flags[name]) | frozenset(p.protocol.presenting) for name, p in protocols.items()}
    return Rulebook(
        protocols=protocols,
        questions={q.id: q for p in protocols.values() for q in p.protocol.questions},
        red_flags=frozenset(name for named in flags.values() for name in named),
        covers=covers,
        named=named,
        circumstances=frozenset(f.id for f in content.findings.values() if f.kind == "circumstance"),
    )


def _flags(protocol: CompiledProtocol) -> frozenset[str]:
    return frozenset(n for r in protocol.rules if r.rule.disposition.is_emergency for n in r.when.findings)
