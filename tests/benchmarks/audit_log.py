"""What appending to and verifying the event log cost, beside a bare durable insert and a bare pass of SHA-256."""

from __future__ import annotations

import hashlib
import sqlite3
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from data.records import open_records

EVENTS = 100_000


def main() -> None:
    """Print appends under 16 writers and the check of a long log, each with its ratio."""
    with tempfile.TemporaryDirectory() as folder:
        records = open_records(Path(folder) / "log.db")
        bare = bare_inserts(Path(folder) / "bare.db")
        waits = appends(records)
        p95 = sorted(waits)[int(len(waits) * 0.95)]
        print(f"append, 16 writers x 250: p50 {statistics.median(waits):.2f} ms, p95 {p95:.2f} ms")
        ratio = statistics.median(waits) / statistics.median(bare)
        print(f"bare durable insert: p50 {statistics.median(bare):.2f} ms; p50 ratio {ratio:.1f}")
        with records.store.write():
            for number in range(EVENTS):
                records.audit.append("note.made", actor="system", payload={"number": number, "text": "x" * 60})
        started = time.perf_counter()
        result = records.audit.verify()
        took = time.perf_counter() - started
        started = time.perf_counter()
        for number in range(EVENTS):
            hashlib.sha256(b"x" * 300 + str(number).encode()).hexdigest()
        floor = time.perf_counter() - started
        print(f"verify {result.events} events, ok {result.ok}: {took:.2f} s; ratio to bare hashing {took / floor:.1f}")


def appends(records) -> list[float]:
    """Milliseconds of each append while sixteen writers compete."""
    waits: list[float] = []

    def write(writer: int) -> None:
        for number in range(250):
            started = time.perf_counter()
            records.audit.append("note.made", actor=f"w{writer}", payload={"number": number})
            waits.append((time.perf_counter() - started) * 1000)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(16)))
    return waits


def bare_inserts(path: Path) -> list[float]:
    """Milliseconds of one-row commits with full durability."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (x TEXT)")
    spent = []
    for number in range(250):
        started = time.perf_counter()
        connection.execute("INSERT INTO t VALUES (?)", (str(number),))
        spent.append((time.perf_counter() - started) * 1000)
    return spent


if __name__ == "__main__":
    main()
