"""Identifiers somebody already knows belong to this patient, in all the shapes people give them."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rapidfuzz.distance import OSA

from data.deidentify.fold import fold
from data.deidentify.lexicon import Lexicon
from data.deidentify.name_run import NameReader
from data.deidentify.spans import Identifier, Span
from data.deidentify.tokens import Token

SHORTEST_FUZZY = 4
TWO_SLIPS_FROM = 7
SHORTEST_INSIDE = 5
SHORTEST_SHORT_FORM = 3
PET_ENDING = re.compile(r"(?:ie|ey|y|i|o|s|z|a)$")
NUMBER_GAP = r"[\s().\-–/]{0,3}"
HANDLE_RUN = re.compile(r"(?<![\w.@])[\w.@]{8,80}+")


def find_known(
    text: str, tokens: list[Token], known: Sequence[str], lexicon: Lexicon, reader: NameReader
) -> Iterator[Span]:
    """Yield every mention of what is in ``known``: names (also nicknames, typos, initials), numbers, dates, places."""
    names: list[list[str]] = []
    for value in filter(None, (k.strip() for k in known)):
        digits = re.sub(r"\D", "", value)
        if "@" in value:
            yield from _literal(text, value, Identifier.EMAIL)
        elif "," in value or (re.match(r"\d+\w?\s+[^\W\d]", value) and " " in value):
            yield from _address(text, value)
        elif digits:
            yield from _number(text, value, digits)
        else:
            names.append([w for w in re.findall(r"[^\W\d_]+", value) if fold(w) not in lexicon.context.titles])
    yield from _names(text, tokens, names, lexicon, reader)


def _names(
    text: str, tokens: list[Token], names: list[list[str]], lexicon: Lexicon, reader: NameReader
) -> Iterator[Span]:
    parts = {fold(word) for name in names for word in name if len(word) > 1}
    if not parts:
        return
    forms = set(parts).union(*(lexicon.nicknames.get(part, frozenset()) for part in parts))
    forms |= {fold("".join(pair)) for name in names for pair in pairwise(name)}
    seen: dict[str, bool] = {}
    for token in tokens:
        if token.folded not in seen:
            seen[token.folded] = any(_is_form(p, forms, lexicon) for p in [token.folded, *token.folded.split("-")])
    starting = {part[0] for part in parts}
    for at, token in enumerate(tokens):
        beside = [t for t in tokens[max(0, at - 1) : at + 2] if t is not token and seen[t.folded]]
        if not seen[token.folded]:
            short = token.capital and len(token.text) >= SHORTEST_SHORT_FORM and not lexicon.is_word(token.folded)
            if not (short and any(part.startswith(token.folded) for part in parts)):
                continue
        if _is_meant(at, token, lexicon, reader) or _is_full_name(token, beside, text):
            before = tokens[at - 1] if at else None
            initialled = (
                before is not None and before.initial and before.folded in starting and token.start - before.end <= 2
            )
            yield Span(before.start if initialled and before else token.start, token.end, Identifier.NAME)
    yield from _initials(text, names, lexicon)
    long_parts = [p for p in parts if len(p) >= SHORTEST_INSIDE and not lexicon.is_word(p)]
    for match in HANDLE_RUN.finditer(text):
        run = fold(match.group())
        if any(part in run for part in long_parts):
            yield Span(match.start(), match.end(), Identifier.NAME)
    for part in (p for p in parts if len(p) >= SHORTEST_FUZZY):
        for match in re.finditer(
            r"(?<!\w)" + r"[\s.\-_*]{1,2}".join(map(re.escape, part)) + r"(?!\w)", text, re.IGNORECASE
        ):
            yield Span(match.start(), match.end(), Identifier.NAME)


def _is_full_name(token: Token, beside: list[Token], text: str) -> bool:
    """Tell a full name in lower case ("rose bell rang") by its two parts standing side by side."""
    return any(
        t.folded != token.folded and text[min(t.end, token.end) : max(t.start, token.start)] in {" ", ", "}
        for t in beside
    )


def _is_form(folded: str, forms: set[str], lexicon: Lexicon) -> bool:
    if folded in forms:
        return True
    if len(folded) < SHORTEST_FUZZY or lexicon.is_word(folded):
        return False
    pet = PET_ENDING.sub("", folded)
    if pet != folded and len(pet) >= SHORTEST_SHORT_FORM:
        single = pet[:-1] if pet[-1] == pet[-2] else pet
        if any(form.startswith((pet, single)) for form in forms if len(single) >= SHORTEST_SHORT_FORM):
            return True
    for form in forms:
        if len(form) < SHORTEST_FUZZY or abs(len(form) - len(folded)) > 2:
            continue
        slips = 2 if min(len(form), len(folded)) >= TWO_SLIPS_FROM else 1
        if OSA.distance(folded, form, score_cutoff=slips) <= slips:
            return True
    return False


def _is_meant(at: int, token: Token, lexicon: Lexicon, reader: NameReader) -> bool:
    """Tell the person from the word: "Rose has a rash" from "my temperature rose", and from "Bell's palsy"."""
    ordinary = token.folded in lexicon.common or token.folded in lexicon.given_ambiguous
    if reader.is_protected(at):
        return False
    if not ordinary and not lexicon.is_word(token.folded):
        return True
    if not token.capital or (token.upper and len(token.text) < 3):
        return False
    return (
        bool(reader.previous_word(at))
        or token.possessive
        or reader.next_word(at) in lexicon.context.person_verbs
        or reader.next_is_capital(at)
    )


def _initials(text: str, names: list[list[str]], lexicon: Lexicon) -> Iterator[Span]:
    for name in names:
        letters = [word[0].upper() for word in name]
        if not 2 <= len(letters) <= 4:
            continue
        for order in {tuple(letters), (letters[0], letters[-1]), (letters[-1], letters[0])}:
            dotted = r"(?<![\w.])" + r"\.\s?".join(order) + r"(?:\.|(?!\w))"
            for match in re.finditer(dotted, text):
                yield Span(match.start(), match.end(), Identifier.NAME)
            plain = "".join(order)
            if plain.lower() not in lexicon.common:
                for match in re.finditer(rf"(?<!\w){plain}(?![\w\-]|\s?\d)", text):
                    yield Span(match.start(), match.end(), Identifier.NAME)


def _number(text: str, value: str, digits: str) -> Iterator[Span]:
    iso = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", value)
    if iso:
        year, month, day = iso.groups()
        for form in {
            a + b + c for y in (year, year[2:]) for a, b, c in ((day, month, y), (month, day, y), (y, month, day))
        }:
            yield from _spaced(text, form, Identifier.DATE)
        return
    if re.search(r"[^\W\d_]", value):
        characters = re.findall(r"\w", value)
        pattern = r"(?<!\w)" + r"[\s\-./]{0,2}".join(re.escape(c) for c in characters) + r"(?!\w)"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield Span(match.start(), match.end(), Identifier.ID)
        if len(digits) < 4:
            return
    if len(digits) >= 4:
        phone = len(digits) >= 7 and not re.search(r"[^\W\d_]", value)
        yield from _spaced(text, digits, Identifier.PHONE if phone else Identifier.ID)
        if phone and len(digits) > 7:
            # A number is also given without its country or trunk prefix.
            yield from _spaced(text, digits[-9:] if len(digits) > 9 else digits[1:], Identifier.PHONE)


def _spaced(text: str, digits: str, kind: Identifier) -> Iterator[Span]:
    for match in re.finditer(r"(?<!\d)(?:\+?\d{1,3}[\s.\-]?)?\(?" + NUMBER_GAP.join(digits) + r"(?!\d)", text):
        yield Span(match.start(), match.end(), kind)


def _literal(text: str, value: str, kind: Identifier) -> Iterator[Span]:
    pattern = r"\s+".join(re.escape(part) for part in value.split())
    for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE):
        yield Span(match.start(), match.end(), kind)


def _address(text: str, value: str) -> Iterator[Span]:
    yield from _literal(text, value, Identifier.LOCATION)
    for part in (p.strip() for p in value.split(",")):
        if len(part) >= SHORTEST_INSIDE:
            yield from _literal(text, part, Identifier.LOCATION)
        street = re.sub(r"^\d+\w?\s+", "", part)
        if street != part and len(street) >= SHORTEST_INSIDE:
            yield from _literal(text, street, Identifier.LOCATION)
            yield from (
                _literal(text, " ".join(street.split()[:-1]), Identifier.LOCATION) if len(street.split()) > 2 else ()
            )
