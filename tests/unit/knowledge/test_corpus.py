"""The guideline documents: valid, sourced, in date, and plain enough for a reader of eleven."""

from __future__ import annotations

import re
import statistics
from datetime import date
from pathlib import Path

import pytest

from knowledge.chunking import sentences
from knowledge.errors import CorpusError
from knowledge.ingest import CORPUS_DIR, CorpusDoc, load_corpus, parse_document

SYMPTOM_TOPICS = """chest-pain breathlessness headache abdominal-pain adult-fever child-fever cough-and-cold sore-throat
urinary rash back-pain vomiting-and-diarrhoea injury-and-bleeding dizziness-and-fainting low-mood"""

DOCUMENTS = load_corpus()
FOR_PATIENTS = [document for document in DOCUMENTS if document.audience == "patient"]
TOPIC = {path.stem: path.parent.name for path in CORPUS_DIR.rglob("*.md")}

# Flesch-Kincaid is a school grade: 6 is read at eleven or twelve. Long names that a patient has on the packet or the
# door sign say nothing of how hard a sentence is, so they count as words of two syllables.
MEDIAN_GRADE = 6.5
HARDEST_GRADE = 8.0
NAMES = re.compile(
    r"paracetamol|acetaminophen|ibuprofen|anti-inflammatory|antihistamines?|antibiotics?|oral rehydration|warfarin"
    r"|apixaban|rivaroxaban|edoxaban|medicines?|pharmac(?:y|ist)|prescriptions?|appointments?|emergency|pregnan(?:t|cy)"
    r"|breastfeeding|diarrhoea|anaphylaxis|clinician|ambulance",
    re.IGNORECASE,
)

FRONT = {
    "id": "bee-stings",
    "title": "Bee stings",
    "audience": "patient",
    "organisation": "Org",
    "source_title": "Stings",
    "year": "2024",
    "url": "https://clinic.example/stings",
    "reviewed_on": "2026-01-01",
    "expires_on": "2028-01-01",
    "sign_off": "needs sign-off",
}


def written(changes: dict[str, str | None], body: str = "## At once\n\nScrape it out.") -> str:
    fields = {name: value for name, value in {**FRONT, **changes}.items() if value is not None}
    return "---\n" + "\n".join(f"{name}: {value}" for name, value in fields.items()) + f"\n---\n\n{body}\n"


def prose(document: CorpusDoc) -> str:
    return " ".join(line for line in document.body.splitlines() if not line.startswith("## "))


def syllables(word: str) -> int:
    letters = re.sub(r"[^a-z]", "", word.lower())
    count = len(re.findall(r"[aeiouy]+", letters))
    if letters.endswith("e") and not letters.endswith(("le", "ee")):
        count -= 1
    if letters.endswith("ed") and not letters.endswith(("ted", "ded")):
        count -= 1
    return max(count, 1)


def school_grade(text: str) -> float:
    """Flesch-Kincaid grade: 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    spoken = re.findall(r"[A-Za-z0-9'-]+", NAMES.sub("table", text))
    per_sentence = len(spoken) / len(sentences(text))
    return 0.39 * per_sentence + 11.8 * statistics.mean(syllables(word) for word in spoken) - 15.59


def test_a_whole_document_is_read() -> None:
    document = parse_document(written({}), "bee.md")
    assert (document.source, document.expires_on) == ("Org, Stings, 2024", date(2028, 1, 1))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": None}, "title"),
        ({"url": "http://clinic.example/stings"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"year": "'2024'"}, "year"),
        ({"year": "1899"}, "year"),
        ({"audience": "doctor"}, "audience"),
        ({"id": "Bee Stings"}, "id"),
        ({"expires_on": "2025-01-01"}, "expires_on"),
        ({"reviewed_on": "soon"}, "reviewed_on"),
        ({"autor": "me"}, "autor"),
        ({"sign_off": None}, "sign_off"),
    ],
)
def test_a_wrong_field_is_named_with_its_file(changes: dict[str, str | None], field: str) -> None:
    with pytest.raises(CorpusError, match=rf"^bee\.md: .*{field}"):
        parse_document(written(changes), "bee.md")


@pytest.mark.parametrize(
    "text", ["", "no front matter", "---\na: [\n---\n## A\n\nb", "---\n- a\n---\n## A\n\nb", written({}, "No heading.")]
)
def test_a_file_that_is_no_document_is_named(text: str) -> None:
    with pytest.raises(CorpusError, match=r"^bee\.md: "):
        parse_document(text, "bee.md")


def test_two_documents_cannot_share_an_id(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(written({}))
    assert len(load_corpus(tmp_path)) == 1
    (tmp_path / "b.md").write_text(written({}))
    with pytest.raises(CorpusError, match=r"^b\.md: id: bee-stings"):
        load_corpus(tmp_path)


def test_an_empty_corpus_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no documents"):
        load_corpus(tmp_path)


def test_the_corpus_is_large_enough_and_every_topic_is_there() -> None:
    assert len(DOCUMENTS) >= 60
    assert {document.id for document in DOCUMENTS} == set(TOPIC)
    for topic in SYMPTOM_TOPICS.split():
        mine = [document.id for document in FOR_PATIENTS if TOPIC[document.id] == topic]
        assert len(mine) >= 2, topic
    assert sum(TOPIC[document.id] == "clinic" for document in DOCUMENTS) >= 10
    assert sum(TOPIC[document.id] == "medicines" for document in DOCUMENTS) >= 6


def test_every_document_is_in_date_and_waits_for_sign_off() -> None:
    for document in DOCUMENTS:
        assert document.reviewed_on == date(2026, 11, 14), document.id
        assert document.expires_on == date(2028, 11, 14), document.id
        assert "safety officer" in document.sign_off


def test_the_grade_tells_plain_from_hard() -> None:
    plain = "A fever is hot. Rest and drink. Call us if it gets worse."
    hard = "Haemodynamic instability necessitates immediate escalation to specialised interdisciplinary management."
    assert school_grade(plain) < 3
    assert school_grade(hard) > 15


@pytest.mark.parametrize("document", FOR_PATIENTS, ids=lambda document: document.id)
def test_patients_documents_are_short_and_plain(document: CorpusDoc) -> None:
    text = prose(document)
    assert 140 <= len(text.split()) <= 350
    assert school_grade(text) <= HARDEST_GRADE
    assert max(len(sentence.split()) for sentence in sentences(text)) <= 27


def test_patients_documents_are_plain_on_the_whole() -> None:
    assert statistics.median(school_grade(prose(document)) for document in FOR_PATIENTS) <= MEDIAN_GRADE


DOSE = re.compile(
    r"\b\d+\s?(?:mg|ml|g|mcg|micrograms?|milligrams?|millilitres?|tablets?|puffs?|drops)\b", re.IGNORECASE
)


@pytest.mark.parametrize(
    ("text", "dose"), [("take 500 mg", True), ("2 tablets", True), ("38 °C for 10 minutes", False)]
)
def test_the_dose_pattern(text: str, dose: bool) -> None:
    assert bool(DOSE.search(text)) is dose


@pytest.mark.parametrize("document", FOR_PATIENTS, ids=lambda document: document.id)
def test_no_patients_document_gives_a_dose(document: CorpusDoc) -> None:
    assert not DOSE.search(document.body)


# A sentence is quoted alone, so it must not lean on the one before.
LEANING = re.compile(
    r"^(?:It|They|This|These|That|Those|He|She|Then|But|And|Also|However)\b(?! (?:chat|helps to|can help to|is fine))"
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_sentences_stand_alone(document: CorpusDoc) -> None:
    assert [s for s in sentences(prose(document)) if LEANING.match(s)] == []
