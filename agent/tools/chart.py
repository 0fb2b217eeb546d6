"""ehr_lookup: the de-identified chart summary of this session's patient."""

from __future__ import annotations

from typing import Any

from langchain_core.tools import tool
from langgraph.prebuilt import ToolRuntime

from agent.context import RunContext
from agent.tools.contract import ToolArgs, as_json

NAME = "ehr_lookup"


class ChartArgs(ToolArgs):
    """No arguments: the patient is the session's."""


@tool(NAME, args_schema=ChartArgs)
def ehr_lookup(runtime: ToolRuntime[RunContext, Any]) -> str:
    """Read the patient's chart summary: age, conditions, medicines, allergies, recent measurements. No names."""
    chart = runtime.state.get("chart") or {}
    return as_json({"available": bool(chart), **chart})
