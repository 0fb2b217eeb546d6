"""database_query: the patient's own records, through named queries only; never SQL from a model."""

from __future__ import annotations

from typing import Any

from langchain_core.tools import tool
from langgraph.prebuilt import ToolRuntime
from pydantic import Field

from agent.context import RunContext
from agent.errors import ToolRefused
from agent.tools.contract import ToolArgs, as_json, known_patient
from data.errors import DataError
from data.queries import QUERIES, run_query

NAME = "database_query"


class QueryArgs(ToolArgs):
    """Which query of the catalogue, with its parameters."""

    name: str = Field(description="One of: " + ", ".join(sorted(QUERIES)))
    params: dict[str, str | int] = Field(default_factory=dict, max_length=6, description="Parameters of the query.")


@tool(NAME, args_schema=QueryArgs)
def database_query(name: str, runtime: ToolRuntime[RunContext, Any], params: dict[str, str | int] | None = None) -> str:
    """Read the patient's own appointments, orders, allergies and so on, by a named query."""
    patient_id = known_patient(runtime)
    if name not in QUERIES:
        raise ToolRefused("There is no query of that name.")
    try:
        rows = run_query(runtime.context.clinic.records.store, name, patient_id, params or {})
    except (DataError, ValueError) as error:
        raise ToolRefused("That query cannot be run with those values.") from error
    return as_json({"rows": rows[:20]})
