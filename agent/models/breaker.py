"""A circuit breaker: after some failures in a row a model is skipped for a while, then tried once."""

from __future__ import annotations

import threading
from collections.abc import Callable


class CircuitBreaker:
    """Counts failures in a row. Safe to share between threads.

    Args:
        failures: Failures in a row after which the model is skipped.
        pause_s: Seconds it is skipped; then one call is let through, and its result decides.
        clock: Monotonic seconds.
    """

    def __init__(self, *, failures: int, pause_s: float, clock: Callable[[], float]) -> None:
        self._limit, self._pause_s, self._clock = failures, pause_s, clock
        self._lock = threading.Lock()
        self._count = 0
        self._open_until: float | None = None

    def allow(self) -> bool:
        """Whether to call the model now. After the pause only one caller is let through until its result is known."""
        with self._lock:
            if self._open_until is None:
                return True
            now = self._clock()
            if now < self._open_until:
                return False
            self._open_until = now + self._pause_s
            return True

    def would_allow(self) -> bool:
        """Like ``allow``, without taking the one call that is let through."""
        with self._lock:
            return self._open_until is None or self._clock() >= self._open_until

    def succeeded(self) -> None:
        """The model gave a whole reply."""
        with self._lock:
            self._count, self._open_until = 0, None

    def failed(self) -> None:
        """The model failed."""
        with self._lock:
            self._count += 1
            if self._count >= self._limit:
                self._open_until = self._clock() + self._pause_s
