"""Words of a text with their place and their capitals."""

import re
from dataclasses import dataclass

from data.deidentify.fold import fold

WORD = re.compile(r"[^\W\d_]+(?:['’`\-][^\W\d_]+)*+")
POSSESSIVES = ("'s", "’s", "`s", "'S", "’S")


@dataclass(frozen=True, slots=True)
class Token:
    """A word without its possessive ending. ``capital``: Title or MiXed case; ``upper``: all capitals."""

    text: str
    start: int
    end: int
    folded: str
    capital: bool
    upper: bool
    possessive: bool

    @property
    def initial(self) -> bool:
        """Tell whether this is a single capital letter."""
        return self.upper and len(self.text) == 1


def tokenise(text: str) -> list[Token]:
    """Split a text into words, in order; linear in its length."""
    tokens = []
    for match in WORD.finditer(text):
        word = match.group()
        possessive = word.endswith(POSSESSIVES)
        if possessive:
            word = word[:-2]
        upper = word.isupper()
        tokens.append(
            Token(word, match.start(), match.start() + len(word), fold(word), word[:1].isupper(), upper, possessive)
        )
    return tokens


def gap_after(text: str, tokens: list[Token], at: int) -> str:
    """Return what stands between this word (and its possessive ending) and the next; "" after the last."""
    if at + 1 >= len(tokens):
        return ""
    return text[tokens[at].end + (2 if tokens[at].possessive else 0) : tokens[at + 1].start]
