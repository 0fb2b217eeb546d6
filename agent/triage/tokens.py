"""Words of a text with their spans: spelt out, repaired and reduced to the form the phrase index knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from agent.triage.grammar import BARRIERS, CONTRACTIONS, ENDINGS, FREE, stem, stems, words
from agent.triage.spelling import Speller

_TOKEN = re.compile(r"\d+(?:[.,:/]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[^\s\w]")
_IS_AFTER = words("he she it that there what who where here how")
_MOVING = stems("go come get call ring take send bring put give be refer phone")
_LOOKS = stems("pink red brown line mark spot rash bruise smell blotch patch pattern positive")
_SMALL = words("a little wee the this each every last tiny")
_ENDS_GONE = words(
    "now away completely altogether by since after before today yesterday again for and but so then when with this"
)
_SPELT_PUNCTUATION = {"&": "and", "+": "and"}


@dataclass(frozen=True)
class Token:
    """One word: ``surface`` in lower case as typed (or repaired), ``form`` as the index knows it, and its span."""

    surface: str
    form: str
    start: int
    end: int
    repaired: bool = False

    @property
    def is_free(self) -> bool:
        """May stand inside a phrase without counting as a word between."""
        return self.surface in FREE

    @property
    def is_barrier(self) -> bool:
        """Ends a stretch within which words belong together."""
        return self.surface in BARRIERS


class Tokeniser:
    """Turns text into tokens the same way for phrases of the vocabulary and for what patients write."""

    def __init__(self, synonyms: Mapping[str, str], speller: Speller | None = None) -> None:
        self._synonyms = {word: stem(target) for word, target in synonyms.items()}
        self._speller = speller

    def with_speller(self, speller: Speller) -> Tokeniser:
        """The same tokeniser that also repairs spelling and joins or splits compounds."""
        fresh = Tokeniser({}, speller)
        fresh._synonyms = self._synonyms
        return fresh

    def form(self, surface: str) -> str:
        """Canonical form of one word: its synonym, else its stem."""
        direct = self._synonyms.get(surface)
        if direct is not None:
            return direct
        reduced = stem(surface)
        return self._synonyms.get(reduced, reduced)

    def tokens(self, text: str, start: int = 0, end: int | None = None, *, repair: bool = True) -> tuple[Token, ...]:
        """Tokens of ``text[start:end]``; spans count from the beginning of ``text``."""
        stop = len(text) if end is None else end
        found = [token for match in _TOKEN.finditer(text, start, stop) for token in self._expand(match, text)]
        if self._speller is not None:
            found = list(self._compounded(self._repaired(found) if repair else found, self._speller))
        return tuple(self._disambiguated(list(self._enabled(found))))

    def _expand(self, match: re.Match[str], text: str) -> Iterator[Token]:
        word, start, end = match.group(), match.start(), match.end()
        if not word[0].isalnum():
            word = _SPELT_PUNCTUATION.get(word, word)
            if word == "-" and _is_dash(text, start, end):
                word = "–"
            if word in BARRIERS:
                yield Token(word, word, start, end)
            return
        for part in _spelt_out(word).split():
            yield Token(part, self.form(part), start, end)

    def _repaired(self, tokens: list[Token]) -> list[Token]:
        repaired: list[Token] = []
        for token in tokens:
            assert self._speller is not None  # noqa: S101  # the caller checked; narrows the type
            words = self._speller.repair(token.surface) if token.surface.isalpha() else (token.surface,)
            if words == (token.surface,):
                repaired.append(token)
            else:
                spelt = [part for w in words for part in _spelt_out(w).split()]
                repaired += [Token(w, self.form(w), token.start, token.end, True) for w in spelt]
        return repaired

    def _compounded(self, tokens: list[Token], speller: Speller) -> Iterator[Token]:
        """Two words the vocabulary writes as one become one, so "head ache" meets "headache"."""
        index = 0
        while index < len(tokens):
            token = tokens[index]
            following = tokens[index + 1] if index + 1 < len(tokens) else None
            joined = speller.compound(token.surface, following.surface) if following else None
            if joined and following:
                yield Token(joined, self.form(joined), token.start, following.end)
                index += 2
            else:
                yield token
                index += 1

    def _enabled(self, tokens: list[Token]) -> Iterator[Token]:
        """Spell inability one way: "unable to" and "haven't been able to" say "can not"."""
        index = 0
        while index < len(tokens):
            token = tokens[index]
            ahead = [t.surface for t in tokens[index : index + 5]]
            if token.surface == "unable" and ahead[1:2] == ["to"]:
                yield replace(token, surface="can", form="can")
                yield replace(token, surface="not", form="not")
                index += 2
            elif token.surface == "not" and "able" in ahead and ahead[ahead.index("able") + 1 :][:1] == ["to"]:
                able = index + ahead.index("able")
                yield replace(token, surface="can", form="can")
                yield replace(tokens[able], surface="not", form="not")
                index = able + 2
            else:
                yield token
                index += 1

    def _disambiguated(self, tokens: list[Token]) -> Iterator[Token]:
        """Everyday words that look like clinical ones: "go back", "a bit of"."""
        for index, token in enumerate(tokens):
            before = tokens[index - 1] if index else None
            after = tokens[index + 1] if index + 1 < len(tokens) else None
            if token.surface == "back" and before and before.form in _MOVING:
                yield replace(token, form="back again")
            elif token.surface == "bit":
                small = (before and before.surface in _SMALL) or (after and after.surface == "of")
                yield replace(token, form="a little" if small else self.form("bite"))
            elif token.surface == "gone" and after and after.surface.isalpha() and after.surface not in _ENDS_GONE:
                # "Gone black" has not gone: the word says what it became.
                yield replace(token, surface="became")
            elif token.surface == "faint" and after and after.form in _LOOKS:
                yield replace(token, form="faint to see")
            else:
                yield token


def _is_dash(text: str, start: int, end: int) -> bool:
    """A hyphen with white space on a side parts clauses; one inside a word or a range does not."""
    return (start == 0 or text[start - 1].isspace()) or (end < len(text) and text[end].isspace())


def _spelt_out(word: str) -> str:
    known = CONTRACTIONS.get(word)
    if known is not None:
        return known
    if "'" not in word:
        return word
    for ending, full in ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return f"{word[: -len(ending)]} {full}"
    base, _, tail = word.partition("'")
    return f"{base} is" if tail == "s" and base in _IS_AFTER else base
