"""How the abstention floor of the guideline search fits its questions: `python -m tests.benchmarks.search_floor`.

The fit uses the tuned half only. The blind half is for reading figures, not for choosing numbers by.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from knowledge import search
from knowledge.embedding import Encoder
from knowledge.index import KnowledgeIndex
from knowledge.ingest import CORPUS_DIR

QUESTIONS = Path(__file__).parents[1] / "unit" / "knowledge" / "questions"
ON_REVIEW_DAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Evidence:
    """(cosine, coverage) of the best right passages and of the nearest passages of questions without an answer."""

    right: NDArray[np.float64]
    wrong: NDArray[np.float64]


def load_questions(half: str) -> list[tuple[str, list[str]]]:
    """Questions of one half with the documents that answer each."""
    rows = yaml.safe_load((QUESTIONS / f"{half}.yaml").read_text(encoding="utf-8"))["questions"]
    return [(row["text"], row["documents"]) for row in rows]


def gather(searcher: search.Searcher, half: str) -> Evidence:
    """Evidence of one half, before any floor."""
    right, wrong = [], []
    for question, documents in load_questions(half):
        candidates = searcher.candidates(*searcher.understood(question), "patient")
        by_score = sorted(candidates, key=lambda c: -search.relevance(c.cosine, c.coverage))
        pairs = [(c.cosine, c.coverage, searcher.document_of(c)) for c in by_score]
        if documents:
            right += [pair[:2] for pair in pairs if pair[2] in documents][:1]
        else:
            wrong += [pair[:2] for pair in pairs[:3]]
    return Evidence(np.array(right), np.array(wrong))


def fit(evidence: Evidence, coverage_weight: float) -> tuple[float, float]:
    """Bias and cosine weight of the logistic curve for a given word weight; both groups weigh the same."""
    data = np.vstack([evidence.right, evidence.wrong])
    wanted = np.r_[np.ones(len(evidence.right)), np.zeros(len(evidence.wrong))]
    weight = np.where(wanted == 1, 1 / len(evidence.right), 1 / len(evidence.wrong)) * len(wanted) / 2
    columns, offset, ridge = np.c_[np.ones(len(data)), data[:, 0]], coverage_weight * data[:, 1], np.diag([1e-9, 0.02])
    found = np.zeros(2)
    for _ in range(100):
        chance = 1 / (1 + np.exp(-(columns @ found + offset)))
        slope = columns.T @ (weight * (chance - wanted)) + ridge @ found
        curve = (columns * (weight * chance * (1 - chance))[:, None]).T @ columns + ridge
        found -= np.linalg.solve(curve, slope)
    return float(found[0]), float(found[1])


def figures(searcher: search.Searcher, half: str) -> str:
    """One line: right document first, right document shown, nothing said where nothing is known."""
    first = shown = answered = silent = without = 0
    for question, documents in load_questions(half):
        found = [passage.doc_id for passage in searcher.search(question)]
        if documents:
            answered += 1
            first += bool(found) and found[0] in documents
            shown += any(doc_id in documents for doc_id in found)
        else:
            without += 1
            silent += not found
    return f"{half}: right first {first}/{answered}, right shown {shown}/{answered}, nothing found {silent}/{without}"


def main() -> int:
    """Build an index of the present corpus, print the fit and both halves."""
    encoder = Encoder()
    with tempfile.TemporaryDirectory() as folder:
        KnowledgeIndex.build(CORPUS_DIR, encoder, Path(folder))
        searcher = search.Searcher(KnowledgeIndex.load(Path(folder), encoder), encoder, today=lambda: ON_REVIEW_DAY)
    bias, cosine = fit(gather(searcher, "tuned"), search.COVERAGE_WEIGHT)
    lines = [
        f"fit on tuned: bias {bias:.2f}, cosine weight {cosine:.2f} (in use {search.BIAS}, {search.COSINE_WEIGHT})",
        *(figures(searcher, half) for half in (sys.argv[1:] or ["tuned", "blind"])),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
