"""A stand-in for a language model behind the OpenAI protocol: it looks at the request's messages and picks a reply."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Fault = Literal[
    "hang", "drip", "http_400", "http_401", "http_404", "http_429", "http_500", "http_503", "reset", "cut_text",
    "no_finish", "length", "garbage_sse", "error_event", "garbage_tool_json", "cut_tool_json", "unknown_tool",
    "empty", "loop",
]  # fmt: skip
"""Ways a server goes wrong. "drip" keeps the connection alive without saying anything; "loop" calls a tool for ever."""


@dataclass(frozen=True)
class ScriptedReply:
    """What the server answers: text, tool calls as (name, args), or a fault."""

    text: str = ""
    calls: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    fault: Fault | None = None
    finish_reason: str = field(default="")


def sensible_brain(request: Mapping[str, Any]) -> ScriptedReply:
    """Behave as an instruction-following model does with the seven tools: look things up, act on ids, then answer."""
    messages: Sequence[Mapping[str, Any]] = request.get("messages", [])
    tools = {t["function"]["name"] for t in request.get("tools", [])}
    last = max((i for i, m in enumerate(messages) if m["role"] == "user"), default=-1)
    said = _content(messages[last]).lower() if last >= 0 else ""
    names, results = _results(messages[last + 1 :])
    if names or results:
        return _after_results(said, results, tools)
    return _first_calls(said, tools)


def _first_calls(said: str, tools: set[str]) -> ScriptedReply:
    calls: list[tuple[str, Mapping[str, Any]]] = []
    if re.search(r"hurt|pain|ache|burn|fever|cough|sick|breath|bleed|rash|dizz", said):
        calls += [("triage_and_risk_flagging", {}), ("retrieve_knowledge_base", {"query": said[:200], "k": 3})]
    if re.search(r"book|appointment", said):
        day = "tomorrow" if "tomorrow" in said else "this_week"
        calls.append(("referrals_and_scheduling", {"action": "search", "on": day}))
    if "thermometer" in said:
        calls.append(("commodity_orders_and_fulfillment", {"action": "search", "query": "thermometer"}))
    if "paracetamol" in said:
        calls.append(("pharmacy_orders_and_fulfillment", {"action": "search", "query": "paracetamol"}))
    if re.search(r"my (?:allergies|record)", said):
        calls.append(("database_query", {"name": "my_allergies", "params": {}}))
    known = tuple(c for c in calls if c[0] in tools)
    return ScriptedReply(calls=known) if known else ScriptedReply("Hello. Tell me what is wrong, and I will help.")


def _after_results(said: str, results: Sequence[tuple[str, Mapping[str, Any]]], tools: set[str]) -> ScriptedReply:
    acted = any(r.get("status") for _, r in results)
    calls: list[tuple[str, Mapping[str, Any]]] = []
    for name, result in results:
        free = result.get("slots") or result.get("next_possible")
        if name == "referrals_and_scheduling" and free and not acted:
            calls.append((name, {"action": "book", "slot_id": free[0]["slot_id"], "reason": said[:100]}))
        elif (
            name in ("commodity_orders_and_fulfillment", "pharmacy_orders_and_fulfillment")
            and result.get("items")
            and not acted
        ):
            calls.append((name, {"action": "place", "item_id": result["items"][0]["item_id"], "quantity": 1}))
    if calls and {name for name, _ in calls} <= tools:
        return ScriptedReply(calls=tuple(calls))
    sentences = ["Thank you for telling me."]
    for _, result in results:
        receipt = result.get("receipt")
        if isinstance(receipt, dict):
            sentences.append(str(receipt["text"]))
    if any(r.get("status") == "awaiting_consent" for _, r in results):
        sentences.append("Below is what I can offer you; it waits for your yes.")
    return ScriptedReply(" ".join(sentences))


def _results(messages: Sequence[Mapping[str, Any]]) -> tuple[dict[str, str], list[tuple[str, Mapping[str, Any]]]]:
    names = {c["id"]: c["function"]["name"] for m in messages for c in m.get("tool_calls") or ()}
    results = []
    for message in messages:
        if message["role"] == "tool":
            try:
                value = json.loads(_content(message))
            except ValueError:
                value = {}
            results.append((names.get(message["tool_call_id"], ""), value if isinstance(value, dict) else {}))
    return names, results


def _content(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else " ".join(str(part.get("text", "")) for part in content)
