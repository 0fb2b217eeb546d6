"""A cited sentence must cite a passage of this turn and say what the passage says.

Deterministic: every number of the sentence occurs in the cited passages, and at least half of its content words do.
That catches an invented source and a changed figure, not a subtle change of meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

MIN_SHARED_WORDS = 0.5
STEM_LETTERS = 5

CitationFault = Literal["citation_unknown", "citation_unsupported"]

_MARKER = re.compile(r"\[\^?\s*(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*\]")
_WORD = re.compile(r"[a-z]{3,}|\d+(?:[.,]\d+)*")
_STOP_TEXT = (
    "the and for with that this you your are was were has have had can may might should will would could must not "
    "from they them their there then than when who which what how all any some most more very also but because "
    "about into out over under after before until while such other these those our its his her per only just been "
    "being does did get gets one guideline guidance guidelines clinic advises advise says say suggests suggest "
    "recommends recommend according usually often"
)
_STOP = frozenset(_STOP_TEXT.split())
_NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}  # fmt: skip


def cited_numbers(sentence: str) -> frozenset[int]:
    """The passage numbers a sentence cites: "[1]", "[1, 3]", "[2-4]"."""
    numbers: set[int] = set()
    for marker in _MARKER.finditer(sentence):
        found = [int(n) for n in re.findall(r"\d+", marker.group(1))]
        numbers.update(found)
        if len(found) == 2 and re.search(r"[–-]", marker.group(1)):
            numbers.update(range(found[0], found[1] + 1))
    return frozenset(numbers)


def check_citations(sentence: str, passages: Mapping[int, str] | None) -> tuple[CitationFault, ...]:
    """What is wrong with the citations of a sentence; nothing when it cites nothing or there is no turn (None)."""
    numbers = cited_numbers(sentence)
    if not numbers or passages is None:
        return ()
    if any(number not in passages for number in numbers):
        return ("citation_unknown",)
    said = _content(_MARKER.sub(" ", sentence))
    backing = _content(" ".join(passages[number] for number in sorted(numbers)))
    figures = {word for word in said if word[0].isdigit()}
    words = said - figures
    if not figures <= backing:
        return ("citation_unsupported",)
    if words and len(words & backing) / len(words) < MIN_SHARED_WORDS:
        return ("citation_unsupported",)
    return ()


def _content(text: str) -> frozenset[str]:
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        plain = _NUMBER_WORDS.get(word, word)
        if plain[0].isdigit():
            found.add(plain.replace(",", ""))
        elif plain not in _STOP:
            found.add(plain[:STEM_LETTERS])
    return frozenset(found)
