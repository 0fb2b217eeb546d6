"""What can go wrong with stored knowledge, in plain words. The texts hold no patient data and no absolute path."""

from __future__ import annotations


class KnowledgeError(Exception):
    """The clinic's knowledge cannot be used as it stands."""


class EncoderUnavailable(KnowledgeError):
    """The sentence encoder's files are missing or are not the ones this code was calibrated on."""


class CorpusError(KnowledgeError):
    """A guideline document is not valid. The text names the file and the field."""


class SnapshotError(KnowledgeError):
    """An index snapshot cannot be trusted. Search must answer "not available", never guess."""


class IndexMissing(SnapshotError):
    """There is no index, or a file of it is gone."""


class IndexCorrupt(SnapshotError):
    """A file of the index is not the one that was written."""


class IndexMismatch(SnapshotError):
    """The index is whole, but belongs to another encoder, format or set of documents."""
