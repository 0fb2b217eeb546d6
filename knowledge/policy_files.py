"""Reads policy files with the line of every item, so that an error can say where it is.

A policy may be spread over several files with the same stem (output_gate.yaml, output_gate_words.yaml):
mappings are joined key by key, lists one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ItemPath = tuple[str | int, ...]


class PolicyError(Exception):
    """A policy file that cannot be used; the text names file, item and line."""


@dataclass(frozen=True)
class Place:
    """Where an item stands: file name and line (1-based)."""

    file: str
    line: int


@dataclass(frozen=True)
class PolicySource:
    """The plain data of a policy and the place of each of its items."""

    data: dict[str, Any]
    places: dict[ItemPath, Place]

    def place(self, path: Sequence[str | int]) -> Place:
        """The place of the innermost item on the path that is known."""
        for end in range(len(path), -1, -1):
            if found := self.places.get(tuple(path[:end])):
                return found
        return Place("?", 0)


def read_policy(directory: Path, stem: str) -> PolicySource:
    """Reads and joins `stem.yaml` and every `stem_*.yaml` of a folder (UTF-8).

    Raises PolicyError when there is no `stem.yaml`, a file is no mapping or no YAML, or a key occurs twice.
    """
    main = directory / f"{stem}.yaml"
    if not main.is_file():
        raise PolicyError(f"{main.name}: missing")
    data: dict[str, Any] = {}
    places: dict[ItemPath, Place] = {(): Place(main.name, 1)}
    for path in (main, *sorted(directory.glob(f"{stem}_*.yaml"))):
        _join(data, places, _compose(path), path.name)
    return PolicySource(data, places)


def read_policy_file(path: Path) -> PolicySource:
    """Reads one file on its own. Raises PolicyError."""
    data: dict[str, Any] = {}
    places: dict[ItemPath, Place] = {(): Place(path.name, 1)}
    _join(data, places, _compose(path), path.name)
    return PolicySource(data, places)


def _compose(path: Path) -> yaml.MappingNode:
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 0
        raise PolicyError(f"{path.name}, line {line}: not valid YAML: {fault.problem}") from fault
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as fault:
        raise PolicyError(f"{path.name}: cannot be read: {type(fault).__name__}") from fault
    if not isinstance(node, yaml.MappingNode):
        raise PolicyError(f"{path.name}, line 1: a mapping is expected")
    return node


def _join(into: dict[str, Any], places: dict[ItemPath, Place], node: yaml.MappingNode, file: str) -> None:
    for key_node, value_node in node.value:
        key = str(key_node.value)
        here = Place(file, key_node.start_mark.line + 1)
        match into.get(key), value_node:
            case list() as items, yaml.SequenceNode():
                for item in value_node.value:
                    items.append(_plain(item, (key, len(items)), places, file))
            case dict() as mapping, yaml.MappingNode():
                for name_node, item in value_node.value:
                    name = str(name_node.value)
                    if name in mapping:
                        raise PolicyError(f"{file}, line {name_node.start_mark.line + 1}: {key}.{name} occurs twice")
                    mapping[name] = _plain(item, (key, name), places, file)
            case None, _:
                into[key] = _plain(value_node, (key,), places, file)
                places[(key,)] = here
            case _:
                raise PolicyError(f"{file}, line {here.line}: {key} occurs twice")


def _plain(node: yaml.Node, path: ItemPath, places: dict[ItemPath, Place], file: str) -> object:
    places[path] = Place(file, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, i), places, file) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in mapping:
                raise PolicyError(f"{file}, line {key_node.start_mark.line + 1}: {key} occurs twice")
            mapping[key] = _plain(value_node, (*path, key), places, file)
        return mapping
    return yaml.CSafeLoader("").construct_object(node)
