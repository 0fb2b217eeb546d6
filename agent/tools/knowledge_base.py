"""retrieve_knowledge_base: passages of the clinic's own guidelines."""

from __future__ import annotations

from typing import Any

from langchain_core.tools import tool
from langgraph.prebuilt import ToolRuntime
from pydantic import Field

from agent.context import RunContext
from agent.safety.fencing import fence_untrusted
from agent.tools.contract import ToolArgs, as_json
from knowledge.errors import KnowledgeError

NAME = "retrieve_knowledge_base"


class SearchArgs(ToolArgs):
    """What to look for."""

    query: str = Field(min_length=2, description="What to look up, in plain words.")
    k: int = Field(4, ge=1, le=8, description="How many passages.")


@tool(NAME, args_schema=SearchArgs)
def retrieve_knowledge_base(query: str, runtime: ToolRuntime[RunContext, Any], k: int = 4) -> str:
    """Find passages of the clinic's guidelines. Cite a passage as [n]; without a passage make no guideline claim."""
    context = runtime.context
    try:
        found = context.clinic.library.search(query, k, audience="patient")
    except KnowledgeError:
        return as_json({"passages": [], "note": "the guidelines cannot be searched just now"})
    if not found:
        return as_json({"passages": [], "note": "nothing found"})
    numbers = context.ledger.number_passages(found)
    return as_json(
        {
            "passages": [
                {
                    "n": n,
                    "id": p.id,
                    "title": p.title,
                    "section": p.section,
                    "text": fence_untrusted(p.text, "guideline"),
                    "score": round(float(p.score), 3),
                    "source": p.source,
                }
                for n, p in zip(numbers, found, strict=True)
            ]
        }
    )
