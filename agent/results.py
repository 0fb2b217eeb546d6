"""What a turn comes to: the row that is committed and the result a caller gets, built from what was committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.context import RunContext, TurnLedger
from agent.events import TurnResult
from data.records import Interaction, Message, TurnRecord
from knowledge.levels import Disposition, worst


def conclude(state: Mapping[str, Any], context: RunContext, versions: Mapping[str, Any]) -> TurnResult:
    """Commit the turn's row and build its result from it."""
    records, ledger, decision = context.clinic.records, context.ledger, state.get("decision")
    level = worst(state.get("latched"), decision.disposition if decision else None) or Disposition.UNABLE_TO_ASSESS
    recorded = decision.to_json() if decision else {}
    records.interactions.finish_turn(
        context.turn_id,
        TurnRecord(
            reply_text=reply_text(records.interactions.transcript(context.session_id), context.turn_id),
            tools=ledger.tool_calls,
            passages=state.get("passages") or [],
            findings=recorded.get("findings", []),
            decision=recorded | {"final": level.value, "screen": _screened(state), "model_switched": ledger.switched},
            verdicts=list(state.get("verdicts") or ()),
            model=ledger.model_id or "none",
            versions=versions,
            latency_ms=ledger.latency_ms,
            error=state.get("error"),
        ),
    )
    return result_of(records.interactions.turn(context.turn_id), state.get("pending_consent") or [])


def failed_record(reply: str, ledger: TurnLedger, level: Disposition) -> TurnRecord:
    """The row of a turn that broke: what its tools had done by then is kept."""
    return TurnRecord(
        reply_text=reply,
        tools=ledger.tool_calls,
        decision={"final": level.value},
        model=ledger.model_id or "none",
        latency_ms=ledger.latency_ms,
        status="failed",
        error="turn_failed",
    )


def reply_text(transcript: Sequence[Message], turn_id: str) -> str:
    """All that the patient was shown in a turn, in order."""
    return "\n\n".join(m.text for m in transcript if m.turn_id == turn_id and m.role == "assistant")


def result_of(turn: Interaction, pending: Sequence[Mapping[str, Any]]) -> TurnResult:
    """The result of a committed turn. ``pending``: the offers that wait now."""
    level = Disposition(turn.decision.get("final") or Disposition.UNABLE_TO_ASSESS)
    violations = [v | {"sentence": verdict["sentence"]} for verdict in turn.verdicts for v in verdict["violations"]]
    return TurnResult(
        ok=turn.status != "failed",
        text=turn.reply_text or "",
        tool_calls=[{"name": c["name"], "args": c["args"], "result": c["result"]} for c in turn.tools],
        safety={"ok": not violations, "violations": violations},
        risk=level.risk.value,
        disposition=level.value,
        citations=turn.passages,
        pending_consent=[dict(offer) for offer in pending],
        error=turn.error,
        turn_id=turn.turn_id,
        model=turn.model or "",
    )


def _screened(state: Mapping[str, Any]) -> dict[str, Any]:
    seen = state.get("screen")
    if seen is None:
        return {"failed": True}
    return {"crisis": seen.crisis, "injection": seen.injection, "abuse_disclosure": seen.abuse_disclosure}
