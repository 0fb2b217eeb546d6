"""The clinic's fixed texts for the pages that must not wait for the agent."""

from __future__ import annotations

from functools import lru_cache

from agent import Settings
from agent.safety.templates import Templates
from knowledge.schema import KNOWLEDGE_DIR
from knowledge.schema_policies import load_locales


def fixed(key: str) -> str:
    """The text of a key with this clinic's numbers filled in. Raises KeyError for an unknown key."""
    settings = Settings()
    return _templates(settings.locale, settings.emergency_number, settings.crisis_line, settings.clinic_phone).text(key)


@lru_cache(maxsize=4)
def _templates(locale: str, emergency_number: str, crisis_line: str, clinic_phone: str) -> Templates:
    values = {"emergency_number": emergency_number, "crisis_line": crisis_line, "clinic_phone": clinic_phone}
    return Templates(load_locales(KNOWLEDGE_DIR / "policies" / "locales"), locale, values)
