"""What a nurse changed in a report, place by place."""

from __future__ import annotations

from typing import Any


def diff_par(before: object, after: object, path: str = "") -> list[dict[str, Any]]:
    """Changes from one JSON value to the other, as {path, change: added|removed|changed, before, after}.

    Paths read `key_findings[2].text`. Lists are compared place by place.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        names = sorted(before.keys() | after.keys())
        return [
            change for name in names for change in _part(before, after, name, f"{path}.{name}" if path else str(name))
        ]
    if isinstance(before, list) and isinstance(after, list):
        old, new = dict(enumerate(before)), dict(enumerate(after))
        return [
            change for place in sorted(old.keys() | new.keys()) for change in _part(old, new, place, f"{path}[{place}]")
        ]
    if before == after and type(before) is type(after):  # Python's True equals 1; a report's does not
        return []
    return [{"path": path, "change": "changed", "before": before, "after": after}]


def _part(before: dict[Any, Any], after: dict[Any, Any], name: object, path: str) -> list[dict[str, Any]]:
    if name not in before:
        return [{"path": path, "change": "added", "before": None, "after": after[name]}]
    if name not in after:
        return [{"path": path, "change": "removed", "before": before[name], "after": None}]
    return diff_par(before[name], after[name], path)
