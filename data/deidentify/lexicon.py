"""The word lists de-identification leans on, and what a single word can be."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from data.deidentify.context_words import ContextWords, load_context_words
from data.deidentify.fold import fold

WORDS_DIR = Path(__file__).parent / "words"
INFLECTIONS = ("'s", "s", "es", "ed", "d", "ing", "ly", "er", "ers", "y", "al", "ic", "ish")
SHORTEST_BASE = 3


@dataclass(frozen=True)
class Lexicon:
    """Folded word sets. ``nicknames`` maps each given name to every form it goes by."""

    given: frozenset[str]
    given_ambiguous: frozenset[str]
    surnames: frozenset[str]
    surname_words: frozenset[str]
    common: frozenset[str]
    drugs: frozenset[str]
    eponyms: frozenset[str]
    eponyms_shared: frozenset[str]
    places: frozenset[str]
    place_starts: frozenset[str]
    eponyms_any: frozenset[str]
    nicknames: dict[str, frozenset[str]]
    endings: tuple[str, ...]
    context: ContextWords

    def is_word(self, folded: str) -> bool:
        """Tell whether this is an everyday or medical word, a medicine or an eponym, inflected or not."""
        if "-" in folded:
            return all(self.is_word(part) for part in folded.split("-") if part)
        if folded in self.common or folded in self.drugs or folded in self.eponyms or len(folded) < 2:
            return True
        if folded in self.given or folded in self.surnames:
            return False
        if len(folded) >= 7 and folded.endswith(self.endings):
            return True
        return any(
            folded.endswith(ending) and len(folded) - len(ending) >= SHORTEST_BASE and self._is_base(folded, ending)
            for ending in INFLECTIONS
        )

    def is_given(self, folded: str) -> bool:
        """Tell whether this is a given name and nothing else (any part of a hyphenated one)."""
        return any(part in self.given for part in folded.split("-"))

    def may_be_given(self, folded: str) -> bool:
        """Tell whether this can be a given name, everyday word or not."""
        return self.is_given(folded) or folded in self.given_ambiguous

    def is_surname(self, folded: str) -> bool:
        """Tell whether this is a family name and no everyday word (any part of a hyphenated one)."""
        return any(part in self.surnames for part in folded.split("-"))

    def may_be_surname(self, folded: str) -> bool:
        """Tell whether this can be a family name, everyday word or not."""
        return self.is_surname(folded) or folded in self.surname_words or folded in self.eponyms_any

    def _is_base(self, folded: str, ending: str) -> bool:
        base = folded[: -len(ending)]
        return base in self.common or base + "e" in self.common or (base[-1] == base[-2] and base[:-1] in self.common)


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """Read the word lists once; everyday words are taken out of the lists of sure names."""
    common = _load("common")
    ambiguous = _load("given_ambiguous")
    shared = _load("eponyms_shared")
    eponyms = _load("eponyms")
    places = _load("places")
    surname_words = _load("surname_words")
    not_sure = common | ambiguous | eponyms
    nicknames: dict[str, set[str]] = {}
    for line in _lines("nicknames"):
        forms = {fold(form) for form in line.split()}
        for form in forms:
            nicknames.setdefault(form, set()).update(forms)
    return Lexicon(
        given=_load("given") - not_sure,
        given_ambiguous=ambiguous,
        surnames=_load("surnames") - common - eponyms,
        surname_words=surname_words | (_load("surnames") & common),
        common=common,
        drugs=_load("drugs"),
        eponyms=eponyms,
        eponyms_shared=shared,
        places=places,
        place_starts=frozenset(place.split("_")[0] for place in places),
        eponyms_any=eponyms | shared,
        nicknames={form: frozenset(forms) for form, forms in nicknames.items()},
        endings=tuple(_load("endings")),
        context=load_context_words(),
    )


def _lines(name: str) -> list[str]:
    lines = (WORDS_DIR / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _load(name: str) -> frozenset[str]:
    return frozenset(fold(word) for line in _lines(name) for word in line.split())
