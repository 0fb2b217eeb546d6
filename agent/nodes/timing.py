"""How long each node takes, on the turn's own account."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

from langgraph.runtime import Runtime

from agent.context import RunContext
from agent.state import AgentState


class Node(Protocol):
    """A node: the state and the run's context in, changes to the state out."""

    def __call__(self, state: AgentState, runtime: Runtime[RunContext]) -> dict[str, Any]:
        """Run the node."""
        ...


def timed(name: str) -> Callable[[Node], Node]:
    """Add a node's wall milliseconds to the turn's ledger under ``name``."""

    def decorate(node: Node) -> Node:
        @wraps(node)
        def run(state: AgentState, runtime: Runtime[RunContext]) -> dict[str, Any]:
            started = time.perf_counter()
            try:
                return node(state, runtime)
            finally:
                runtime.context.ledger.add_time(name, started)

        return run

    return decorate
