"""Text as text: what patients and models write is shown letter for letter, never run as markdown or HTML."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&@^=/])")


def escaped(text: str) -> str:
    """The text with every markdown character escaped; line breaks stay."""
    return _SPECIAL.sub(r"\\\1", text).replace("\n", "  \n")
