"""A clinic of its own for each test; the heavy parts are loaded once a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.models.resilience import ModelLine
from tests.fakes import ScriptedModel
from tests.small_clinic import House, open_house

OpenHouse = Callable[..., House]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def small_clinic(tmp_path: Path) -> Iterator[OpenHouse]:
    """Opens a clinic: ``small_clinic(model)`` with a scripted model, ``small_clinic()`` with the embedded one."""
    opened: list[House] = []

    def make(model: ScriptedModel | ModelLine | None = None, **parts: Any) -> House:
        line = model.line() if isinstance(model, ScriptedModel) else model
        house = open_house(tmp_path / f"clinic-{len(opened)}", line, **parts)
        opened.append(house)
        return house

    yield make
    for house in opened:
        house.records.close()
