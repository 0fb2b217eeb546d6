"""Strict models of the clinical content. A bad file stops start-up and names the file, the item and the line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError, model_validator

from knowledge.expressions import NOT_FINDINGS, Expression, ExpressionError, parse
from knowledge.levels import Disposition
from knowledge.schema_policies import LocaleTexts, Policies, load_locales, load_policies

KNOWLEDGE_DIR = Path(__file__).parent
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)?$")]
Words = tuple[str, ...]


class ContentError(ValueError):
    """Clinical content that must not be used; the message names file, item and line."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class FindingDef(_Strict):
    """One entry of the controlled vocabulary: what it is called, how people put it, how it may be matched."""

    id: Identifier
    kind: Literal["symptom", "sign", "history", "medicine", "circumstance"]
    label: str
    patient_label: str = ""
    site: str | None = None
    sensations: Words = ()
    phrases: Words = ()
    exact: Words = ()
    absent_phrases: Words = ()
    exemplars: Words = ()
    semantic: Literal["alone", "with_cue", "never"] = "with_cue"
    implies: Words = ()
    excludes_from: Words = ()
    critical: bool = False

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if not (self.phrases or self.exact or self.exemplars or self.site or self.absent_phrases):
            raise ValueError(f"finding {self.id} has no phrase, exemplar or site: nothing can ever match it")
        if bool(self.site) != bool(self.sensations):
            raise ValueError(f"finding {self.id}: site and sensations come together")
        return self


class Subject(_Strict):
    """Words that say who the text is about."""

    words: Words
    relation: str
    age_group: Literal["infant", "child", "adult", "older_adult"] | None = None
    sex: Literal["female", "male"] | None = None


class Negation(_Strict):
    """Cues before and after a finding that deny it, and words that end their reach."""

    before: Words
    after: Words = ()
    reset: Words = ()


class Lexicon(_Strict):
    """Words shared by all findings: places, sensations, negation, time, degree."""

    sites: dict[str, Words]
    sensations: dict[str, Words]
    negation: Negation
    hypothetical: Words
    past: Words
    family_history: Words
    subjects: tuple[Subject, ...]
    severity: dict[Literal["mild", "moderate", "severe"], Words]
    onset: dict[Literal["sudden", "gradual"], Words]
    course: dict[Literal["worse", "better", "same", "comes_and_goes", "resolved", "recurrent"], Words]
    fillers: Words = ()
    number_words: dict[str, float] = {}
    synonyms: dict[str, str] = {}


class Source(_Strict):
    """Public guidance a rule rests on."""

    id: str
    organisation: str
    title: str
    year: int = Field(ge=1990, le=2100)
    url: HttpUrl


class Rule(_Strict):
    """A discriminator: when it holds, the patient needs at least this disposition."""

    id: Identifier
    disposition: Disposition
    when: str
    flag: str = ""
    rationale: str
    source: str

    @model_validator(mode="after")
    def _emergencies_are_flagged(self) -> Self:
        if self.disposition is Disposition.UNABLE_TO_ASSESS:
            raise ValueError(f"rule {self.id}: a rule cannot decide unable_to_assess")
        if self.disposition.is_emergency and not self.flag:
            raise ValueError(f"rule {self.id}: an emergency rule needs a red-flag label")
        return self


class Answer(_Strict):
    """What an answer tells: findings present, findings absent, facts."""

    label: str = ""
    present: Words = ()
    absent: Words = ()
    facts: dict[str, float] = {}


class Question(_Strict):
    """One plain question and what each answer means."""

    id: Identifier
    text: str
    text_other: str = ""
    why: str
    yes: Answer | None = None
    no: Answer | None = None
    choices: tuple[Answer, ...] = ()
    ask_when: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if bool(self.choices) == bool(self.yes and self.no):
            raise ValueError(f"question {self.id} needs either yes and no, or choices")
        if any(not c.label for c in self.choices):
            raise ValueError(f"question {self.id}: every choice needs a label")
        return self

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Every possible answer but "don't know"."""
        return self.choices or tuple(a for a in (self.yes, self.no) if a)

    @property
    def asks(self) -> frozenset[str]:
        """Findings and facts that an answer settles."""
        return frozenset(n for a in self.answers for n in (*a.present, *a.absent, *a.facts))


class Protocol(_Strict):
    """One presenting complaint: when it applies, its rules in descending acuity, its questions and its advice."""

    id: Identifier
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    title: str
    patient_title: str
    scope: Literal["complaint", "general"] = "complaint"
    presenting: Words = ()
    exemplars: Words = ()
    applies_when: str = ""
    reviewed_on: date
    sign_off: str
    sources: tuple[Source, ...] = Field(min_length=1)
    rules: tuple[Rule, ...]
    default: Disposition | None = None
    questions: tuple[Question, ...] = ()
    advice: dict[Disposition, Words] = {}
    come_back_if: Words = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.scope == "complaint" and (not self.presenting or self.default is None):
            raise ValueError("a complaint needs presenting findings and a default disposition")
        if self.default in (Disposition.SELF_CARE, Disposition.UNABLE_TO_ASSESS):
            raise ValueError("default cannot be self_care: low must be earned by a rule")
        known = {s.id for s in self.sources}
        ranks = [r.disposition.rank for r in self.rules]
        for rule in self.rules:
            if rule.source not in known:
                raise ValueError(f"rule {rule.id}: unknown source {rule.source}")
        if ranks != sorted(ranks, reverse=True):
            raise ValueError("rules must stand in descending acuity")
        return self


@dataclass(frozen=True)
class Content:
    """All clinical content of one start, with a hash over the files that decide the level."""

    findings: dict[str, FindingDef]
    lexicon: Lexicon
    protocols: dict[str, Protocol]
    policies: Policies
    locales: dict[str, LocaleTexts]
    protocol_pack_hash: str


Model = TypeVar("Model", bound=BaseModel)


def load_content(root: Path = KNOWLEDGE_DIR) -> Content:
    """Read and cross-check every content file under ``root``. Raises ContentError."""
    finding_files = sorted(p for p in (root / "findings").glob("*.yaml") if not p.name.startswith("_"))
    lexicon_file = root / "findings" / "_lexicon.yaml"
    lexicon = build_model(Lexicon, read_yaml(lexicon_file), lexicon_file)
    findings: dict[str, FindingDef] = {}
    for path in finding_files:
        for raw in read_yaml(path).get("findings") or ():
            finding = build_model(FindingDef, raw, path)
            if finding.id in findings or finding.id in NOT_FINDINGS:
                raise ContentError(f"{path.name}: finding {finding.id} is defined twice or is a reserved word")
            findings[finding.id] = finding
    protocols: dict[str, Protocol] = {}
    protocol_files = sorted((root / "protocols").glob("*.yaml"))
    for path in protocol_files:
        protocol = build_model(Protocol, read_yaml(path), path)
        if protocol.id != path.stem:
            raise ContentError(f"{path.name}: the file must be named after its protocol id {protocol.id}")
        protocols[protocol.id] = protocol
        _check_references(protocol, findings, path)
    _check_vocabulary(findings, lexicon)
    return Content(
        findings=findings,
        lexicon=lexicon,
        protocols=protocols,
        policies=load_policies(root / "policies"),
        locales=load_locales(root / "policies" / "locales"),
        protocol_pack_hash=_hash_files([lexicon_file, *finding_files, *protocol_files]),
    )


def read_yaml(path: Path) -> dict[str, Any]:
    """One YAML mapping. Raises ContentError with file and line."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ContentError(f"{path.name}: the file is missing") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ContentError(f"{path.name}{where}: {getattr(error, 'problem', None) or 'not YAML'}") from error
    if not isinstance(data, dict):
        raise ContentError(f"{path.name}: expected a mapping at the top")
    return data


def build_model(model: type[Model], raw: object, path: Path) -> Model:
    """Validate one item. Raises ContentError naming file, item, field and line."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        item, hint = _item_of(raw, first["loc"])
        field = ".".join(str(part) for part in first["loc"])
        line = _line_of(path, hint or item)
        raise ContentError(f"{path.name}, line {line}: {item or model.__name__} {field}: {first['msg']}") from error


def _item_of(raw: object, location: Sequence[int | str]) -> tuple[str, str]:
    """The id of the innermost item a location points into."""
    item = str(raw.get("id", "")) if isinstance(raw, dict) else ""
    node: object = raw
    for part in location:
        try:
            node = node[part]  # type: ignore[index]  # any nesting of dict and list, checked by the except
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(node, dict) and "id" in node:
            item = str(node["id"])
    return item, f"id: {item}" if item else ""


def _line_of(path: Path, text: str) -> int:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if text and re.search(re.escape(text) + r"(?![\w.])", line):
            return number
    return 1


def _check_references(protocol: Protocol, findings: dict[str, FindingDef], path: Path) -> None:
    seen: set[str] = set()
    for item, names in _references(protocol, path):
        if item in seen:
            raise ContentError(f"{path.name}, line {_line_of(path, f'id: {item}')}: {item} is defined twice")
        seen.add(item)
        for name in sorted(names - NOT_FINDINGS - set(findings)):
            raise ContentError(f"{path.name}, line {_line_of(path, f'id: {item}')}: {item}: no finding called {name}")


def _references(protocol: Protocol, path: Path) -> Iterator[tuple[str, frozenset[str]]]:
    yield protocol.id, frozenset(protocol.presenting) | _expression(protocol.applies_when, protocol.id, path)
    for rule in protocol.rules:
        yield rule.id, _expression(rule.when, rule.id, path)
    for question in protocol.questions:
        yield question.id, question.asks | _expression(question.ask_when, question.id, path)


def _expression(source: str, item: str, path: Path) -> frozenset[str]:
    if not source:
        return frozenset()
    try:
        expression: Expression = parse(source)
    except ExpressionError as error:
        raise ContentError(f"{path.name}, line {_line_of(path, f'id: {item}')}: {item}: {error}") from error
    return expression.findings


def _check_vocabulary(findings: dict[str, FindingDef], lexicon: Lexicon) -> None:
    for finding in findings.values():
        for implied in finding.implies:
            if implied not in findings:
                raise ContentError(f"finding {finding.id} implies {implied}, which is no finding")
        if finding.site and finding.site not in lexicon.sites:
            raise ContentError(f"finding {finding.id}: no site called {finding.site} in the lexicon")
        for sensation in finding.sensations:
            if sensation not in lexicon.sensations:
                raise ContentError(f"finding {finding.id}: no sensation called {sensation} in the lexicon")


def _hash_files(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
