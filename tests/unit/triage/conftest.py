"""Engines for the tests: one on a vocabulary small enough to read, one on the clinic's real content."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.triage import PatientFacts, PatientMessage, TriageDecision, TriageEngine
from knowledge.embedding import Encoder
from knowledge.expressions import parse
from knowledge.schema import KNOWLEDGE_DIR, Content, build_model, load_content, read_yaml
from knowledge.schema_policies import load_locales, load_policies
from knowledge.schema_triage import FindingDef, Lexicon, Protocol

SMALL = Path(__file__).parent / "content"
Assess = Callable[..., TriageDecision]


def build_small_content() -> Content:
    """The small vocabulary and protocols with the real lexicon."""
    lexicon_file = KNOWLEDGE_DIR / "findings" / "_lexicon.yaml"
    finding_file, protocol_file = SMALL / "findings.yaml", SMALL / "protocols.yaml"
    findings = [build_model(FindingDef, f, finding_file) for f in read_yaml(finding_file)["findings"]]
    protocols = [build_model(Protocol, p, protocol_file) for p in read_yaml(protocol_file)["protocols"]]
    known = {f.id for f in findings}
    assert all(parse(r.when).findings <= known for p in protocols for r in p.rules)
    return Content(
        findings={f.id: f for f in findings},
        lexicon=build_model(Lexicon, read_yaml(lexicon_file), lexicon_file),
        protocols={p.id: p for p in protocols},
        policies=load_policies(KNOWLEDGE_DIR / "policies"),
        locales=load_locales(KNOWLEDGE_DIR / "policies" / "locales"),
        protocol_pack_hash="small",
    )


def assessor(engine: TriageEngine) -> Assess:
    """``assess("text")``, ``assess("first", ("reply", "question.id"))``, with facts by keyword."""

    def assess(*messages: str | tuple[str, str], **facts: object) -> TriageDecision:
        spoken = [PatientMessage(n, *((m, None) if isinstance(m, str) else m)) for n, m in enumerate(messages, start=1)]
        return engine.assess(spoken, PatientFacts(**facts))

    return assess


def polarities(decision: TriageDecision) -> dict[str, bool | None]:
    """Finding ids and whether they are present; what only follows from an absent finding is left out."""
    return {f.id: f.present for f in decision.findings if f.present is not False or f.match != "implied"}


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture(scope="session")
def small_content() -> Content:
    return build_small_content()


@pytest.fixture(scope="session")
def small(small_content: Content, encoder: Encoder) -> Assess:
    return assessor(TriageEngine(small_content, known_words=encoder.known_words()))


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content()


@pytest.fixture(scope="session")
def clinic_engine(content: Content, encoder: Encoder) -> TriageEngine:
    return TriageEngine(content, known_words=encoder.known_words())


@pytest.fixture(scope="session")
def clinic(clinic_engine: TriageEngine) -> Assess:
    return assessor(clinic_engine)
