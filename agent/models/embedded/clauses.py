"""Cuts a message into clauses, so that several requests in one message are each answered."""

from __future__ import annotations

import re
from collections.abc import Sequence

# A full stop inside a number, a time of day or a title does not end a sentence.
_PROTECTED = re.compile(r"(?<=\d)\.(?=\d)|\b(?:dr|mr|mrs|ms|st|approx|vs|e\.g|i\.e|a\.m|p\.m|a|p)\.(?=\s?[\w,])", re.I)
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|[\n\r;]+|(?<=[!?])(?=[A-Za-z])")
_JOINT = r"(?:\s*[,–—-]+\s*|\s+)(?:(?:and|then|also|plus|but|so|oh|or|as well as|additionally|next)\b[\s,]*)*"
_EDGES = " \t,.;:!?-–—\"'()"
_LEAST_WORDS_WITHOUT_JOINT = 2


def split_clauses(text: str, openers: Sequence[str]) -> list[str]:
    """Clauses in order, with the patient's own spelling, without outer punctuation.

    Args:
        text: One message.
        openers: Regular expressions (lower case) that begin a new request inside a sentence.
    """
    opener = re.compile(f"(?P<joint>{_JOINT})(?={'|'.join(f'(?:{o})' for o in openers)})", re.I)
    clauses: list[str] = []
    for sentence in _sentences(text):
        start = 0
        for match in opener.finditer(sentence):
            if _begins_request(sentence[start : match.start()], match["joint"]):
                clauses.append(sentence[start : match.start()])
                start = match.end()
        clauses.append(sentence[start:])
    return [clean for clause in clauses if (clean := clause.strip(_EDGES))]


def _sentences(text: str) -> list[str]:
    shielded = _PROTECTED.sub(lambda m: m.group().replace(".", "\0"), text.replace("’", "'"))
    return [part.replace("\0", ".") for part in _SENTENCE_END.split(shielded) if part.strip(_EDGES)]


def _begins_request(before: str, joint: str) -> bool:
    """True where the words after the joint are a request of their own, not the tail of "can you tell me when …"."""
    words = before.strip(_EDGES).lower().split()
    if not words:
        return False
    if joint.strip():
        return True
    if words[-1] in _CONTINUES or _ASKING_WORDS & set(words):
        return False
    return len(words) > _LEAST_WORDS_WITHOUT_JOINT


_ASKING_WORDS = frozenset({"what", "which", "when", "where", "how", "who", "whether"})
_CONTINUES = frozenset(
    {
        "what", "when", "where", "how", "which", "why", "who", "if", "whether", "that", "time", "you", "to",
        "please", "i", "know", "me", "tell", "ask", "see", "wondering", "think", "help", "not", "and", "or", "wonder",
        "until", "because",
    }
)  # fmt: skip
