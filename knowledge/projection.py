"""A learned projection over the sentence encoder that names the finding a clause means.

Sentence vectors (384 numbers) are projected to fewer dimensions in which phrases of one finding lie together, and are
compared with prototypes of each finding and of everyday talk. It names findings only; the level stays with the rules.
The file is made by ``python -m knowledge.projection_training`` from the vocabulary's own phrases.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from knowledge.schema import KNOWLEDGE_DIR, ContentError, read_yaml
from knowledge.schema_triage import FindingDef

PROJECTION_FILE: Final = KNOWLEDGE_DIR / "findings" / "_projection.npz"
EVERYDAY_FILE: Final = KNOWLEDGE_DIR / "findings" / "_everyday.yaml"
WORDINGS_DIR: Final = KNOWLEDGE_DIR / "findings" / "wordings"
EVERYDAY: Final = ""
"""Owner of the prototypes of clauses that tell no finding."""


@dataclass(frozen=True)
class Projection:
    """Weights, prototypes and what they were made from.

    Args:
        weights: Projection matrix, shape (384, d).
        prototypes: Unit vectors, shape (n, d).
        owners: The finding of each prototype, EVERYDAY for none, n long.
        scale: Inverse temperature of the softmax over prototypes.
        vocabulary: Hash of the sentences it was trained on.
    """

    weights: NDArray[np.float32]
    prototypes: NDArray[np.float32]
    owners: tuple[str, ...]
    scale: float
    vocabulary: str

    @property
    def names(self) -> tuple[str, ...]:
        """Each owner once, EVERYDAY among them, in the order in which probabilities are given."""
        return tuple(dict.fromkeys(self.owners))

    def probabilities(self, vectors: NDArray[np.float32]) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        """Names (EVERYDAY among them) and for each row the probability of each, shape (rows, names)."""
        names = self.names
        projected = vectors @ self.weights
        norms = np.linalg.norm(projected, axis=1, keepdims=True)
        logits = self.scale * (projected / np.maximum(norms, 1e-9)) @ self.prototypes.T
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        place = {name: n for n, name in enumerate(names)}
        summed = np.zeros((len(vectors), len(names)), dtype=np.float32)
        for column, owner in enumerate(self.owners):
            summed[:, place[owner]] += weights[:, column]
        return names, summed

    def save(self, path: Path) -> None:
        """Write it, numbers in half precision."""
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                weights=self.weights.astype(np.float16),
                prototypes=self.prototypes.astype(np.float16),
                owners=np.array(self.owners),
                scale=np.array(self.scale),
                vocabulary=np.array(self.vocabulary),
            )


def load_projection(path: Path = PROJECTION_FILE) -> Projection:
    """Read a projection. Raises ContentError when it is missing, damaged or not one."""
    try:
        with np.load(path, allow_pickle=False) as held:
            loaded = Projection(
                weights=held["weights"].astype(np.float32),
                prototypes=held["prototypes"].astype(np.float32),
                owners=tuple(str(o) for o in held["owners"]),
                scale=float(held["scale"]),
                vocabulary=str(held["vocabulary"]),
            )
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
        raise ContentError(
            f"{path.name}: missing or damaged; make it with python -m knowledge.projection_training"
        ) from error
    if loaded.prototypes.shape != (len(loaded.owners), loaded.weights.shape[1]):
        raise ContentError(f"{path.name}: weights and prototypes do not fit together")
    return loaded


def labelled_sentences(findings: Iterable[FindingDef]) -> list[tuple[str, str]]:
    """(sentence, finding) for every phrase, example and label that tells a finding is there."""
    pairs: list[tuple[str, str]] = []
    for finding in findings:
        if finding.semantic == "never":
            continue
        told = (*finding.phrases, *finding.exemplars, finding.patient_label or finding.label)
        pairs += [(text, finding.id) for text in dict.fromkeys(told)]
    return pairs


def load_wordings(findings: Mapping[str, FindingDef], folder: Path = WORDINGS_DIR) -> list[tuple[str, str]]:
    """(clause, finding) written only to train on: other ways to say each finding. Raises ContentError."""
    pairs: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*.yaml")):
        for finding, clauses in read_yaml(path).items():
            if finding not in findings:
                raise ContentError(f"{path.name}: no finding called {finding}")
            if not isinstance(clauses, list) or not all(isinstance(c, str) for c in clauses):
                raise ContentError(f"{path.name}: {finding} needs a list of clauses")
            pairs += [(clause, finding) for clause in clauses]
    return pairs


def training_sentences(findings: Mapping[str, FindingDef]) -> list[tuple[str, str]]:
    """(sentence, finding): the vocabulary's own and those written to train on. Raises ContentError."""
    return list(dict.fromkeys([*labelled_sentences(findings.values()), *load_wordings(findings)]))


def load_everyday(path: Path = EVERYDAY_FILE) -> tuple[str, ...]:
    """Clauses people write around their complaint that tell no finding. Raises ContentError."""
    told = read_yaml(path).get("everyday")
    if not isinstance(told, list) or not all(isinstance(t, str) for t in told):
        raise ContentError(f"{path.name}: expected a list of clauses under everyday")
    return tuple(dict.fromkeys(told))


def vocabulary_hash(pairs: Sequence[tuple[str, str]], everyday: Sequence[str]) -> str:
    """Names what a projection was trained on."""
    lines = [*(f"{owner}\t{text}" for text, owner in pairs), *(f"\t{text}" for text in everyday)]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]
