"""Where a turn goes next."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from agent.graph import build_graph, steps_of_a_turn
from agent.routing import route_after_consent, route_after_escalate, route_after_reason, route_after_screen
from agent.safety.screen import InputScreen

OFFER = {"offer_id": "o"}


@pytest.mark.parametrize(
    ("alarm", "offer", "goes"),
    [(True, None, "escalate"), (True, OFFER, "escalate"), (False, OFFER, "fulfil"), (False, None, "reason")],
)
def test_after_the_screen(alarm: bool, offer: dict[str, Any] | None, goes: str) -> None:
    assert route_after_screen({"alarm": alarm, "answered_offer": offer}) == goes


@pytest.mark.parametrize(
    ("seen", "offer", "goes"),
    [
        (None, None, "check"),
        (None, OFFER, "check"),
        (InputScreen("explicit"), None, "check"),
        (InputScreen("possible"), OFFER, "check"),
        (InputScreen("none"), OFFER, "fulfil"),
        (InputScreen("none"), None, "reason"),
        (InputScreen("none", injection=True), None, "reason"),
    ],
)
def test_after_an_escalation(seen: InputScreen | None, offer: dict[str, Any] | None, goes: str) -> None:
    assert route_after_escalate({"screen": seen, "answered_offer": offer}) == goes


def call(name: str, **args: Any) -> dict[str, Any]:
    return {"name": name, "args": args, "id": f"{name}{args}", "type": "tool_call"}


READ = call("triage_and_risk_flagging")
LOOK = call("commodity_orders_and_fulfillment", action="search", query="x")
ORDER = call("commodity_orders_and_fulfillment", action="place", item_id="x")
REFER = call("referrals_and_scheduling", action="refer", service="x")
ODD = call("commodity_orders_and_fulfillment", action=["place"])
UNKNOWN = call("no_such_tool", action="place")


@pytest.mark.parametrize(
    ("calls", "after_reason", "after_consent"),
    [
        ([], "check", None),
        ([READ], "act", None),
        ([READ, LOOK], "act", None),
        ([ORDER], "consent", "reason"),
        ([REFER, ORDER], "consent", "reason"),
        ([READ, ORDER], "consent", "act"),
        ([ODD], "act", None),
        ([UNKNOWN], "act", None),
    ],
)
def test_after_the_model(calls: list[Any], after_reason: str, after_consent: str | None) -> None:
    message = AIMessage("", tool_calls=calls)
    assert route_after_reason({"messages": [HumanMessage("hi"), message]}) == after_reason
    if after_consent:
        answered = [ToolMessage("{}", tool_call_id=c["id"]) for c in calls]
        assert route_after_consent({"messages": [HumanMessage("hi"), message, *answered]}) == after_consent


@pytest.mark.parametrize("error", ["budget_used_up", "model_unavailable"])
def test_a_turn_without_a_model_ends(error: str) -> None:
    assert route_after_reason({"messages": [AIMessage("", tool_calls=[READ])], "error": error}) == "check"
    assert route_after_reason({"messages": [AIMessage("", tool_calls=[READ])], "error": "chart_unavailable"}) == "act"


def test_the_graph_reads_as_its_diagram() -> None:
    edges = {(e.source, e.target) for e in build_graph().get_graph().edges}
    assert ("__start__", "recall") in edges and ("record", "__end__") in edges
    assert {t for s, t in edges if s == "screen"} == {"escalate", "fulfil", "reason"}
    assert {t for s, t in edges if s == "reason"} == {"consent", "act", "check"}
    assert {s for s, t in edges if t == "record"} == {"check"}


@pytest.mark.parametrize("calls", [1, 8, 20])
def test_the_step_limit_holds_every_turn_within_the_budget(calls: int) -> None:
    longest = ["recall", "screen", "escalate", "fulfil"] + ["reason", "consent", "act"] * calls
    longest += ["reason", "check", "record"]
    assert steps_of_a_turn(calls) > len(longest)
