"""Strict shape of the output gate's policy: word classes, ways of speaking, rules."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from knowledge.patterns import require_pattern

Category = Literal["D", "P", "Q", "R", "X", "L", "I"]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]*$")]
Words = tuple[str, ...]


class StrictModel(BaseModel):
    """No unknown keys, no later change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WordClass(StrictModel):
    """Words and phrases that become one tag, such as DRUG.

    `suffixes` tag unknown words by their ending (at least `min_length` letters); `exclude` lists words that the
    endings or the one-letter typo match would take by mistake; `followed_by` makes a match harmless when one of
    these words comes next ("asthma clinic").
    """

    words: Words
    suffixes: Words = ()
    min_length: int = 7
    exclude: Words = ()
    followed_by: Words = ()
    fuzzy: bool = False


class Act(StrictModel):
    """A way of speaking that can excuse a rule: a question, a recorded fact, a cited guideline.

    `patterns` are matched in the clause (or the whole sentence); `unless` takes the excuse away again.
    """

    scope: Literal["clause", "sentence"] = "clause"
    patterns: Words
    unless: Words = ()


class Limits(StrictModel):
    """Sizes beyond which the gate blocks unread (characters)."""

    sentence_chars: int = Field(gt=0)
    text_chars: int = Field(gt=0)


class GateRule(StrictModel):
    """One rule of the output gate.

    patterns: regular expressions over the tagged clause, with `<group>` for a named list of alternatives.
    excused_by: names of acts under which the content is allowed.
    unless: expressions that excuse this rule only, matched in the same clause.
    receipts: any one of these actions done in this turn excuses the rule (action claims).
    needs: a tag that must occur in the sentence or the one before it ("it" that stands for a medicine).
    only_while_open: counts only while the risk is still open.
    over: "words" reads tagged clauses; "raw" the text as written. In a raw pattern a group named `host` is excused by
        the turn's allowed hosts, a group named `value` by the patient's own identifiers and the public numbers.
    """

    id: Identifier
    category: Category
    rationale: str = Field(min_length=10)
    patterns: Words = Field(min_length=1)
    unless: Words = ()
    excused_by: Words = ()
    receipts: Words = ()
    needs: Words = ()
    only_while_open: bool = False
    scope: Literal["clause", "sentence"] = "clause"
    audiences: tuple[Literal["patient", "nurse"], ...] = ("patient",)
    template: str = "withheld"
    replace: bool = False
    over: Literal["words", "raw"] = "words"
    examples_block: Words = Field(min_length=1)
    examples_pass: Words = Field(min_length=1)


class OutputGatePolicy(StrictModel):
    """All of output_gate.yaml with output_gate_words.yaml and output_gate_acts.yaml."""

    version: str
    reviewed_on: str
    sign_off: str
    limits: Limits
    public_numbers: Words
    classes: dict[str, WordClass]
    groups: dict[Identifier, Words]
    acts: dict[Identifier, Act]
    rules: tuple[GateRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _refers_to_what_exists(self) -> Self:
        seen: set[str] = set()
        for rule in self.rules:
            if rule.id in seen:
                raise ValueError(f"rule {rule.id} is defined twice")
            seen.add(rule.id)
            for act in rule.excused_by:
                if act not in self.acts:
                    raise ValueError(f"rule {rule.id} is excused by the unknown act {act}")
        patterns = [(f"rule {r.id}", p) for r in self.rules for p in (*r.patterns, *r.unless)]
        patterns += [(f"act {n}", p) for n, a in self.acts.items() for p in (*a.patterns, *a.unless)]
        patterns += [(f"group {n}", p) for n, g in self.groups.items() for p in g]
        for owner, pattern in patterns:
            require_pattern(owner, pattern, self.groups)
        return self
