"""The splitter gives the same sentences for any chunking, and together they are the text."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.safety import SentenceSplitter, split_sentences
from agent.safety.splitter import MAX_SENTENCE_CHARS

PIECES = [
    *("Dr. Lee", "e.g. a cold", "38.4", ". ", "! ", "? ", "\n", "\n\n", "- item", "1. first", " [1]", ". [2] "),
    *("...", "Stop it", "you have", "a.m. ", "No", " ", "“Yes.” ", "tablets", ".", ")", "…", "é", "。", "5"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def chunked(text: str, cuts: list[int]) -> list[str]:
    bounds = [0, *sorted({c % (len(text) + 1) for c in cuts}), len(text)]
    splitter = SentenceSplitter()
    found = [s for a, b in itertools.pairwise(bounds) for s in splitter.feed(text[a:b])]
    return found + splitter.flush()


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.lists(st.integers(0, 2000), max_size=30))
def test_chunking_changes_nothing(text: str, cuts: list[int]) -> None:
    assert chunked(text, cuts) == split_sentences(text)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_one_character_at_a_time_and_joined_again(text: str) -> None:
    sentences = chunked(text, list(range(len(text))))
    assert sentences == split_sentences(text)
    assert "".join(sentences) == text


@settings(max_examples=12, deadline=None)
@given(st.integers(40, 4000), st.integers(3900, 13_000), st.sampled_from(["a", "ab ", "word, ", "x. y", "\n"]))
def test_text_without_an_end_is_cut_at_the_cap(step: int, length: int, filler: str) -> None:
    text = (filler * length)[:length]
    sentences = chunked(text, list(range(0, length, step)))
    assert sentences == split_sentences(text)
    assert "".join(sentences) == text
    assert max(map(len, sentences)) <= MAX_SENTENCE_CHARS + 16


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Call 911 now. Do not drive.", ["Call 911 now.", "Do not drive."]),
        ("Dr. Lee is free at 9 a.m. on Monday.", ["Dr. Lee is free at 9 a.m. on Monday."]),
        ("Your temperature was 38.4. Rest.", ["Your temperature was 38.4.", "Rest."]),
        ("Drink fluids. [1] Rest well [2]. Sleep.", ["Drink fluids. [1]", "Rest well [2].", "Sleep."]),
        ("Signs to watch for:\n- fever\n- rash", ["Signs to watch for:", "- fever", "- rash"]),
        ("You have\npneumonia.", ["You have\npneumonia."]),
        ("1. Rest.\n2. Drink.", ["1. Rest.", "2. Drink."]),
        ("Wait... is it bad?", ["Wait... is it bad?"]),
        ("He said “Stop.” Then he left.", ["He said “Stop.”", "Then he left."]),
        ("", []),
    ],
)
def test_where_sentences_end(text: str, expected: list[str]) -> None:
    assert [sentence.strip() for sentence in split_sentences(text)] == expected


def test_a_sentence_is_held_until_it_is_complete() -> None:
    splitter = SentenceSplitter()
    assert splitter.feed("Do not") == []
    assert splitter.feed(" go to hospital.") == []
    assert splitter.feed(" Unless the pain returns") == ["Do not go to hospital. "]
    assert splitter.flush() == ["Unless the pain returns"]
    assert splitter.flush() == []
