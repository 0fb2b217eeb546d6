"""Trains the projection that names findings: ``python -m knowledge.projection_training [--report]``.

Training sentences are the vocabulary's phrases, examples and labels, the phrases also in carrier sentences, and
everyday clauses for "no finding". A quarter of the examples and everyday clauses is first held out to print how often
it is right at each threshold, next to the plain nearest sentence; then everything is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
import typer
from numpy.typing import NDArray

from knowledge.embedding import Encoder
from knowledge.projection import (
    EVERYDAY,
    PROJECTION_FILE,
    Projection,
    load_everyday,
    load_wordings,
    training_sentences,
    vocabulary_hash,
)
from knowledge.schema import Content, load_content

DIMENSIONS: Final = 128
PER_FINDING: Final = 1
FOR_EVERYDAY: Final = 16
SCALE: Final = 25.0
EPOCHS: Final = 20
CARRIERS: Final = (
    "I have {}", "I've had {} since yesterday", "my son has {}", "{} and it is getting worse", "she complains of {}",
    "he noticed {} this morning",
)  # fmt: skip
EVERYDAY_WEIGHT: Final = 25.0
"""A clause without a finding is commoner in a message than any one finding."""
CARRIED_WORDS: Final = 5
"""Longest phrase that is also put into a carrier sentence."""
THRESHOLDS: Final = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True)
class Labelled:
    """Sentences with owner, vectors (n, 384), and the place of the sentence each was made from: mostly its own."""

    texts: tuple[str, ...]
    owners: tuple[str, ...]
    sources: NDArray[np.int64]
    vectors: NDArray[np.float32]

    def take(self, chosen: NDArray[np.bool_]) -> Labelled:
        """The chosen ones."""
        places = np.flatnonzero(chosen)
        return Labelled(
            tuple(self.texts[i] for i in places),
            tuple(self.owners[i] for i in places),
            self.sources[places],
            self.vectors[places],
        )


def label(pairs: Sequence[tuple[str, str]], everyday: Sequence[str], encode: Encode) -> Labelled:
    """All sentences, short phrases once more inside a carrier sentence, encoded: minutes for a large vocabulary."""
    chance = np.random.default_rng(7)
    texts = [t for t, _ in pairs] + list(everyday)
    owners = [o for _, o in pairs] + [EVERYDAY] * len(everyday)
    sources = list(range(len(texts)))
    for place, (text, owner) in enumerate(pairs):
        if len(text.split()) <= CARRIED_WORDS:
            texts.append(CARRIERS[int(chance.integers(len(CARRIERS)))].format(text))
            owners.append(owner)
            sources.append(place)
    return Labelled(tuple(texts), tuple(owners), np.array(sources), encode(texts))


def train(
    pairs: Sequence[tuple[str, str]], everyday: Sequence[str], encode: Encode, *, dimensions: int = DIMENSIONS
) -> Projection:
    """A projection over all these sentences; the same input gives the same result."""
    return _fit(label(pairs, everyday, encode), vocabulary_hash(pairs, everyday), dimensions)


def _fit(labelled: Labelled, vocabulary: str, dimensions: int) -> Projection:
    import torch  # a second of import that only training needs
    from torch.nn import functional

    torch.manual_seed(7)
    names = sorted(set(labelled.owners) | {EVERYDAY})
    place = {name: n for n, name in enumerate(names)}
    slots = [n for name, n in place.items() for _ in range(FOR_EVERYDAY if name == EVERYDAY else PER_FINDING)]
    member = torch.zeros(len(slots), len(names))
    member[torch.arange(len(slots)), torch.tensor(slots)] = 1.0
    x = torch.from_numpy(labelled.vectors)
    y = torch.tensor([place[o] for o in labelled.owners])
    weight = torch.where(y == place[EVERYDAY], EVERYDAY_WEIGHT, 1.0)
    dimensions = min(dimensions, len(x), x.shape[1])
    # Started from the sentences' own main directions, and each finding's prototypes from its mean.
    basis = torch.linalg.svd(x - x.mean(0), full_matrices=False)[2][:dimensions].T
    weights = torch.nn.Parameter(basis.clone())
    means = torch.stack([(x[y == n] if bool((y == n).any()) else x).mean(0) @ basis for n in slots])
    prototypes = torch.nn.Parameter(means + 0.05 * torch.randn(means.shape))
    optimiser = torch.optim.Adam([weights, prototypes], lr=2e-3)
    for _ in range(EPOCHS):
        order = torch.randperm(len(x))
        for start in range(0, len(order), 512):
            batch = order[start : start + 512]
            noisy = x[batch] + 0.03 * torch.randn(len(batch), x.shape[1])
            logits = SCALE * functional.normalize(noisy @ weights, dim=1) @ functional.normalize(prototypes, dim=1).T
            chance = torch.softmax(logits, dim=1) @ member
            likely = torch.log(chance * 0.99 + 0.01 / len(names))
            loss = (functional.nll_loss(likely, y[batch], reduction="none") * weight[batch]).mean()
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
    with torch.no_grad():
        unit = functional.normalize(prototypes, dim=1).numpy()
    return Projection(
        weights=weights.detach().numpy(),
        prototypes=unit,
        owners=tuple(names[n] for n in slots),
        scale=SCALE,
        vocabulary=vocabulary,
    )


def report(content: Content, labelled: Labelled, wordings: frozenset[tuple[str, str]]) -> list[str]:
    """Right and wrong on examples and everyday clauses it was not trained on, as lines of text."""
    examples = {(t, f.id) for f in content.findings.values() for t in f.exemplars} | wordings
    chance = np.random.default_rng(11)
    own = labelled.sources == np.arange(len(labelled.texts))
    told = zip(labelled.texts, labelled.owners, strict=True)
    may = own & np.array([o == EVERYDAY or (t, o) in examples for t, o in told])
    held = may & (chance.random(len(may)) < 0.25)
    kept, tried = labelled.take(~held & ~np.isin(labelled.sources, np.flatnonzero(held))), labelled.take(held)
    names, guess = _fit(kept, "", DIMENSIONS).probabilities(tried.vectors)
    findings = sum(o != EVERYDAY for o in tried.owners)
    lines = [f"{findings} examples, {tried.owners.count(EVERYDAY)} everyday clauses held out"]
    best = [names[n] for n in guess.argmax(axis=1)]
    lines += _table("projection", content, tried.owners, best, guess.max(axis=1))
    likeness = tried.vectors @ kept.vectors.T
    nearest = [kept.owners[n] for n in likeness.argmax(axis=1)]
    return lines + _table("plain nearest", content, tried.owners, nearest, likeness.max(axis=1))


def _table(
    title: str, content: Content, true: Sequence[str], guessed: Sequence[str], sure: NDArray[np.float32]
) -> list[str]:
    lines = [f"{title}: threshold, examples found, of the named ones right, everyday clauses named"]
    findings = sum(t != EVERYDAY for t in true)
    for threshold in THRESHOLDS:
        named = [(t, g) for t, g, s in zip(true, guessed, sure, strict=True) if g != EVERYDAY and s >= threshold]
        right = sum(_same(content, t, g) for t, g in named)
        talk = sum(t == EVERYDAY for t, _ in named)
        lines.append(
            f"  {threshold:.2f}  {100 * right / findings:5.1f} %  {100 * right / max(1, len(named)):5.1f} %  {talk}"
        )
    return lines


def _same(content: Content, true: str, guessed: str) -> bool:
    if true == EVERYDAY:
        return False
    return true == guessed or guessed in content.findings[true].implies or true in content.findings[guessed].implies


def main(
    only_report: Annotated[
        bool, typer.Option("--report", help="Print the held-out figures and write nothing.")
    ] = False,
) -> None:
    """Print the held-out figures, then train on everything and write the file."""
    content = load_content()
    pairs = training_sentences(content.findings)
    everyday = load_everyday()
    labelled = label(pairs, everyday, Encoder().encode)
    for line in report(content, labelled, frozenset(load_wordings(content.findings))):
        typer.echo(line)
    if not only_report:
        _fit(labelled, vocabulary_hash(pairs, everyday), DIMENSIONS).save(PROJECTION_FILE)
        typer.echo(f"{PROJECTION_FILE.name}: {PROJECTION_FILE.stat().st_size // 1024} KB, {len(pairs)} sentences")


if __name__ == "__main__":
    typer.run(main)
