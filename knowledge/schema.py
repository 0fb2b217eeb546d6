"""Loading the clinical content. A bad file stops start-up and names the file, the item and the line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from knowledge.expressions import NOT_FINDINGS, Expression, ExpressionError, parse
from knowledge.policy_files import PolicyError
from knowledge.schema_policies import LocaleTexts, Policies, load_locales, load_policies
from knowledge.schema_triage import (
    Answer,
    FindingDef,
    Lexicon,
    Negation,
    Protocol,
    Question,
    Rule,
    Source,
    Subject,
)

__all__ = [
    "KNOWLEDGE_DIR",
    "Answer",
    "Content",
    "ContentError",
    "FindingDef",
    "Lexicon",
    "Negation",
    "Protocol",
    "Question",
    "Rule",
    "Source",
    "Subject",
    "load_content",
]

KNOWLEDGE_DIR = Path(__file__).parent
_SafeLoader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ContentError(ValueError):
    """Clinical content that must not be used; the message names file, item and line."""


class _ContentLoader(_SafeLoader):  # type: ignore[misc]  # the C loader where PyYAML is built with it
    """Safe YAML in which only true and false are booleans: "no", "off" and "yes" are words patients use."""


_ContentLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
}
_ContentLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


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
    for protocol in protocols.values():
        for broad in protocol.narrows:
            if broad not in protocols:
                raise ContentError(f"{protocol.id}.yaml: narrows {broad}, which is no protocol")
    _check_vocabulary(findings, lexicon)
    try:
        policies, locales = load_policies(root / "policies"), load_locales(root / "policies" / "locales")
    except PolicyError as error:
        raise ContentError(str(error)) from error
    return Content(
        findings=findings,
        lexicon=lexicon,
        protocols=protocols,
        policies=policies,
        locales=locales,
        protocol_pack_hash=_hash_files([lexicon_file, *finding_files, *protocol_files]),
    )


def read_yaml(path: Path) -> dict[str, Any]:
    """One YAML mapping. Raises ContentError with file and line."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_ContentLoader)  # noqa: S506 - made from the safe one
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
