"""Strict shapes of knowledge/policies: the output gate, the crisis screen, injection marks and the fixed texts.

A file that breaks its shape stops start-up: `PolicyError` names the file, the item and the line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from knowledge.levels import Disposition
from knowledge.patterns import require_pattern
from knowledge.policy_files import PolicyError, PolicySource, read_policy, read_policy_file
from knowledge.schema_gate import Identifier, OutputGatePolicy, StrictModel, Words

__all__ = ["LocaleTexts", "Policies", "PolicyError", "load_locales", "load_policies"]

REQUIRED_TEXTS = frozenset(
    {
        "emergency.ambulance_now", "emergency.emergency_department_now", "crisis.explicit", "crisis.possible",
        "abuse_disclosure", "withheld", "consent.ask", "consent.granted", "consent.declined", "consent.expired",
        "refusal.off_topic", "refusal.abusive", "refusal.diagnosis", "refusal.medicine_change", "handover",
        "finished", "nothing_found", "degraded.model", "degraded.engine", "degraded.index", "degraded.log",
        "degraded.gate", "greeting", "greeting_critical", "question.preface", "thanks",
        *(f"level.{d.value}" for d in Disposition),
    }
)  # fmt: skip
_GAP = re.compile(r"\{([^{}]*)\}")


class CrisisRule(StrictModel):
    """One way of saying that somebody may harm themselves. `level` is the answer when it matches."""

    id: Identifier
    level: Literal["explicit", "possible"]
    rationale: str = Field(min_length=10)
    patterns: Words = Field(min_length=1)
    unless: Words = ()
    marks: tuple[Literal["method", "plan"], ...] = ()
    examples_match: Words = Field(min_length=1)
    examples_none: Words = Field(min_length=1)


class CrisisPolicy(StrictModel):
    """crisis.yaml: graded self-harm rules, what cancels them, and disclosure of abuse or violence.

    `spelling` maps misspelt or slang words to the plain word; `idioms` are removed before the rules are tried;
    `cancels` excuse a whole clause (a negated screening answer, news, something long over).
    """

    version: str
    reviewed_on: str
    sign_off: str
    spelling: dict[str, str]
    groups: dict[Identifier, Words]
    idioms: Words
    cancels: Words
    rules: tuple[CrisisRule, ...] = Field(min_length=1)
    abuse: tuple[CrisisRule, ...] = Field(min_length=1)
    exemplars: Words = ()
    counter_exemplars: Words = ()
    semantic_floor: float = Field(default=0.62, gt=0, lt=1)

    @model_validator(mode="after")
    def _patterns_compile(self) -> Self:
        for rule in (*self.rules, *self.abuse):
            for pattern in (*rule.patterns, *rule.unless):
                require_pattern(f"rule {rule.id}", pattern, self.groups)
        for pattern in (*self.idioms, *self.cancels):
            require_pattern("idioms or cancels", pattern, self.groups)
        return self


class InjectionRule(StrictModel):
    """A mark of text that tries to steer the agent rather than to describe a problem."""

    id: Identifier
    rationale: str = Field(min_length=10)
    patterns: Words = Field(min_length=1)
    unless: Words = ()
    examples_match: Words = Field(min_length=1)
    examples_none: Words = Field(min_length=1)


class InjectionPolicy(StrictModel):
    """injection.yaml: marks only. The design, not this list, keeps an injected text from doing anything."""

    version: str
    reviewed_on: str
    groups: dict[Identifier, Words] = Field(default_factory=dict)
    rules: tuple[InjectionRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _patterns_compile(self) -> Self:
        for rule in self.rules:
            for pattern in (*rule.patterns, *rule.unless):
                require_pattern(f"rule {rule.id}", pattern, self.groups)
        return self


class Policies(StrictModel):
    """Everything under knowledge/policies except the texts."""

    output_gate: OutputGatePolicy
    crisis: CrisisPolicy
    injection: InjectionPolicy


class LocaleTexts(StrictModel):
    """Every fixed text shown to patients in one language, by key; `emergency_number` etc. are filled in later."""

    locale: str
    reviewed_on: str
    sign_off: str
    texts: dict[Identifier, Annotated[str, Field(min_length=2)]]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if missing := REQUIRED_TEXTS - self.texts.keys():
            raise ValueError(f"missing texts: {', '.join(sorted(missing))}")
        for key, text in self.texts.items():
            if unknown := {g for g in _GAP.findall(text) if not g.isidentifier()}:
                raise ValueError(f"text {key} has a malformed placeholder: {', '.join(sorted(unknown))}")
        return self


def load_policies(directory: Path) -> Policies:
    """Reads output_gate*.yaml, crisis*.yaml and injection*.yaml of one folder (UTF-8). Raises PolicyError."""
    return Policies(
        output_gate=_build(OutputGatePolicy, read_policy(directory, "output_gate")),
        crisis=_build(CrisisPolicy, read_policy(directory, "crisis")),
        injection=_build(InjectionPolicy, read_policy(directory, "injection")),
    )


def load_locales(directory: Path) -> dict[str, LocaleTexts]:
    """Reads every *.yaml of the locales folder, keyed by file stem ("en"). Raises PolicyError."""
    found = {path.stem: _build(LocaleTexts, read_policy_file(path)) for path in sorted(directory.glob("*.yaml"))}
    if not found:
        raise PolicyError(f"{directory.name}: no texts for patients found")
    return found


Model = TypeVar("Model", bound=BaseModel)


def _build(model: type[Model], source: PolicySource) -> Model:
    try:
        return model.model_validate(source.data)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        path = _path_of(first["loc"], first["msg"], source.data)
        place = source.place(path)
        item = _item(path, source.data) or "whole file"
        raise PolicyError(f"{place.file}, line {place.line}, {item}: {first['msg']}") from fault


def _path_of(path: Sequence[str | int], message: str, data: dict[str, Any]) -> tuple[str | int, ...]:
    """The path of an item; for a check of the whole file, that of the rule, act, group or text its message names."""
    if path:
        return tuple(path)
    if not (named := re.search(r"\b(rule|act|group|text) ([a-z][a-z0-9_.]*)", message)):
        return ()
    kind, name = named.groups()
    if kind != "rule":
        return (f"{kind}s", name)
    for section in ("rules", "abuse"):
        for number, rule in enumerate(data.get(section, ())):
            if isinstance(rule, dict) and rule.get("id") == name:
                return (section, number)
    return ()


def _item(path: Sequence[str | int], data: object) -> str:
    """The path in words, list items by their id: "rules[stop_medicine].category"."""
    words = ""
    for step in path:
        data = _step(data, step)
        if isinstance(step, int):
            words += f"[{data.get('id', step) if isinstance(data, dict) else step}]"
        else:
            words += f".{step}" if words else step
    return words


def _step(data: object, step: str | int) -> object:
    if isinstance(data, dict):
        return data.get(step)
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return None
