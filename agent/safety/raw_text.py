"""Links, markup and identifiers are looked for in the text as written, not in its words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from agent.safety.verdict import GateContext

MAX_SHORT_NUMBER = 6


def read_raw(sentence: str) -> tuple[str, list[int]]:
    """Compatibility forms folded and hidden characters removed, in lower case, with each character's origin."""
    letters: list[str] = []
    origin: list[int] = []
    for at, char in enumerate(sentence):
        for part in unicodedata.normalize("NFKC", char).lower():
            if unicodedata.category(part) not in {"Cf", "Cc", "Co", "Cs", "Mn"} or part in "\n\t":
                letters.append(part)
                origin.append(at)
    return "".join(letters), origin


def is_excused(hit: re.Match[str], context: GateContext, public_numbers: frozenset[str]) -> bool:
    """Whether the turn allows the host, or the patient owns the identifier, that a raw rule found."""
    named = hit.groupdict()
    if host := named.get("host"):
        return host.strip(".") in {h.lower() for h in context.allowed_hosts}
    if not (value := named.get("value")):
        return False
    digits = re.sub(r"\D", "", value)
    if digits and (digits in public_numbers or digits in _own_digits(context.patient_identifiers)):
        return True
    if digits and any(digits in own for own in _own_digits(context.fixed_texts)):
        return True
    words = _words(value)
    return any(words and words in _words(own) for own in context.patient_identifiers)


@lru_cache(maxsize=64)
def _own_digits(texts: frozenset[str]) -> frozenset[str]:
    """Digit runs of identifiers without blanks and signs; also without leading zeros or a country code."""
    runs: set[str] = set()
    for text in texts:
        for run in re.findall(r"\d[\d\s()./+-]*\d", text):
            digits = re.sub(r"\D", "", run)
            runs |= {digits, digits.lstrip("0"), digits[-10:]}
    return frozenset(run for run in runs if len(run) >= MAX_SHORT_NUMBER)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
