"""The turn as a graph: recall, screen, (escalate), reason with act and consent, check, record."""

from __future__ import annotations

from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agent import nodes
from agent.context import RunContext
from agent.routing import (
    route_after_consent,
    route_after_escalate,
    route_after_reason,
    route_after_screen,
)
from agent.state import AgentState

STEPS_AROUND = 10
"""Steps of a turn beside the model's: recall, screen, escalate, fulfil, check, record, and some to spare."""


def steps_of_a_turn(model_calls: int) -> int:
    """LangGraph's limit of steps: a consent and an act may follow each model call."""
    return STEPS_AROUND + 3 * (model_calls + 1)


def build_graph() -> CompiledStateGraph[AgentState, RunContext, Any, Any]:
    """The compiled graph. It holds no parts of its own: everything comes with the run's context."""
    graph = StateGraph(AgentState, context_schema=RunContext)
    graph.add_node("recall", nodes.recall)
    graph.add_node("screen", nodes.screen)
    graph.add_node("escalate", nodes.escalate)
    graph.add_node("fulfil", nodes.fulfil)
    graph.add_node("reason", nodes.reason)
    graph.add_node("consent", nodes.consent)
    graph.add_node("act", nodes.act)
    graph.add_node("check", nodes.check)
    graph.add_node("record", nodes.record)

    graph.add_edge(START, "recall")
    graph.add_edge("recall", "screen")
    graph.add_conditional_edges("screen", route_after_screen)
    graph.add_conditional_edges("escalate", route_after_escalate)
    graph.add_edge("fulfil", "reason")
    graph.add_conditional_edges("reason", route_after_reason)
    graph.add_conditional_edges("consent", route_after_consent)
    graph.add_edge("act", "reason")
    graph.add_edge("check", "record")
    graph.add_edge("record", END)
    return graph.compile()
