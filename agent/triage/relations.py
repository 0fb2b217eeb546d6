"""How findings hang together: what implies what, opens which complaint, and makes or calls off an emergency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from agent.triage.grammar import FREE, NEGATORS
from agent.triage.rules import CompiledRule, Rulebook
from agent.triage.text import normalise
from agent.triage.tokens import Tokeniser
from knowledge.expressions import FACT_NUMBERS, MEASURES, VITALS, Value
from knowledge.schema import Content, FindingDef


def dangerous_findings(content: Content, rulebook: Rulebook) -> frozenset[str]:
    """Findings that are critical or alone make an emergency: a likeness is not enough to set them."""
    rules = [r for p in rulebook.protocols.values() for r in p.rules if r.rule.disposition.is_emergency]
    critical = {f.id for f in content.findings.values() if f.critical}
    return frozenset(critical | {n for n in content.findings if any(_holds_alone(r, n, content) for r in rules)})


def alone_makes_emergency(content: Content, rulebook: Rulebook) -> frozenset[str]:
    """Findings that, told alone of anybody, open a complaint and make one of its emergency rules true."""
    found: set[str] = set()
    for name, finding in content.findings.items():
        told = {name, *finding.implies}
        for protocol in rulebook.protocols.values():
            opened = protocol.protocol.scope == "general" or not told.isdisjoint(protocol.protocol.presenting)
            rules = (r for r in protocol.rules if r.rule.disposition.is_emergency)
            if opened and protocol.applies_when is None and any(_holds_alone(r, name, content) for r in rules):
                found.add(name)
    return frozenset(found)


def _holds_alone(rule: CompiledRule, name: str, content: Content) -> bool:
    told = {name, *content.findings[name].implies}

    def only(asked: str, attribute: str | None) -> Value:
        if attribute in MEASURES or asked in FACT_NUMBERS | VITALS:
            return float("nan")
        return asked in told if attribute is None else False

    return bool(rule.names & told) and rule.when.evaluate(only) is True


def implications(content: Content, names: Sequence[str]) -> NDArray[np.float32]:
    """Which finding (row) says that another (column) is there, itself included; shape (names, names)."""
    place = {name: n for n, name in enumerate(names)}
    says = np.eye(len(names), dtype=np.float32)
    for name, row in place.items():
        waiting = [name]
        while waiting:
            finding = content.findings.get(waiting.pop())
            for implied in finding.implies if finding else ():
                if implied in place and not says[row, place[implied]]:
                    says[row, place[implied]] = 1.0
                    waiting.append(implied)
    return says


def openers(content: Content, names: Sequence[str], complaints: Sequence[str]) -> NDArray[np.float32]:
    """Which finding (row) opens which protocol (column); shape (names, protocols)."""
    place = {name: n for n, name in enumerate(names)}
    opens = np.zeros((len(names), len(complaints)), dtype=np.float32)
    for column, protocol in enumerate(complaints):
        opens[[place[f] for f in content.protocols[protocol].presenting if f in place], column] = 1.0
    return opens


def forms_of(findings: Iterable[FindingDef], tokeniser: Tokeniser) -> tuple[dict[str, frozenset[str]], dict[str, int]]:
    """Telling words of each finding's own phrases, and how many findings use each word."""
    forms: dict[str, frozenset[str]] = {}
    for finding in findings:
        texts = (*finding.phrases, *finding.exact, finding.label, finding.patient_label)
        tokens = [t for text in texts for t in tokeniser.tokens(normalise(text).text, repair=False)]
        forms[finding.id] = frozenset(
            t.form for t in tokens if not t.is_barrier and t.surface not in FREE | NEGATORS and len(t.surface) > 1
        )
    return forms, Counter(form for own in forms.values() for form in own)


def soothing_findings(rulebook: Rulebook) -> frozenset[str]:
    """Findings that only ever call off an emergency, and never make one."""
    rules = [r for p in rulebook.protocols.values() for r in p.rules if r.rule.disposition.is_emergency]
    warning = frozenset(n for r in rules for n in r.when.findings - r.when.denied)
    return frozenset(n for r in rules for n in r.when.denied) - warning
