"""Untrusted text as data: what a patient, a chart, a document or a tool wrote is fenced before a model reads it.

The fence does not make an injection harmless; the fixed control flow does. It keeps data and instruction apart.
"""

from __future__ import annotations

import re
import unicodedata

MAX_FENCED_CHARS = 20_000
# Our own fence, in any spelling a text might use to close it early, and the role marks of common chat formats.
_FENCE_LIKE = re.compile(r"<\s*/?\s*untrusted\b[^>]{0,200}>?", re.IGNORECASE)
_ROLE_LIKE = re.compile(r"<\|[^|>\n]{0,40}\|>|\[/?INST\]|<</?SYS>>", re.IGNORECASE)
_SOURCE = re.compile(r"[^a-z0-9_ .-]+", re.IGNORECASE)


def fence_untrusted(text: str, source: str) -> str:
    """Wraps text as `<untrusted source="…">…</untrusted>` with nothing inside that could end the fence.

    Compatibility forms are folded first, so a look-alike bracket cannot pass as a fence; control characters go
    (tab and newline stay); longer texts are cut at MAX_FENCED_CHARS with a mark.
    """
    folded = unicodedata.normalize("NFKC", text[:MAX_FENCED_CHARS])
    shown = "".join(c for c in folded if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs"})
    shown = _ROLE_LIKE.sub("[mark removed]", _FENCE_LIKE.sub("[mark removed]", shown))
    shown = shown.replace("<", "‹").replace(">", "›")
    cut = "\n[cut]" if len(text) > MAX_FENCED_CHARS else ""
    name = _SOURCE.sub("", source)[:60].strip() or "unknown"
    return f'<untrusted source="{name}">\n{shown}{cut}\n</untrusted>'
