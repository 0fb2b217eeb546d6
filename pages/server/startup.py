"""Starting up behind the first page: the agent is imported, built and warmed in a thread of its own."""

from __future__ import annotations

import importlib
import threading
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from agent import AgentManager

log = structlog.get_logger(__name__)
HEAD_START_S = 2.5
"""Seconds the server gets to hand out the sign-in page before heavy imports compete with it for the processor."""
FIRST_PAGE_PARTS = ("pages.components.demo_start", "pages.components.sign_in_form")
"""What the sign-in page draws, with the modules it brings along."""


class Startup:
    """Whether the agent is there yet. Asking never waits."""

    def __init__(self) -> None:
        self._manager: AgentManager | None = None
        self.problem: str | None = None

    def begin(self) -> None:
        """Start loading: first what the sign-in page needs, the rest after the head start; returns at once."""
        threading.Thread(target=_import_first_page, daemon=True).start()
        timer = threading.Timer(HEAD_START_S, self._load)
        timer.daemon = True
        timer.start()

    @property
    def ready(self) -> bool:
        """Whether a turn can start without waiting."""
        return self._manager is not None and self._manager.ready

    def _load(self) -> None:
        from agent import create_agent_instance  # some seconds of imports: never before the first page

        try:
            self._manager = create_agent_instance()
            self._manager.warm_up().join()
            self.problem = None if self._manager.ready else "not_loaded"
        except Exception as error:  # the thread's edge: /auth/ready reports it; its text names files, never patients
            self.problem = type(error).__name__
            log.error("startup_failed", kind=self.problem, text=str(error)[:300])


def _import_first_page() -> None:
    """Import the sign-in page's own parts while the browser still fetches its scripts: 0.5 s of the first page."""
    for part in FIRST_PAGE_PARTS:
        importlib.import_module(part)


STARTUP = Startup()
