"""Parts that tests share. Everything is real: a SQLite file, the encoder, FAISS, the demo clinic."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


@pytest.hookimpl(tryfirst=True)  # before the workers read the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests stay on one worker, and so do all browser tests: two browsers at once starve each other."""
    for item in items:
        path = Path(item.path)
        group = "browser" if path.parent.name == "browser" else path.as_posix()
        item.add_marker(pytest.mark.xdist_group(group))
