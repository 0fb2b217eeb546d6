"""Triage by rules: what a patient wrote, as findings of a vocabulary, judged by protocols that are data.

Nothing here knows a language model, a database, a clock or a file.
"""

from agent.triage.engine import TriageEngine
from agent.triage.types import (
    Choice,
    Encode,
    Explanation,
    Finding,
    FiredRule,
    NextQuestion,
    PatientFacts,
    PatientMessage,
    SourceRef,
    TriageDecision,
)

__all__ = [
    "Choice",
    "Encode",
    "Explanation",
    "Finding",
    "FiredRule",
    "NextQuestion",
    "PatientFacts",
    "PatientMessage",
    "SourceRef",
    "TriageDecision",
    "TriageEngine",
]
