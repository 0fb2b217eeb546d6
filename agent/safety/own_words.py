"""The patient's own words, quoted: they are not the agent's claim and are not held against it."""

from __future__ import annotations

import re

_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{1,600})[\"”“»]|‘([^‘’]{1,600})’(?![a-z])")
_ATTRIBUTED = re.compile(
    r"\b(?:you|your (?:words|message)|they|he|she|patient)\b[^.!?]{0,40}"
    r"\b(?:said|say|wrote|write|told|mentioned|described|put it|words|reported|asked|answered|typed|message)\b"
    r"[^.!?]{0,20}$"
    r"|\byour (?:own )?words\b[^.!?]{0,20}$",
    re.IGNORECASE,
)


def blank_quotes(sentence: str, patient_quotes: tuple[str, ...]) -> str:
    """The sentence with quoted patient words blanked out, offsets unchanged.

    A quotation counts when it occurs in what the patient wrote. When that is not known (no quotes given), one that is
    attributed to the patient counts ("You wrote: …").
    """
    written = [_plain(quote) for quote in patient_quotes]

    def blank(quoted: re.Match[str]) -> str:
        words = _plain(quoted.group(1) or quoted.group(2))
        if written:
            own = bool(words) and any(f" {words} " in f" {text} " for text in written)
        else:
            own = bool(_ATTRIBUTED.search(sentence[: quoted.start()]))
        return " " * len(quoted.group()) if own else quoted.group()

    return _QUOTED.sub(blank, sentence)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
