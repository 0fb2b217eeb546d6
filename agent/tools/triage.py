"""triage_and_risk_flagging: the engine's decision, as the model reads it. The model may raise it, never lower it."""

from __future__ import annotations

from typing import Any

from langchain_core.tools import tool
from langgraph.prebuilt import ToolRuntime
from pydantic import Field

from agent.context import Clinic, RunContext
from agent.tools.contract import ToolArgs, as_json
from agent.triage.types import TriageDecision
from knowledge.levels import Disposition, worst

NAME = "triage_and_risk_flagging"


class TriageArgs(ToolArgs):
    """Nothing is needed; a model that sees more danger than the engine may say so."""

    raise_to: Disposition | None = Field(None, description="A more urgent level, only if you see danger it missed.")
    reason: str | None = Field(None, description="Why, in the patient's words.")


@tool(NAME, args_schema=TriageArgs)
def triage_and_risk_flagging(
    runtime: ToolRuntime[RunContext, Any], raise_to: Disposition | None = None, reason: str | None = None
) -> str:
    """Rate the urgency of everything the patient said so far: level, red flags, why, and the next question."""
    decision: TriageDecision | None = runtime.state.get("decision")
    if raise_to is not None and reason:
        runtime.context.ledger.raise_to(raise_to)
    latched = worst(runtime.state.get("latched"), runtime.context.ledger.raised)
    return as_json(decision_for_model(decision, latched, runtime.context.clinic))


def decision_for_model(decision: TriageDecision | None, latched: Disposition | None, clinic: Clinic) -> dict[str, Any]:
    """The decision as JSON. A missing decision reads as "a nurse must look", never as low."""
    if decision is None:
        level = worst(latched, Disposition.UNABLE_TO_ASSESS) or Disposition.UNABLE_TO_ASSESS
        return {
            "disposition": level.value,
            "risk": level.risk.value,
            "needs_more": False,
            "understood": False,
            "level_text": clinic.templates.text(f"level.{level.value}"),
            "next_questions": [],
            "note": "The rating is not available; a nurse will look today.",
        }
    level = worst(decision.disposition, latched) or decision.disposition
    return {
        "disposition": level.value,
        "risk": level.risk.value,
        "needs_more": decision.needs_more,
        "understood": bool(decision.complaints),
        "about_health": decision.about_health,
        "level_text": clinic.templates.text(f"level.{level.value}"),
        "red_flags": list(decision.red_flags),
        "why": [
            {"rule": r.id, "why": r.rationale, "quote": "; ".join(r.quotes), "source": _cite(r.source)}
            for r in decision.rules[:4]
        ],
        "complaints": complaint_titles(decision, clinic),
        "next_questions": [
            {"id": q.id, "text": q.text, "why": q.why, "choices": [c.label for c in q.choices]}
            for q in decision.next_questions[:1]
        ],
        "advice": list(decision.advice),
        "come_back_if": list(decision.come_back_if),
    }


def complaint_titles(decision: TriageDecision, clinic: Clinic) -> list[str]:
    """The open complaints in the patient's words, the one that decides the level first."""
    deciding = [rule.protocol for rule in decision.rules]
    ordered = sorted(decision.complaints, key=lambda c: deciding.index(c) if c in deciding else len(deciding))
    return [clinic.content.protocols[c].patient_title for c in ordered]


def _cite(source: Any) -> str:
    return f"{source.organisation}: {source.title} ({source.year})"
