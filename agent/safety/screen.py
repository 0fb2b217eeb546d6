"""The input screen: danger of self-harm (graded), disclosure of abuse, marks of prompt injection.

Deterministic and first: it runs on every message before any model and its answer is a fixed text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agent.safety.plain_words import PlainWords
from agent.safety.semantic import Encode, SemanticNet
from agent.safety.speech import compile_any
from knowledge.schema_policies import CrisisPolicy, CrisisRule, Policies

CrisisLevel = Literal["none", "possible", "explicit"]

MAX_SCREENED_CHARS = 40_000
SEMANTIC_RULE = "crisis.semantic"
_RANK: dict[CrisisLevel, int] = {"none": 0, "possible": 1, "explicit": 2}
# A negation this near before a match turns it round ("no thoughts of harming myself") …
_NEGATED = re.compile(
    r"\b(?:no|not|never|deny|denies|denied|without|nor|neither|nobody|none|free of|rule out|dont)"
    r" (?:(?!and |so |because |just |tonight |then |now |me |him |her |us |born |wake |woke |matters? |notice |miss |"
    r"cares? |help |enough |anymore |alone |i (?:am|will|want|have|feel|cut|took|tried) )[\w'/]+ ){0,6}"
    r"(?:or (?:[\w']+ ){0,3})?$"
)
# … unless it negates something else ("I can't stop thinking of …", "I don't know if I won't …").
_NOT_NEGATED = re.compile(
    r"\b(?:not (?:stop|help|resist|control|shake|get rid|fight|know|sure|only|just|lie|sleep|cope|live|safe|trust|"
    r"promise|afraid|care|want to (?:live|be here|be alive|wake)|going to be here|let me|see any|see another|bear|"
    r"take it|go on|do this|say it but|told|tell|eat|see a|the first time|worth)|"
    r"no (?:one|more|reason|point|hope|way|longer want|future|other|doubt|idea|friends|choice|option)|"
    r"never (?:stop|wake|been so|felt so|going to)|why not|nobody)\b"
)
_STILL_OPEN = re.compile(r"\byet\b")


@dataclass(frozen=True)
class InputScreen:
    """What the screen found in one message.

    crisis: "none", "possible" (passive or ambiguous) or "explicit" (active intent, plan, method, attempt).
    crisis_rules, injection_rules: ids of the rules that matched. quote: the patient's words behind the level, or "".
    method_named, plan: whether a way or a plan was named. abuse_disclosure: violence or abuse is reported.
    """

    crisis: CrisisLevel
    crisis_rules: tuple[str, ...] = ()
    quote: str = ""
    injection: bool = False
    injection_rules: tuple[str, ...] = ()
    method_named: bool = False
    plan: bool = False
    abuse_disclosure: bool = False


@dataclass(frozen=True)
class _Compiled:
    id: str
    level: CrisisLevel
    marks: tuple[str, ...]
    patterns: re.Pattern[str]
    unless: re.Pattern[str] | None


class InputScreener:
    """Screens messages with the rules of one policy, compiled once.

    Args:
        policies: the crisis and injection policies.
        encode: the sentence encoder; where given, it can add "possible" for wordings no rule knows. It never
            takes anything away.
    """

    def __init__(self, policies: Policies, encode: Encode | None = None) -> None:
        crisis = policies.crisis
        self._words = PlainWords(crisis)
        self._idioms = compile_any(crisis.idioms, crisis.groups)
        self._cancels = compile_any(crisis.cancels, crisis.groups)
        self._rules = [_compile(rule, crisis) for rule in crisis.rules]
        self._abuse = [_compile(rule, crisis) for rule in crisis.abuse]
        self._injection = [
            (rule.id, compile_any(rule.patterns, policies.injection.groups),
             compile_any(rule.unless, policies.injection.groups))
            for rule in policies.injection.rules
        ]  # fmt: skip
        self._semantic = SemanticNet(crisis, encode) if encode and crisis.exemplars else None

    def screen(self, text: str, *, about_self: bool = True) -> InputScreen:
        """Screens one message; text beyond MAX_SCREENED_CHARS is screened at its beginning and its end.

        `about_self` tells whether the writer is the patient. It does not change the level: a carer's report counts
        like the patient's own words; it only decides which fixed text is shown.
        """
        if len(text) > MAX_SCREENED_CHARS:
            half = MAX_SCREENED_CHARS // 2
            text = f"{text[:half]}\n{text[-half:]}"
        level: CrisisLevel = "none"
        hits: list[tuple[_Compiled, str]] = []
        abuse = False
        clauses = self._words.clauses(text)
        for clause in clauses:
            cleaned = " ".join(self._idioms.sub(" ~ ", clause.text).split()) if self._idioms else clause.text
            abuse = abuse or any(_hit(rule, cleaned) for rule in self._abuse)
            if self._cancels and self._cancels.search(cleaned):
                continue
            hits += [(rule, clause.quote) for rule in self._rules if _hit(rule, cleaned)]
        if hits:
            level = max((rule.level for rule, _ in hits), key=lambda name: _RANK[name])
        elif self._semantic:
            near = self._semantic.alarms([c.quote for c in clauses if not self._settled(c.text)])
            if near is not None:
                return self._answer("possible", (SEMANTIC_RULE,), near, text, hits, abuse)
        quote = next((words for rule, words in hits if rule.level == level), "")
        return self._answer(level, tuple(dict.fromkeys(rule.id for rule, _ in hits)), quote, text, hits, abuse)

    def _settled(self, clause: str) -> bool:
        """Whether the rules know this clause to be harmless: an idiom, news, the past, a negated screening answer."""
        if (self._idioms and self._idioms.search(clause)) or (self._cancels and self._cancels.search(clause)):
            return True
        return any(match for rule in self._rules for match in rule.patterns.finditer(clause))

    def _answer(
        self, level: CrisisLevel, rules: tuple[str, ...], quote: str, text: str,
        hits: Sequence[tuple[_Compiled, str]], abuse: bool,
    ) -> InputScreen:  # fmt: skip
        marks = {mark for rule, _ in hits for mark in rule.marks}
        injected = self._injected(text)
        return InputScreen(
            level, rules, quote, bool(injected), injected, "method" in marks, "plan" in marks, abuse_disclosure=abuse
        )

    def _injected(self, text: str) -> tuple[str, ...]:
        words = self._words.plain(text)
        return tuple(
            name
            for name, patterns, unless in self._injection
            if patterns and patterns.search(words) and not (unless and unless.search(words))
        )


def _compile(rule: CrisisRule, policy: CrisisPolicy) -> _Compiled:
    patterns = compile_any(rule.patterns, policy.groups)
    if patterns is None:
        raise ValueError(f"rule {rule.id} has no patterns")
    return _Compiled(rule.id, rule.level, rule.marks, patterns, compile_any(rule.unless, policy.groups))


def _hit(rule: _Compiled, clause: str) -> bool:
    """Whether a rule matches a clause and the match is not negated."""
    if rule.unless and rule.unless.search(clause):
        return False
    for match in rule.patterns.finditer(clause):
        before = clause[: match.start()]
        negated = _NEGATED.search(before)
        if not negated or _NOT_NEGATED.search(before[negated.start() :] + match.group()) or _STILL_OPEN.search(clause):
            return True
    return False
