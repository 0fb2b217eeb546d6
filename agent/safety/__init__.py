"""Safety without a model: what comes in is screened, what goes out is checked, fixed texts are chosen by code.

Pure: no LLM, no database, no files. Policies arrive as values (knowledge.schema_policies.load_policies).
"""

from agent.safety.fencing import fence_untrusted
from agent.safety.gate import OutputGate, gate_or_block
from agent.safety.screen import InputScreen, InputScreener
from agent.safety.splitter import SentenceSplitter, split_sentences
from agent.safety.templates import Templates
from agent.safety.verdict import GateContext, Verdict, Violation

__all__ = [
    "GateContext",
    "InputScreen",
    "InputScreener",
    "OutputGate",
    "SentenceSplitter",
    "Templates",
    "Verdict",
    "Violation",
    "fence_untrusted",
    "gate_or_block",
    "split_sentences",
]
