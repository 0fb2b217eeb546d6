"""The real policies and texts, loaded once: the tests judge the rules that ship."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.safety import InputScreener, OutputGate
from knowledge.schema_policies import LocaleTexts, Policies, load_locales, load_policies

POLICY_DIR = Path(__file__).resolve().parents[3] / "knowledge" / "policies"
CASES = Path(__file__).parent / "cases"


def load_cases(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CASES / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="session")
def policies() -> Policies:
    return load_policies(POLICY_DIR)


@pytest.fixture(scope="session")
def locales() -> dict[str, LocaleTexts]:
    return load_locales(POLICY_DIR / "locales")


@pytest.fixture(scope="session")
def gate(policies: Policies) -> OutputGate:
    return OutputGate(policies)


@pytest.fixture(scope="session")
def screener(policies: Policies) -> InputScreener:
    return InputScreener(policies)


@pytest.fixture(scope="session")
def case_table() -> Any:
    return load_cases
