"""Mistyped words come to the word that is meant, right ones stay, and lists made for other words are not needed."""

from __future__ import annotations

import pytest

from agent.triage.vocabulary import Vocabulary, build_vocabulary
from knowledge.embedding import Encoder
from knowledge.schema import Content


@pytest.fixture(scope="module")
def vocabulary(content: Content, encoder: Encoder) -> Vocabulary:
    return build_vocabulary(content, encoder.known_words())


def words_of(vocabulary: Vocabulary, text: str) -> str:
    return " ".join(t.surface for t in vocabulary.tokeniser.tokens(text))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("stomack", "stomach"), ("throte", "throat"), ("hedache", "headache"), ("brething", "breathing"),
        ("bleedin", "bleeding"), ("swolen", "swollen"), ("diziness", "dizziness"), ("vomitting", "vomiting"),
        ("tempreture", "temperature"), ("medcine", "medicine"), ("sholder", "shoulder"), ("fingr", "finger"),
        ("cofing", "coughing"), ("cant", "can not"), ("dosent", "does not"),
    ],
)  # fmt: skip
def test_a_mistyped_word_is_put_right(vocabulary: Vocabulary, typed: str, meant: str) -> None:
    tokens, right = vocabulary.tokeniser.tokens(typed), vocabulary.tokeniser.tokens(meant)
    assert [t.form for t in tokens] == [t.form for t in right]


@pytest.mark.parametrize(
    "word", ["gout", "tum", "boil", "hives", "apixaban", "warfarin", "ironing", "kitchen", "wheeze", "stoma", "lump"]
)
def test_a_right_word_stays(vocabulary: Vocabulary, word: str) -> None:
    assert words_of(vocabulary, word) == word


def test_unlike_drugs_are_not_taken_for_one_another(vocabulary: Vocabulary) -> None:
    for word in ("hypokalaemia", "hyperkalaemia", "prednisolone", "propranolol"):
        assert words_of(vocabulary, word) == word


def test_what_nobody_can_read_stays_as_it_was_typed(vocabulary: Vocabulary) -> None:
    assert words_of(vocabulary, "qzxvk") == "qzxvk"


def test_without_a_word_list_one_edit_is_allowed(content: Content) -> None:
    plain = build_vocabulary(content)
    assert words_of(plain, "headach") == "headache"
    assert words_of(plain, "hxdacqe") == "hxdacqe"
