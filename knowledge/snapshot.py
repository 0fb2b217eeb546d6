"""Index snapshots on disk: written whole, named by content, checked byte for byte before use.

A folder of snapshots holds one directory a snapshot and a file CURRENT, which names the one in use and the SHA-256 of
its manifest; the manifest carries the SHA-256 of every other file. FAISS itself loads damaged files without a word.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.errors import IndexCorrupt, IndexMismatch, IndexMissing

FORMAT: Final = 1
CURRENT: Final = "CURRENT"
MANIFEST: Final = "manifest.json"

_POINTER = re.compile(r"\A(?P<id>ix-[0-9a-f]{20}) (?P<sha256>[0-9a-f]{64})\n\Z")


class Snapshot(BaseModel):
    """The manifest of one index: what it was built from and what its files must be."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    format: int
    snapshot_id: str
    encoder: str
    dimension: int
    chunks: int
    documents: dict[str, str]
    """Document id to SHA-256 of the document."""
    files: dict[str, str]
    """File name to SHA-256 of its bytes."""

    @property
    def id(self) -> str:
        """The snapshot's name, for records and citations."""
        return self.snapshot_id


def sha256(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def snapshot_id_of(documents: Mapping[str, str], chunks: bytes, encoder: str) -> str:
    """Name an index by its documents' hashes, its passages and its encoder: same content, same name."""
    parts = [FORMAT, dict(documents), sha256(chunks), encoder]
    return "ix-" + sha256(json.dumps(parts, sort_keys=True, separators=(",", ":")).encode())[:20]


def write_snapshot(
    folder: Path,
    files: Mapping[str, bytes],
    *,
    snapshot_id: str,
    encoder: str,
    dimension: int,
    chunks: int,
    documents: Mapping[str, str],
) -> Snapshot:
    """Write a snapshot and make it the current one. A crash at any point leaves the old one in use."""
    snapshot = Snapshot(
        format=FORMAT,
        snapshot_id=snapshot_id,
        encoder=encoder,
        dimension=dimension,
        chunks=chunks,
        documents=dict(documents),
        files={name: sha256(content) for name, content in files.items()},
    )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    manifest = snapshot.model_dump_json(indent=1).encode()
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _place(folder, snapshot_id, {**files, MANIFEST: manifest})
        pointer = folder / f".{CURRENT}-new"
        _write_durably(pointer, f"{snapshot_id} {sha256(manifest)}\n".encode())
        pointer.replace(folder / CURRENT)
        _sync_directory(folder)
    return snapshot


def read_snapshot(folder: Path) -> tuple[Snapshot, dict[str, bytes]]:
    """Read the current snapshot and check every byte. What is returned is what was checked.

    Raises:
        IndexMissing: no CURRENT file, or a file is gone.
        IndexCorrupt: a file differs from what was written.
        IndexMismatch: another format of index.
    """
    pointer = _POINTER.match(_read(folder / CURRENT, "the index").decode("ascii", errors="replace"))
    if pointer is None:
        raise IndexCorrupt("The index's CURRENT file is damaged. Build the index again.")
    directory = folder / pointer["id"]
    manifest = _read(directory / MANIFEST, MANIFEST)
    if sha256(manifest) != pointer["sha256"]:
        raise IndexCorrupt(f"The index's {MANIFEST} is not the one that was written. Build the index again.")
    try:
        snapshot = Snapshot.model_validate_json(manifest)
    except ValidationError as error:
        raise IndexMismatch("The index was written by another version of Prelude. Build it again.") from error
    if snapshot.format != FORMAT or snapshot.snapshot_id != pointer["id"]:
        raise IndexMismatch("The index was written by another version of Prelude. Build it again.")
    files: dict[str, bytes] = {}
    for name, expected in snapshot.files.items():
        files[name] = _read(directory / name, name)
        if sha256(files[name]) != expected:
            raise IndexCorrupt(f"The index's file {name} is not the one that was written. Build the index again.")
    return snapshot, files


def _place(folder: Path, snapshot_id: str, files: Mapping[str, bytes]) -> None:
    target = folder / snapshot_id
    # A whole snapshot of this name is left alone, so that a reader in the middle of it is not disturbed.
    if target.exists() and all((target / n).is_file() and (target / n).read_bytes() == c for n, c in files.items()):
        return
    staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=folder))
    try:
        for name, content in files.items():
            _write_durably(staging / name, content)
        _sync_directory(staging)
        shutil.rmtree(target, ignore_errors=True)
        staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _read(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise IndexMissing(f"Not found: {name}. Build the index first.") from error
    except OSError as error:
        raise IndexCorrupt(f"Cannot be read: {name}.") from error


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
