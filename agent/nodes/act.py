"""Act: the model's tool calls, in parallel, each with fixed words for every failure."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, cast

import structlog
from langchain_core.messages import AIMessage, ToolMessage
from langgraph.config import get_config
from langgraph.prebuilt import ToolNode
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.runtime import Runtime
from langgraph.types import Command

from agent.context import RunContext
from agent.errors import ToolRefused
from agent.events import ToolFinished, ToolStarted
from agent.nodes.escalate import alert_nurses
from agent.nodes.screen import notify
from agent.state import AgentState
from agent.tools import TOOLS
from agent.tools.contract import as_json
from agent.tools.offers import needs_consent
from knowledge.levels import worst

log = structlog.get_logger(__name__)
LABELS = {
    "triage_and_risk_flagging": "Checking how urgent this is",
    "retrieve_knowledge_base": "Reading the clinic's guidelines",
    "ehr_lookup": "Looking at your record",
    "commodity_orders_and_fulfillment": "Checking supplies",
    "pharmacy_orders_and_fulfillment": "Checking the pharmacy",
    "referrals_and_scheduling": "Looking at appointments",
    "database_query": "Looking up your details",
}
REFUSED = "This call cannot be run."


def act(state: AgentState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Run every call of the last model message that needs no consent; notice a level the model raised."""
    context = runtime.context
    started = time.perf_counter()
    message = next(m for m in reversed(state["messages"]) if isinstance(m, AIMessage))
    calls = [c for c in message.tool_calls if not needs_consent(c["name"], c["args"])]
    room = context.clinic.settings.max_tool_calls - len(context.ledger.tool_calls)
    allowed, beyond = calls[: max(room, 0)], calls[max(room, 0) :]
    answers: list[Any] = []
    if allowed:
        run = dict(state) | {"messages": [AIMessage("", tool_calls=allowed)]}
        answers += TOOL_NODE.invoke(run, get_config())["messages"]
    answers += [_answer(c, {"status": "error", "message": "No more calls in this turn."}) for c in beyond]
    latched = worst(state.get("latched"), context.ledger.raised)
    if context.ledger.raised and notify(context, before=state.get("latched"), after=latched):
        alert_nurses(context, state, latched)
    context.ledger.add_time("act", started)
    return {"messages": answers, "latched": latched, "tool_calls": list(context.ledger.tool_calls)}


def _guarded(request: ToolCallRequest, execute: Callable[[ToolCallRequest], ToolMessage | Command[Any]]) -> ToolMessage:
    """Run one call: announced, timed, recorded; a failure becomes fixed text without arguments or internals."""
    call, context = request.tool_call, cast("RunContext", request.runtime.context)
    label = LABELS.get(call["name"], "Working on it")
    context.emit(ToolStarted(call["name"], label))
    started = time.perf_counter()
    result: dict[str, Any]
    try:
        answer = execute(request)
        content = answer.content if isinstance(answer, ToolMessage) else ""
        failed = not isinstance(answer, ToolMessage) or answer.status == "error"
        result = {"status": "error", "message": REFUSED} if failed else json.loads(str(content))
    except ToolRefused as refusal:
        result = {"status": "error", "message": str(refusal)}
    except Exception as error:  # the tool's edge: whatever broke, the model reads fixed words and the turn goes on
        log.error("tool_failed", tool=call["name"], kind=type(error).__name__)
        result = {"status": "error", "message": REFUSED}
    ok = result.get("status") != "error"
    spent = round((time.perf_counter() - started) * 1000, 3)
    context.ledger.add_call({"name": call["name"], "args": dict(call["args"]), "result": result, "ok": ok, "ms": spent})
    context.emit(ToolFinished(call["name"], label, ok, spent))
    return _answer(call, result)


def _answer(call: Any, result: dict[str, Any]) -> ToolMessage:
    return ToolMessage(as_json(result), tool_call_id=str(call["id"]), name=call["name"])


def _reraise(error: Exception) -> str:
    """Let the guard see every failure; ToolNode's own words would echo arguments."""
    raise error


TOOL_NODE = ToolNode(list(TOOLS), handle_tool_errors=_reraise, wrap_tool_call=_guarded)
