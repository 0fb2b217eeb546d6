"""The anchor: a few lines outside the database that say how far the log had come, and with which hash.

A chain alone cannot show that its end was cut off, that its tail was written anew, or that the whole file was replaced.
Keep the anchor where whoever can write the database cannot, or copy it off the machine.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from data.canonical import canonical_json


@dataclass(frozen=True)
class AnchorLine:
    """The log held `seq` events, the last with `hash`, at the moment `at`."""

    seq: int
    hash: str
    at: str


class AnchorFile:
    """JSON lines, appended and flushed to disk. Many threads that anchor at once share one line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._offering = threading.Lock()  # its own, so that an offer never waits for the disk
        self._newest: AnchorLine | None = None
        self._written_seq = -1

    def offer(self, line: AnchorLine) -> None:
        """Tell of a committed state. Cheap; `write` puts the newest one offered on disk."""
        with self._offering:
            if self._newest is None or line.seq > self._newest.seq:
                self._newest = line

    def write(self) -> None:
        """Append the newest offered line unless it, or a later one, is on disk already.

        Raises:
            OSError: the file cannot be written.
        """
        with self._lock:
            line = self._newest
            if line is None or line.seq <= self._written_seq:
                return
            append_line(self.path, line)
            self._written_seq = line.seq


def append_line(path: Path, line: AnchorLine) -> None:
    """Append one line and wait until it is on disk. A torn last line, left by a power cut, is cut off first."""
    text = canonical_json({"seq": line.seq, "hash": line.hash, "at": line.at}) + "\n"
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.lseek(descriptor, _end_of_whole_lines(descriptor), os.SEEK_SET)
        os.write(descriptor, text.encode("utf-8"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load_anchor(path: Path) -> list[AnchorLine]:
    """All whole lines, oldest first. A torn last line was never acknowledged and is left out.

    Raises:
        OSError: no such file, or it cannot be read.
        ValueError: a line is not an anchor line.
    """
    whole, newline, _torn = path.read_text(encoding="utf-8").rpartition("\n")
    return [_parse(line) for line in whole.split("\n")] if newline else []


def _parse(line: str) -> AnchorLine:
    value = json.loads(line)
    if not isinstance(value, dict) or set(value) != {"seq", "hash", "at"} or type(value["seq"]) is not int:
        raise ValueError("not an anchor line")
    return AnchorLine(seq=value["seq"], hash=str(value["hash"]), at=str(value["at"]))


def _end_of_whole_lines(descriptor: int) -> int:
    size = os.lseek(descriptor, 0, os.SEEK_END)
    if size == 0:
        return 0
    start = max(0, size - 4096)
    tail = os.pread(descriptor, size - start, start)
    if tail.endswith(b"\n"):
        return size
    end = start + tail.rfind(b"\n") + 1 if b"\n" in tail else start
    os.ftruncate(descriptor, end)
    return end
