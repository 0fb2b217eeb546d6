"""A typed yes or no to a pending offer. It counts only when it can answer that one offer and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from data.records import Offer

MAX_WORDS = 12
_YES = frozenset({"yes", "yeah", "yep", "yup", "ok", "okay", "sure", "please", "alright", "certainly", "definitely"})
_NO = frozenset({"no", "nope", "nah", "don't", "dont", "not"})
_FILLING = frozenset({"the", "a", "an", "my", "me", "for", "and", "one"})
_AGREE = frozenset(
    {"go", "ahead", "do", "that", "it", "sounds", "good", "great", "fine", "thanks", "thank", "you", "i"}
)
_ACTION = _FILLING | {"book", "order", "send", "cancel", "move", "request", "reserve", "appointment", "slot", "time"}
_BEGINNINGS = _YES | _NO | {"book", "order", "go"}
_WORD = re.compile(r"[a-z']+|\d+")


@dataclass(frozen=True)
class TypedAnswer:
    """Which offer a message answers, and how."""

    offer: Offer
    granted: bool


def typed_answer(text: str, pending: Sequence[Offer], *, question_open: bool) -> TypedAnswer | None:
    """The offer this text answers, or None when it says anything more, or could mean something else.

    A bare yes or no counts only with one offer and no other question waiting; otherwise it must name what it means
    in words of exactly one offer.
    """
    words = _WORD.findall(text.casefold().replace("’", "'"))
    if not pending or not words or len(words) > MAX_WORDS or words[0] not in _BEGINNINGS:
        return None
    granted = words[0] not in _NO
    if granted and any(w in _NO or w in ("but", "wait", "later") for w in words):
        return None
    if not granted and any(w in _YES - {"please"} for w in words[1:]):
        return None  # "not sure" is no answer
    rest = [w for w in words[1:] if w not in _YES | _AGREE | _NO]
    named = [w for w in rest if w not in _ACTION]
    if not rest:
        return TypedAnswer(pending[0], granted) if len(pending) == 1 and not question_open else None
    fitting = [offer for offer in pending if _speaks_of(rest, named, offer)]
    return TypedAnswer(fitting[0], granted) if len(fitting) == 1 else None


def _speaks_of(rest: Sequence[str], named: Sequence[str], offer: Offer) -> bool:
    """Every further word is one of the offer's own, and at least one of them tells which offer is meant."""
    own = {w.rstrip("s") for w in _WORD.findall(offer.offer_text.casefold())}
    if "scheduling" in offer.tool:
        own |= {"appointment", "slot", "time"}
    if "pharmacy" in offer.tool:
        own |= {"repeat", "prescription", "refill", "medicine"}
    if any(w.rstrip("s") not in own for w in named):
        return False
    return any(w.rstrip("s") in own for w in rest if w not in _FILLING)
