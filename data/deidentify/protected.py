"""Words that look like names and are medicine's own: eponyms, products, and capitals that prove nothing."""

from data.deidentify.lexicon import Lexicon
from data.deidentify.tokens import Token, gap_after

SHORT_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr"})
LONGEST_EPONYM = 4
LONGEST_AMOUNT = 8
# A line is a heading when this share of its longer words, of which there are so many at least, has a capital.
MOSTLY_CAPITALS = 0.8
FEWEST_HEADING_WORDS = 4
LONGER_WORD = 4


def find_protected(text: str, tokens: list[Token], lexicon: Lexicon) -> set[int]:
    """Return the places of eponyms with what they name, possessive eponyms, products, sayings and dosed names."""
    kept: set[int] = set()
    words = [token.folded for token in tokens]
    context = lexicon.context
    for at, token in enumerate(tokens):
        for phrase in context.phrases.get(words[at], ()):
            if tuple(words[at : at + len(phrase)]) == phrase:
                kept.update(range(at, at + len(phrase)))
        if at and words[at] in context.dose_units and _is_dosed(text, tokens[at - 1], token, lexicon):
            kept.add(at - 1)
        if words[at] in context.eponym_nouns:
            kept.update(_eponym_before(at, tokens, lexicon))
        if is_eponym(words[at], lexicon):
            titled = at > 0 and words[at - 1] in SHORT_TITLES
            if "-" in words[at] or (token.possessive and words[at] not in context.plain_family and not titled):
                kept.add(at)
    return kept


def find_headlines(text: str, tokens: list[Token]) -> set[int]:
    """Return the places of words in lines mostly in capitals."""
    marked: set[int] = set()
    line: list[int] = []
    for at in range(len(tokens)):
        line.append(at)
        if at + 1 == len(tokens) or "\n" in gap_after(text, tokens, at):
            words = [i for i in line if len(tokens[i].text) >= LONGER_WORD]
            capitals = sum(tokens[i].capital for i in words)
            if len(words) >= FEWEST_HEADING_WORDS and capitals >= MOSTLY_CAPITALS * len(words):
                marked.update(line)
            line = []
    return marked


def is_eponym(folded: str, lexicon: Lexicon) -> bool:
    """Tell whether this word, or each part of a hyphenated one, is an eponym."""
    known = lexicon.eponyms_any
    return folded in known or ("-" in folded and all(part in known for part in folded.split("-")))


def _eponym_before(at: int, tokens: list[Token], lexicon: Lexicon) -> list[int]:
    """Walk back from "syndrome" over the capitals of "Ramsay Hunt"."""
    first = at
    while first and at - first < LONGEST_EPONYM:
        before = tokens[first - 1]
        if not before.capital or not is_eponym(before.folded, lexicon):
            break
        first -= 1
    return list(range(first, at))


def _is_dosed(text: str, name: Token, unit: Token, lexicon: Lexicon) -> bool:
    """Tell "Zorvanol 5 mg" and "Zorvanol cream" from "Tariq tablets"."""
    amount = text[name.end : unit.start].strip()
    if not amount:
        return not lexicon.is_given(name.folded)
    return len(amount) <= LONGEST_AMOUNT and amount.replace(".", "").replace(",", "").isdigit()
