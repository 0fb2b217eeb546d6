"""Guideline documents: markdown files with front matter, read strictly. A bad file names itself and the field."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from knowledge.errors import CorpusError

CORPUS_DIR: Final = Path(__file__).parent / "corpus"

Audience = Literal["patient", "nurse"]
Words = Annotated[str, Field(min_length=1, max_length=200)]

_FRONT_MATTER = re.compile(r"\A---\n(?P<front>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)


class CorpusDoc(BaseModel):
    """One guideline document in our own words, with the public guidance it rests on."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    title: Words
    audience: Audience
    organisation: Words
    source_title: Words
    year: Annotated[int, Field(ge=2000, le=2100)]
    url: Annotated[str, Field(pattern=r"^https://[a-z0-9.-]+/\S*$", max_length=300)]
    reviewed_on: date
    expires_on: date
    sign_off: Words
    body: Annotated[str, Field(min_length=1)]

    @property
    def source(self) -> str:
        """Organisation, title and year, as a citation shows them."""
        return f"{self.organisation}, {self.source_title}, {self.year}"

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) over every field, so that a changed date or source is a changed document."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @field_validator("body")
    @classmethod
    def _opens_with_a_heading(cls, body: str) -> str:
        if not body.startswith("## "):
            raise ValueError("the text must open with a '## ' heading, so that every passage has a section")
        return body

    @model_validator(mode="after")
    def _expires_after_review(self) -> Self:
        if self.expires_on <= self.reviewed_on:
            raise ValueError("expires_on must be later than reviewed_on")
        return self


def parse_document(text: str, name: str) -> CorpusDoc:
    """Read one document.

    Args:
        text: The whole file.
        name: What to call the file in an error.

    Raises:
        CorpusError: front matter is missing or a field is wrong.
    """
    match = _FRONT_MATTER.match(text.replace("\r\n", "\n"))
    if match is None:
        raise CorpusError(f"{name}: no front matter between two '---' lines")
    try:
        front = yaml.safe_load(match["front"])
    except yaml.YAMLError as error:
        raise CorpusError(f"{name}: the front matter is not valid YAML") from error
    if not isinstance(front, dict):
        raise CorpusError(f"{name}: the front matter is not a list of fields")
    try:
        return CorpusDoc.model_validate({**front, "body": match["body"].strip()})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "document"
        raise CorpusError(f"{name}: {field}: {first['msg']}") from error


def load_corpus(root: Path = CORPUS_DIR) -> tuple[CorpusDoc, ...]:
    """Read every document below a folder, in the order of their ids.

    Raises:
        CorpusError: the folder holds no document, two share an id, or one is not valid.
    """
    documents: dict[str, CorpusDoc] = {}
    for path in sorted(root.rglob("*.md")):
        name = path.relative_to(root).as_posix()
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CorpusError(f"{name}: cannot be read as UTF-8 text") from error
        document = parse_document(text, name)
        if document.id in documents:
            raise CorpusError(f"{name}: id: {document.id} is used by another document")
        documents[document.id] = document
    if not documents:
        raise CorpusError("The corpus folder holds no documents.")
    return tuple(documents[key] for key in sorted(documents))
