"""Cuts a document into passages: one a section, long sections at paragraphs, each with its title and heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from knowledge.ingest import CorpusDoc

MAX_WORDS: Final = 160
"""Longest passage. The encoder reads 256 word pieces, about 190 words, and the title and heading need room."""

_HEADING = re.compile(r"^## +(?P<heading>\S.*?) *$", re.MULTILINE)
_PARAGRAPH = re.compile(r"\n\s*\n")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(])")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: the unit that is found, shown and cited.

    Attributes:
        id: Document id, "#", section slug, and "-2", "-3" … for further parts of one section.
        doc_id: The document it comes from.
        title: The document's title.
        section: The heading above it.
        text: The passage itself, without title and heading.
    """

    id: str
    doc_id: str
    title: str
    section: str
    text: str

    @property
    def heading_line(self) -> str:
        """Title and section, as put before the text for the encoder."""
        return f"{self.title}. {self.section}."


def sentences(text: str) -> list[str]:
    """Split plain text into sentences; line breaks become spaces."""
    flat = " ".join(text.split())
    return _SENTENCE_END.split(flat) if flat else []


def chunk_document(document: CorpusDoc) -> list[Chunk]:
    """Cut one document, in reading order. Every word of its sections is in exactly one passage."""
    chunks: list[Chunk] = []
    used: dict[str, int] = {}
    for heading, body in _sections(document.body):
        slug = re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-") or "section"
        for part in _parts(body):
            used[slug] = used.get(slug, 0) + 1
            name = slug if used[slug] == 1 else f"{slug}-{used[slug]}"
            chunks.append(Chunk(f"{document.id}#{name}", document.id, document.title, heading, part))
    return chunks


def _sections(body: str) -> Iterator[tuple[str, str]]:
    headings = list(_HEADING.finditer(body))
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        text = body[heading.end() : following.start() if following else len(body)].strip()
        if text:
            yield heading["heading"], text


def _parts(section: str) -> Iterator[str]:
    """Whole paragraphs up to the limit; a paragraph that alone is too long is cut between sentences."""
    held: list[str] = []
    for paragraph in _PARAGRAPH.split(section):
        pieces = [paragraph] if _words(paragraph) <= MAX_WORDS else _by_sentences(paragraph)
        for piece in pieces:
            if held and _words(*held, piece) > MAX_WORDS:
                yield "\n\n".join(held)
                held = []
            held.append(" ".join(piece.split()))
    if held:
        yield "\n\n".join(held)


def _by_sentences(paragraph: str) -> Iterator[str]:
    held: list[str] = []
    for sentence in sentences(paragraph):
        if held and _words(*held, sentence) > MAX_WORDS:
            yield " ".join(held)
            held = []
        held.append(sentence)
    if held:
        yield " ".join(held)


def _words(*texts: str) -> int:
    return sum(len(text.split()) for text in texts)
