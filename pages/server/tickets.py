"""One-time tickets: a signed-in script run hands its session token to the browser's next request, once, at once."""

from __future__ import annotations

import secrets
import threading
import time

SECONDS = 30.0


class Tickets:
    """Tickets that wait to be redeemed. In memory: a restart only means signing in again."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def issue(self, token: str) -> str:
        """A ticket for a session token, good once within half a minute."""
        ticket = secrets.token_urlsafe(32)
        with self._lock:
            now = time.monotonic()
            self._waiting = {t: w for t, w in self._waiting.items() if w[1] > now}
            self._waiting[ticket] = (token, now + SECONDS)
        return ticket

    def redeem(self, ticket: str) -> str | None:
        """The token of a ticket, or None when it is unknown, spent or late."""
        with self._lock:
            token, until = self._waiting.pop(ticket, (None, 0.0))
        return token if until > time.monotonic() else None


TICKETS = Tickets()
