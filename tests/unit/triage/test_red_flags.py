"""S9, the engine's part: a danger sign is an emergency whatever stands around it, with phrases and meaning both in use.

For every finding that by itself makes an emergency rule of a complaint it opens, its first phrase is put into ten
frames, among them a minimising relative, everyday talk, fillers and a time. No model is involved anywhere.
"""

from __future__ import annotations

import pytest

from agent.triage import PatientFacts, PatientMessage, TriageEngine
from agent.triage.relations import alone_makes_emergency
from agent.triage.rules import build_rulebook
from knowledge.embedding import Encoder
from knowledge.projection import load_projection
from knowledge.schema import Content

FRAMES = [
    "{}", "Hello, {}.", "{} and I am worried", "please help, {}", "{}. It started an hour ago.", "I am new here. {}.",
    "My husband says it is nothing. {}.", "{}. I had toast for breakfast and took the dog out.", "um, so, {}",
    "{} since this morning",
]  # fmt: skip
BATCH = 32


@pytest.fixture(scope="module")
def engine(content: Content, encoder: Encoder) -> TriageEngine:
    return TriageEngine(content, encode=encoder.encode, projection=load_projection(), known_words=encoder.known_words())


def test_every_danger_sign_is_an_emergency_in_ten_frames(engine: TriageEngine, content: Content) -> None:
    signs = sorted(alone_makes_emergency(content, build_rulebook(content)))
    told = [(name, frame.format(content.findings[name].phrases[0])) for name in signs for frame in FRAMES]
    assert len(told) >= 3000
    missed: list[str] = []
    for start in range(0, len(told), BATCH):
        batch = told[start : start + BATCH]
        decisions = engine.assess_many([([PatientMessage(1, text)], PatientFacts()) for _, text in batch])
        missed += [
            f"{name}: {text!r} -> {d.disposition}"
            for (name, text), d in zip(batch, decisions, strict=True)
            if not d.disposition.is_emergency
        ]
    assert not missed, f"{len(missed)} of {len(told)} missed:\n" + "\n".join(missed[:40])
