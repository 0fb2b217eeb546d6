"""Record: the whole turn in one durable row, and the nurse's case brought up to date."""

from __future__ import annotations

from typing import Any

from langgraph.runtime import Runtime

from agent.case_file import open_case
from agent.context import RunContext
from agent.nodes.speak import citation
from agent.nodes.timing import timed
from agent.state import AgentState
from knowledge.levels import Disposition, worst


@timed("record")
def record(state: AgentState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Gather what the interaction row takes; the manager commits it when the graph has ended."""
    context = runtime.context
    decision, latched = state.get("decision"), state.get("latched")
    level = worst(latched, decision.disposition if decision else None) or Disposition.UNABLE_TO_ASSESS
    # A second message that nobody understood is a nurse's to read, whatever it was about.
    if decision is None or decision.about_health or latched is not None or context.turn_number > 1:
        open_case(context, decision, level)
    return {
        "passages": [citation(n, context) for n in range(1, len(context.ledger.passages) + 1)],
        "tool_calls": list(context.ledger.tool_calls),
    }
