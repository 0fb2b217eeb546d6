"""Rule patterns: regular expressions in which `<name>` stands for a named group of alternatives."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

Groups = Mapping[str, Sequence[str]]

_MAX_DEPTH = 6
# `<name>` but not the named-group and look-behind syntax of `re`.
_GROUP_NAME = re.compile(r"(?<!\(\?P)(?<!\(\?)<([a-z][a-z0-9_.]*)>")


def expand(pattern: str, groups: Groups, depth: int = 0) -> str:
    """Replaces `<group>` by its alternatives, groups within groups included.

    Raises ValueError for a name that does not exist or groups that contain themselves.
    """
    if depth > _MAX_DEPTH:
        raise ValueError(f"groups refer to each other in a circle: {pattern[:60]}")

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in groups:
            raise ValueError(f"unknown group <{name}>")
        return "(?:" + "|".join(expand(p, groups, depth + 1) for p in groups[name]) + ")"

    return _GROUP_NAME.sub(fill, pattern)


def require_pattern(owner: str, pattern: str, groups: Groups) -> None:
    """Raises ValueError naming the owner when a pattern does not compile."""
    try:
        re.compile(expand(pattern, groups))
    except (re.error, ValueError) as fault:
        raise ValueError(f"{owner}: bad pattern {pattern!r}: {fault}") from fault
