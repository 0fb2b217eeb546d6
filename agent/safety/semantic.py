"""The second net of the self-harm screen: sentences no rule knows, judged by their meaning.

A ridge regression on the sentence vectors of our own example phrases, solved once on first use (about 700 x 384
numbers). The examples are data, so the judgement changes with them and with nothing else. It can only add "possible".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.schema_policies import CrisisPolicy

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Unit vectors of texts, shape (n, d)."""

MIN_WORDS = 3
# Chosen on our own tuned sentences: smaller fits single words, larger loses rare wordings.
RIDGE = 1.0


class SemanticNet:
    """Scores clauses: +1 is like the exemplars of despair, -1 like the harmless ones."""

    def __init__(self, policy: CrisisPolicy, encode: Encode) -> None:
        self._encode = encode
        self._policy = policy
        self._weights: NDArray[np.float64] | None = None

    def alarms(self, clauses: Sequence[str]) -> str | None:
        """The clause with the highest score when it reaches the policy's floor; else None."""
        long_enough = [clause for clause in clauses if len(clause.split()) >= MIN_WORDS]
        if not long_enough:
            return None
        scores = _with_bias(self._encode(long_enough)) @ self._fitted()
        best = int(np.argmax(scores))
        return long_enough[best] if scores[best] >= self._policy.semantic_floor else None

    def _fitted(self) -> NDArray[np.float64]:
        if self._weights is None:
            despair = self._encode(self._policy.exemplars)
            harmless = self._encode(self._policy.counter_exemplars)
            known = _with_bias(np.vstack([despair, harmless]))
            wanted = np.concatenate([np.ones(len(despair)), -np.ones(len(harmless))])
            self._weights = np.linalg.solve(known.T @ known + RIDGE * np.eye(known.shape[1]), known.T @ wanted)
        return self._weights


def _with_bias(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.hstack([vectors.astype(np.float64), np.ones((len(vectors), 1))])
