"""Settings: safe defaults, one variable each, and no start with a half-set or impossible one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from agent.settings import Settings


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("PRELUDE_")]:
        monkeypatch.delenv(name)


def test_the_defaults_need_no_key_and_no_network() -> None:
    settings = Settings()
    assert settings.llm_base_url is None and settings.llm_api_key is None
    assert settings.ehr == "files"
    assert (settings.max_model_calls, settings.max_tool_calls, settings.turn_seconds) == (8, 12, 60.0)
    assert settings.consent_minutes == 10
    assert settings.database == Path(".prelude/prelude.db") and settings.index_dir == Path(".prelude/index")


def test_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "HOME": "/srv/prelude",
        "EMERGENCY_NUMBER": "112",
        "TIMEZONE": "Europe/Berlin",
        "DEMO": "false",
        "LLM_BASE_URL": "http://127.0.0.1:8000/v1",
        "LLM_MODEL": "m",
        "LLM_API_KEY": "secret-key",
        "CITATION_HOSTS": '["www.nhs.uk"]',
        "SOMETHING_ELSE": "ignored",
    }.items():
        monkeypatch.setenv(f"PRELUDE_{name}", value)
    settings = Settings()
    assert settings.home == Path("/srv/prelude")
    assert settings.emergency_number == "112"
    assert settings.demo is False
    assert settings.citation_hosts == ("www.nhs.uk",)
    assert "secret-key" not in repr(settings) + str(settings.model_dump())


@pytest.mark.parametrize(
    "variables",
    [
        {"LLM_BASE_URL": "http://127.0.0.1:1/v1"},
        {"LLM_BASE_URL": "not a url", "LLM_MODEL": "m"},
        {"EHR": "server"},
        {"EHR": "fax"},
        {"TIMEZONE": "Mars/Olympus"},
        {"TIMEZONE": "../etc/passwd"},
        {"MAX_MODEL_CALLS": "0"},
        {"MAX_MODEL_CALLS": "21"},
        {"MAX_TOOL_CALLS": "many"},
        {"TURN_SECONDS": "0"},
        {"LLM_TIMEOUT_S": "-1"},
        {"LLM_TEMPERATURE": "2"},
        {"CONSENT_MINUTES": "0"},
        {"DEMO": "perhaps"},
    ],
)
def test_what_stops_the_start(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"PRELUDE_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize(
    "variables",
    [
        {"LLM_BASE_URL": "http://127.0.0.1:1/v1", "LLM_ADAPTER": "triage-lora"},
        {"LLM_BASE_URL": "http://127.0.0.1:1/v1", "LLM_MODEL": "m"},
        {"EHR": "server", "EHR_URL": "http://127.0.0.1:1/fhir"},
        {"TIMEZONE": "America/New_York"},
    ],
)
def test_what_is_complete(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"PRELUDE_{name}", value)
    Settings()


def test_settings_are_frozen_and_explained() -> None:
    with pytest.raises(ValidationError):
        Settings().emergency_number = "999"
    assert all(f.description for f in Settings.model_fields.values())
