"""The small sets of words that decide what a name-like word is: titles, eponyms' nouns, people's verbs."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from data.deidentify.fold import fold

CONTEXT_FILE = Path(__file__).parent / "words" / "context.txt"


@dataclass(frozen=True)
class ContextWords:
    """The sections of context.txt, folded; what each is for stands beside it there."""

    titles: frozenset[str]
    weak_titles: frozenset[str]
    person_verbs: frozenset[str]
    never_names: frozenset[str]
    particles: frozenset[str]
    never_first: frozenset[str]
    eponym_nouns: frozenset[str]
    condition_nouns: frozenset[str]
    dose_units: frozenset[str]
    plain_words: frozenset[str]
    plain_family: frozenset[str]
    site_words: frozenset[str]
    scale_words: frozenset[str]
    phrases: dict[str, tuple[tuple[str, ...], ...]]
    """Protected phrases by their first word."""


@lru_cache(maxsize=1)
def load_context_words() -> ContextWords:
    """Read context.txt once.

    Raises:
        TypeError: a section is missing or unknown.
    """
    sections: dict[str, list[str]] = {}
    for line in CONTEXT_FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            words = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            words.extend(fold(word) for word in line.split())
    phrases = [tuple(phrase.split("_")) for phrase in sections.pop("protected_phrases")]
    by_first = {first: tuple(p for p in phrases if p[0] == first) for first in {p[0] for p in phrases}}
    return ContextWords(**{name: frozenset(words) for name, words in sections.items()}, phrases=by_first)
