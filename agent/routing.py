"""Where a turn goes next. Pure functions of the state."""

from __future__ import annotations

from typing import Literal

from langchain_core.messages import AIMessage

from agent.state import AgentState
from agent.tools.offers import needs_consent


def route_after_screen(state: AgentState) -> Literal["escalate", "fulfil", "reason"]:
    """Danger, or a part that failed, reaches a nurse before any model is asked; an answered offer is carried out."""
    if state.get("alarm"):
        return "escalate"
    return "fulfil" if state.get("answered_offer") else "reason"


def route_after_escalate(state: AgentState) -> Literal["check", "fulfil", "reason"]:
    """Someone in crisis gets the fixed text only: no model is called."""
    seen = state.get("screen")
    if seen is None or seen.crisis != "none":
        return "check"
    return "fulfil" if state.get("answered_offer") else "reason"


def route_after_reason(state: AgentState) -> Literal["consent", "act", "check"]:
    """Calls that change something need a consent; other calls run; without calls the reply is complete."""
    if state.get("error") in ("budget_used_up", "model_unavailable"):
        return "check"
    last = state["messages"][-1]
    calls = last.tool_calls if isinstance(last, AIMessage) else []
    if any(needs_consent(c["name"], c["args"]) for c in calls):
        return "consent"
    return "act" if calls else "check"


def route_after_consent(state: AgentState) -> Literal["act", "reason"]:
    """Calls of the same message that need no consent still run."""
    message = next(m for m in reversed(state["messages"]) if isinstance(m, AIMessage))
    return "act" if any(not needs_consent(c["name"], c["args"]) for c in message.tool_calls) else "reason"
