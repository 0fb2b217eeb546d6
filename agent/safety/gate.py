"""The output gate: decides for each sentence of a model whether a reader may see it. Fails closed.

The unit is the sentence together with the one before it. Rules are data (knowledge/policies/output_gate*.yaml).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from agent.safety.citations import check_citations
from agent.safety.disguises import OBFUSCATED
from agent.safety.own_words import blank_quotes
from agent.safety.raw_text import is_excused, read_raw
from agent.safety.speech import SpeechActs, Utterance, compile_any
from agent.safety.splitter import split_sentences
from agent.safety.tagging import Tagger
from agent.safety.verdict import GateContext, Verdict, Violation
from knowledge.patterns import expand
from knowledge.schema_gate import GateRule, OutputGatePolicy
from knowledge.schema_policies import Policies

FRAGMENT_WORDS = 5
WITHHELD = "withheld"


@dataclass(frozen=True)
class _Compiled:
    rule: GateRule
    patterns: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None


class OutputGate:
    """The gate with the rules of one policy, compiled once; has no state between sentences."""

    def __init__(self, policies: Policies) -> None:
        policy = policies.output_gate
        self._limits = policy.limits
        self._public = frozenset(re.sub(r"\D", "", n) for n in policy.public_numbers)
        self._tagger = Tagger(policy)
        self._acts = SpeechActs(policy)
        self._rules = [_compile(rule, policy) for rule in policy.rules]

    def check(self, sentence: str, *, previous: str = "", context: GateContext) -> Verdict:
        """The verdict on one sentence.

        Args:
            sentence: one sentence as the splitter gives it, white space included.
            previous: the sentence before it, shown or not; "" at the start.
            context: the turn it belongs to.
        """
        if len(sentence) > self._limits.sentence_chars:
            return _verdict([_whole("too_long", "F", sentence)], {})
        if not sentence.strip() or _squeeze(sentence) in _fixed_sentences(context.fixed_texts):
            return Verdict("pass")
        previous = previous[-self._limits.sentence_chars :]
        found = self._violations(sentence, previous, context)
        if not found and previous and self._belongs_together(previous, sentence):
            found = self._violations_of_both(previous, sentence, context)
        return _verdict(found, {c.rule.id: c.rule for c in self._rules})

    def check_text(self, text: str, *, context: GateContext) -> list[tuple[str, Verdict]]:
        """Every sentence of a whole text with its verdict; a text over the cap is one blocked piece."""
        if len(text) > self._limits.text_chars:
            head = text[: self._limits.sentence_chars]
            return [(head, _verdict([_whole("too_long", "F", head)], {}))]
        judged: list[tuple[str, Verdict]] = []
        previous = ""
        for sentence in split_sentences(text):
            judged.append((sentence, self.check(sentence, previous=previous, context=context)))
            previous = sentence
        return judged

    def _violations(self, sentence: str, previous: str, context: GateContext) -> list[Violation]:
        readable = blank_quotes(sentence, context.patient_quotes)
        utterance = self._acts.utter(self._tagger.read(readable))
        found = self._raw_violations(sentence, context)
        if (at := utterance.tagged.text.find(OBFUSCATED)) >= 0:
            found.append(Violation("obfuscated", "F", utterance.tagged.origin(at, at + 1), sentence))
        for compiled in self._rules:
            rule = compiled.rule
            if rule.over == "words" and self._applies(rule, utterance, previous, context):
                span = self._match(compiled, utterance)
                if span is not None:
                    found.append(Violation(rule.id, rule.category, utterance.tagged.origin(*span), sentence))
        found += [_whole(fault, "C", sentence) for fault in check_citations(sentence, context.passages)]
        return found

    def _applies(self, rule: GateRule, utterance: Utterance, previous: str, context: GateContext) -> bool:
        if context.audience not in rule.audiences or (rule.only_while_open and not context.open_risk):
            return False
        if context.receipts.intersection(rule.receipts):
            return False
        if not rule.needs:
            return True
        words = f"{utterance.tagged.text} {self._tagger.read(previous).text}".split()
        return any(tag in words for tag in rule.needs)

    def _match(self, compiled: _Compiled, utterance: Utterance) -> tuple[int, int] | None:
        rule = compiled.rule
        for number, clause in enumerate(utterance.clauses):
            whole = rule.scope == "sentence"
            text, offset = (utterance.tagged.text, 0) if whole else (clause.text, clause.offset)
            hit = compiled.patterns[0].search(text)
            if hit is None or (compiled.unless and compiled.unless.search(text)):
                continue
            if self._acts.excuses(rule.excused_by, utterance, number):
                continue
            return hit.start() + offset, hit.end() + offset
        return None

    def _raw_violations(self, sentence: str, context: GateContext) -> list[Violation]:
        text, origin = read_raw(sentence)
        found: list[Violation] = []
        for compiled in self._rules:
            rule = compiled.rule
            if rule.over != "raw" or context.audience not in rule.audiences:
                continue
            if compiled.unless and compiled.unless.search(text):
                continue
            for hit in (match for pattern in compiled.patterns for match in pattern.finditer(text)):
                if not is_excused(hit, context, self._public):
                    span = (origin[hit.start()], origin[hit.end() - 1] + 1)
                    found.append(Violation(rule.id, rule.category, span, sentence))
                    break
        return found

    def _belongs_together(self, previous: str, sentence: str) -> bool:
        """A fragment may finish what the sentence before began: "You have one thing. Pneumonia."."""
        if "\n\n" in previous:
            previous = previous.rstrip()
        return min(len(previous.split()), len(sentence.split())) <= FRAGMENT_WORDS

    def _violations_of_both(self, previous: str, sentence: str, context: GateContext) -> list[Violation]:
        """What the two say together and neither says alone, blamed on the second."""
        head = previous.rstrip().rstrip(".…:;,-–—!*")
        if head.endswith("?") or sentence.rstrip().endswith("?"):
            head = ""
        if not head or self._violations(previous, "", context):
            return []
        both = f"{head} {sentence.lstrip()}"[: self._limits.sentence_chars]
        return [
            Violation(v.rule, v.category, (0, len(sentence)), sentence)
            for v in self._violations(both, "", context)
            if v.category != "C"
        ]


def gate_or_block(gate: OutputGate | None, sentence: str, *, previous: str = "", context: GateContext) -> Verdict:
    """The gate's verdict; a missing gate, an exception or an answer that is no verdict is a block."""
    if gate is not None:
        try:
            verdict: object = gate.check(sentence, previous=previous, context=context)
        except Exception:  # whatever breaks, an unchecked sentence is not shown
            verdict = None
        if isinstance(verdict, Verdict) and verdict.status in ("pass", "replace", "block"):
            return verdict
    return Verdict("block", (_whole("gate_failure", "F", sentence),), "degraded.gate")


def _compile(rule: GateRule, policy: OutputGatePolicy) -> _Compiled:
    """Word patterns as one expression; raw ones apart, because a named group may occur in only one alternative."""
    if rule.over == "raw":
        patterns = tuple(re.compile(expand(pattern, policy.groups)) for pattern in rule.patterns)
    else:
        joined = compile_any(rule.patterns, policy.groups)
        patterns = (joined,) if joined else ()
    return _Compiled(rule, patterns, compile_any(rule.unless, policy.groups))


def _verdict(found: list[Violation], rules: dict[str, GateRule]) -> Verdict:
    if not found:
        return Verdict("pass")
    owner = rules.get(found[0].rule)
    replaceable = all((rule := rules.get(v.rule)) is not None and rule.replace for v in found)
    return Verdict("replace" if replaceable else "block", tuple(found), owner.template if owner else WITHHELD)


def _whole(rule: str, category: str, sentence: str) -> Violation:
    return Violation(rule, category, (0, len(sentence)), sentence)


def _squeeze(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=64)
def _fixed_sentences(texts: frozenset[str]) -> frozenset[str]:
    """Every fixed text and each of its sentences, white space squeezed."""
    sentences = {_squeeze(sentence) for text in texts for sentence in split_sentences(text)}
    return frozenset(sentences | {_squeeze(text) for text in texts})
