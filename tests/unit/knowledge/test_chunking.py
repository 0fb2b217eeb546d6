"""A document is cut at its headings; nothing is lost, and every passage knows what it is about."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.chunking import MAX_WORDS, chunk_document, sentences
from knowledge.ingest import CorpusDoc, load_corpus


def document(body: str) -> CorpusDoc:
    return CorpusDoc(
        id="bee-stings",
        title="Bee stings",
        audience="patient",
        organisation="Org",
        source_title="Stings",
        year=2024,
        url="https://clinic.example/stings",
        reviewed_on=date(2026, 1, 1),
        expires_on=date(2028, 1, 1),
        sign_off="needs sign-off",
        body=body,
    )


def paragraph(words: int, name: str) -> str:
    return " ".join(f"{name}{number}" for number in range(words - 1)) + " end."


def test_a_section_is_a_passage_with_title_and_heading() -> None:
    chunks = chunk_document(document("## At once\n\nScrape it out.\n\n## Later\n\nCool it.\nRest."))
    assert [(c.id, c.title, c.section, c.text) for c in chunks] == [
        ("bee-stings#at-once", "Bee stings", "At once", "Scrape it out."),
        ("bee-stings#later", "Bee stings", "Later", "Cool it. Rest."),
    ]
    assert chunks[0].heading_line == "Bee stings. At once."


def test_equal_headings_get_different_ids() -> None:
    chunks = chunk_document(document("## Help\n\nOne.\n\n## Help\n\nTwo."))
    assert [c.id for c in chunks] == ["bee-stings#help", "bee-stings#help-2"]


def test_an_empty_section_is_no_passage_and_a_deeper_heading_opens_none() -> None:
    chunks = chunk_document(document("## Empty\n\n## Full\n\n### Deeper\n\nText."))
    assert [(c.section, c.text) for c in chunks] == [("Full", "### Deeper\n\nText.")]


@pytest.mark.parametrize(
    ("paragraphs", "parts"),
    [
        ([MAX_WORDS], 1),
        ([MAX_WORDS - 60, 60], 1),
        ([MAX_WORDS - 60, 61], 2),
        ([100, 100, 100], 3),
        ([50, 50, 50, 50], 2),
    ],
)
def test_a_long_section_is_cut_between_paragraphs(paragraphs: list[int], parts: int) -> None:
    texts = [paragraph(count, f"p{place}w") for place, count in enumerate(paragraphs)]
    chunks = chunk_document(document("## Long\n\n" + "\n\n".join(texts)))
    assert len(chunks) == parts
    assert "\n\n".join(c.text for c in chunks) == "\n\n".join(texts)
    assert all(len(c.text.split()) <= MAX_WORDS for c in chunks)


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    body = " ".join(f"Sentence number {n} is here and it has ten words." for n in range(40))
    chunks = chunk_document(document(f"## Long\n\n{body}"))
    assert len(chunks) == 3
    assert " ".join(c.text for c in chunks) == body
    assert all(c.text.endswith(".") and c.text.startswith("Sentence") for c in chunks)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two? Three!", 3),
        ("A fever is 38.5 °C or more. Rest.", 2),
        ("No end", 1),
        ("", 0),
        ("A line\nbreak. B.", 2),
    ],
)
def test_sentences(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_every_word_of_the_corpus_is_in_exactly_one_passage() -> None:
    ids = set()
    for doc in load_corpus():
        chunks = chunk_document(doc)
        written = [line for line in doc.body.splitlines() if not line.startswith("## ")]
        assert " ".join(c.text for c in chunks).split() == " ".join(written).split()
        ids |= {c.id for c in chunks}
        assert len({c.id for c in chunks}) == len(chunks)
    assert len(ids) >= 200
