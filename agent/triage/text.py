"""Raw text to normalised text and sentences, with a way back to every raw character."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from agent.triage.grammar import words

_APOSTROPHES = "\u2018\u2019\u02bc\u00b4`\uff07\u2032"
_DROPPED = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad*_~\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ABBREVIATIONS = words(
    """
    dr mr mrs ms st e.g i.e eg ie approx hrs hr mins min yrs yr vs temp no dept wk wks
    """
)
_BOUNDARY = re.compile(r"[!?;]+|\n+|\.+(?=\s|$|[a-z])|[•▪●]")


@dataclass(frozen=True)
class Source:
    """A message in lower case with plain quotes; ``offsets[i]`` is where its character i stands in ``raw``."""

    turn: int
    raw: str
    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Raw character span of a normalised one."""
        return (self.offsets[start], self.offsets[end - 1] + 1) if end > start else (0, 0)

    def quote(self, start: int, end: int) -> str:
        """The patient's own words, verbatim."""
        first, last = self.span(start, end)
        return self.raw[first:last]


@dataclass(frozen=True)
class SentenceSpan:
    """A sentence as a span of normalised text; ``question`` when it ends in a question mark."""

    start: int
    end: int
    question: bool


def normalise(raw: str, turn: int = 0) -> Source:
    """Lower case, NFKC, plain apostrophes, no zero-width or emphasis characters; every character keeps its origin."""
    characters: list[str] = []
    offsets: list[int] = []
    for index, character in enumerate(raw):
        if character in _DROPPED:
            continue
        plain = "'" if character in _APOSTROPHES else unicodedata.normalize("NFKC", character).lower()
        if plain == "\u2044":
            plain = "/"
        for piece in plain:
            characters.append(piece if piece in "\n" or piece.isprintable() else " ")
            offsets.append(index)
    return Source(turn, raw, "".join(characters), tuple(offsets))


def split_sentences(source: Source) -> Iterator[SentenceSpan]:
    """Sentences in order. A full stop ends one only before white space or a capital letter, never in a number."""
    start = 0
    for boundary in _BOUNDARY.finditer(source.text):
        if boundary.start() < start or not _ends_sentence(source, boundary):
            continue
        if source.text[start : boundary.start()].strip():
            yield SentenceSpan(start, boundary.start(), "?" in boundary.group())
        start = boundary.end()
    if source.text[start:].strip():
        yield SentenceSpan(start, len(source.text), question=False)


def _ends_sentence(source: Source, boundary: re.Match[str]) -> bool:
    if not boundary.group().startswith("."):
        return True
    text, end = source.text, boundary.end()
    before = re.search(r"[\w.]+$", text[max(0, boundary.start() - 12) : boundary.start()])
    word = before.group() if before else ""
    if end < len(text) and not text[end].isspace():
        # "pain.My arm": a missing space; "e.g" or "p.m" is not one.
        return len(word) > 1 and source.raw[source.offsets[end]].isupper()
    follows = text[end:].lstrip()
    return not (
        word in _ABBREVIATIONS and follows and not source.raw[source.offsets[len(text) - len(follows)]].isupper()
    )
