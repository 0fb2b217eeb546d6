"""Fixed texts for patients. They are chosen and filled in by code and never pass the output gate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from knowledge.levels import Disposition
from knowledge.schema_policies import LocaleTexts

FALLBACK_LOCALE = "en"
_GAP = re.compile(r"\{([a-z_]+)\}")
# Used when a value is missing: an emergency text with a hole in it must still say the right thing.
_PLAIN_VALUES = {
    "emergency_number": "your local emergency number",
    "crisis_line": "your local crisis line",
    "clinic_phone": "the clinic's number",
    "patient_name": "",
}


class Templates:
    """The texts of one locale with the clinic's numbers filled in.

    Args:
        locales: texts by locale, as `load_locales` gives them.
        locale: the wanted locale ("en", "en-GB"); falls back to the language, then to English.
        values: emergency_number, crisis_line, clinic_phone and, where known, patient_name.
    """

    def __init__(self, locales: Mapping[str, LocaleTexts], locale: str, values: Mapping[str, str]) -> None:
        chosen = next((name for name in (locale, locale.split("-")[0], FALLBACK_LOCALE) if name in locales), None)
        if chosen is None:
            raise KeyError(f"no texts for locale {locale!r} and no {FALLBACK_LOCALE!r} to fall back to")
        self.locale = chosen
        self._texts = locales[chosen].texts
        self._values = {**_PLAIN_VALUES, **{name: value for name, value in values.items() if value}}

    def text(self, key: str, **values: str) -> str:
        """The text of a key, placeholders filled in. Raises KeyError for an unknown key."""
        given = {**self._values, **values}
        filled = _GAP.sub(lambda gap: str(given.get(gap.group(1), "")), self._texts[key])
        return re.sub(r" +([,.!?])", r"\1", re.sub(r" {2,}", " ", filled)).strip()

    def emergency(self, disposition: Disposition, *, about_self: bool = True) -> str:
        """The text for one of the two emergency levels. Raises ValueError for any other level."""
        if not disposition.is_emergency:
            raise ValueError(f"{disposition.value} is not an emergency level")
        return self._for(f"emergency.{disposition.value}", about_self)

    def crisis(self, level: Literal["possible", "explicit"], *, about_self: bool = True) -> str:
        """The text for a person who may harm themselves, or for someone writing about one."""
        return self._for(f"crisis.{level}", about_self)

    def level(self, disposition: Disposition) -> str:
        """What a patient is told about the level of urgency."""
        return self.text(f"level.{disposition.value}")

    def all_texts(self) -> frozenset[str]:
        """Every text without open placeholders, for the gate's `fixed_texts`."""
        known = self._values.keys()
        return frozenset(
            self.text(key) for key, text in self._texts.items() if all(gap in known for gap in _GAP.findall(text))
        )

    def _for(self, key: str, about_self: bool) -> str:
        other = f"{key}_other"
        return self.text(key if about_self or other not in self._texts else other)
