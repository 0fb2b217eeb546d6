"""Parts that tests share. Everything is real: a SQLite file, the encoder, FAISS, the demo clinic."""

from __future__ import annotations

import os

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


class WholeFiles(LoadScopeScheduling):
    """A file's tests stay on one worker, and so do all browser tests: two browsers at once starve each other.

    pytest-xdist 3.8 has groups for this, but writes them to a field that pytest 9.2 no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "browser" if file.startswith("tests/browser/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WholeFiles:
    """How tests are dealt to the workers, whatever --dist says."""
    return WholeFiles(config, log)
