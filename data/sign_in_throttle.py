"""How often a password may be guessed.

Every evaluated try counts for an hour, per account name (known or not) and over all names together; beyond the free
tries each further one locks for twice as long. By the arithmetic of the constants at most 13 wrong tries an hour are
evaluated for one name, below the 20 asked for, and a success does not hand an attacker new free tries.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.canonical import canonical_json, sha256_hex
from data.clock import Clock, from_text, to_text
from data.store import Store

_WINDOW = timedelta(hours=1)
_CLOCK_SLACK = timedelta(minutes=1)  # tries further in the future come from a clock since set back: no lock for days
_EVERYBODY = "everybody"


@dataclass(frozen=True)
class _Limit:
    free: int
    first_lock_s: float
    longest_lock_s: float

    def locked_until(self, tries: list[datetime]) -> datetime | None:
        beyond = len(tries) - self.free
        if beyond < 0:
            return None
        seconds = min(self.first_lock_s * 2.0 ** min(beyond, 30), self.longest_lock_s)
        return max(tries) + timedelta(seconds=seconds)


_PER_NAME = _Limit(free=5, first_lock_s=15, longest_lock_s=3600)
# Somebody who tries one password on many names slows everybody down; a minute at most, so the clinic still opens.
_OVER_ALL = _Limit(free=100, first_lock_s=1, longest_lock_s=60)


@dataclass(frozen=True)
class Attempt:
    """A try that may be evaluated, counted already."""

    keys: tuple[str, str]
    at: str


class SignInThrottle:
    """Counts tries in the database, so that a restart or a second process forgets none."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def admit(self, name: str) -> Attempt | None:
        """Count a try and let it be evaluated; None while locked. Counted first: parallel tries cannot slip through."""
        keys = (sha256_hex(name), _EVERYBODY)
        with self._store.write():
            now = self._clock()
            tries = {key: self._tries(key, now) for key in keys}
            for key, limit in zip(keys, (_PER_NAME, _OVER_ALL), strict=True):
                until = limit.locked_until(tries[key])
                if until is not None and now < until:
                    return None
            for key in keys:
                self._save(key, [*tries[key], now])
        return Attempt(keys, to_text(now))

    def forgive(self, attempt: Attempt) -> None:
        """Take back the one try that turned out right."""
        now = self._clock()
        with self._store.write():
            for key in attempt.keys:
                tries = self._tries(key, now)
                at = from_text(attempt.at)
                if at in tries:
                    tries.remove(at)
                self._save(key, tries)

    def _tries(self, key: str, now: datetime) -> list[datetime]:
        row = self._store.row("SELECT evaluated_at FROM sign_in_throttles WHERE throttle_key = ?", (key,))
        moments = [from_text(text) for text in json.loads(row["evaluated_at"])] if row else []
        return [moment for moment in moments if -_CLOCK_SLACK < now - moment < _WINDOW]

    def _save(self, key: str, tries: list[datetime]) -> None:
        if not tries:
            self._store.execute("DELETE FROM sign_in_throttles WHERE throttle_key = ?", (key,))
            return
        self._store.execute(
            "INSERT INTO sign_in_throttles (throttle_key, evaluated_at) VALUES (?, ?)"
            " ON CONFLICT (throttle_key) DO UPDATE SET evaluated_at = excluded.evaluated_at",
            (key, canonical_json([to_text(moment) for moment in tries])),
        )
