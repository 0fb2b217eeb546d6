"""Numbers as digits or words, and the one pattern that finds them."""

from __future__ import annotations

import re
from collections.abc import Mapping

_VAGUE = {
    "a few": 3.0,
    "a couple": 2.0,
    "a couple of": 2.0,
    "couple of": 2.0,
    "half an": 0.5,
    "half a": 0.5,
    "quarter of an": 0.25,
}


class NumberReader:
    """Reads "38.5", "twenty five", "a couple of".

    Args:
        words: Number words of the lexicon.
    """

    def __init__(self, words: Mapping[str, float]) -> None:
        self._values = {**words, **_VAGUE}
        spelt = "|".join(re.escape(w) for w in sorted(self._values, key=len, reverse=True))
        tens = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
        units = "one|two|three|four|five|six|seven|eight|nine"
        self.pattern = rf"(?:\d+(?:\.\d+)?|\b(?:{tens})[ -](?:{units})\b|\b(?:{spelt})\b)"

    def read(self, text: str) -> float:
        """The value of a text that ``pattern`` matched."""
        text = text.strip()
        if text[:1].isdigit():
            return float(text)
        if text in self._values:
            return self._values[text]
        return sum(self._values[part] for part in re.split(r"[ -]", text))
