"""What de-identification finds: typed stretches of a text, and how overlapping ones become one."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Identifier(StrEnum):
    """The kinds of identifier of HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i)(A) to (R), under short names.

    Declared from the most to the least telling: of overlapping finds the earlier kind names the whole.
    AGE stands for ages over 89, which (C) counts among the dates. PHOTO and BIOMETRIC are references to such data.
    """

    EMAIL = "EMAIL"
    URL = "URL"
    IP = "IP"
    BIOMETRIC = "BIOMETRIC"
    PHOTO = "PHOTO"
    SSN = "SSN"
    MRN = "MRN"
    HEALTH_PLAN = "HEALTH_PLAN"
    ACCOUNT = "ACCOUNT"
    LICENCE = "LICENCE"
    VEHICLE = "VEHICLE"
    DEVICE = "DEVICE"
    DATE = "DATE"
    AGE = "AGE"
    LOCATION = "LOCATION"
    FAX = "FAX"
    PHONE = "PHONE"
    ID = "ID"
    NAME = "NAME"


RANK = {kind: rank for rank, kind in enumerate(Identifier)}


@dataclass(frozen=True, order=True)
class Span:
    """Characters ``start`` to ``end`` (exclusive) of the original text."""

    start: int
    end: int
    type: Identifier


@dataclass(frozen=True)
class Deidentified:
    """A text with each identifier replaced by ``[TYPE]``, and where in the original they stood (in order)."""

    text: str
    spans: tuple[Span, ...]


def merge_spans(spans: Iterable[Span], text: str) -> list[Span]:
    """Join overlapping spans, and names parted only by a space, comma or full stop; what remains never overlaps."""
    merged: list[Span] = []
    for span in sorted(spans):
        if span.start >= span.end:
            continue
        last = merged[-1] if merged else None
        if last is not None and (span.start < last.end or _one_name(last, span, text)):
            kind = min(last.type, span.type, key=RANK.__getitem__)
            merged[-1] = Span(last.start, max(last.end, span.end), kind)
        else:
            merged.append(span)
    return merged


def replace_spans(text: str, spans: Iterable[Span]) -> str:
    """Return the text with each span replaced by its type in square brackets."""
    parts: list[str] = []
    at = 0
    for span in spans:
        parts += [text[at : span.start], f"[{span.type.value}]"]
        at = span.end
    return "".join([*parts, text[at:]])


def _one_name(last: Span, span: Span, text: str) -> bool:
    both_names = last.type is span.type is Identifier.NAME
    return both_names and text[last.end : span.start] in {" ", ". ", ", ", ".", "  ", "-", " - "}
