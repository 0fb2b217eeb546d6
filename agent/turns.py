"""A turn in a worker of its own: it runs to the end whatever the page does, and the page reads its events."""

from __future__ import annotations

import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import structlog
from langchain_core.runnables import RunnableConfig

from agent.context import Clinic, RunContext, TurnLedger
from agent.events import EmergencyNotice, Progress, TurnEvent, TurnFinished, TurnResult, TurnStarted
from agent.graph import RECURSION_LIMIT, build_graph
from agent.models.resilience import ModelLine
from agent.state import AgentState
from agent.triage.types import PatientFacts, PatientMessage
from data.errors import DataError
from data.records import SessionRecord, TurnRecord, TurnStart
from knowledge.levels import Disposition, worst

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class TurnJob:
    """One turn to run: the recorded message, and the offer it answers if it does."""

    session: SessionRecord
    start: TurnStart
    text: str
    answered_offer: dict[str, Any] | None = None


class TurnFeed:
    """The events of one turn. Nobody has to read them: the turn goes on all the same."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[TurnEvent] = queue.SimpleQueue()
        self.so_far: list[TurnEvent] = []

    def put(self, event: TurnEvent) -> None:
        """Called by the worker."""
        self.so_far.append(event)
        self._events.put(event)

    def __iter__(self) -> Iterator[TurnEvent]:
        while True:
            event = self._events.get()
            yield event
            if isinstance(event, TurnFinished):
                return


class TurnRunner:
    """Runs turns, one at a time in a session, many side by side over sessions."""

    def __init__(
        self,
        clinic: Callable[[], Clinic],
        model_line: Callable[[], ModelLine],
        versions: Callable[[], dict[str, Any]],
        is_ready: Callable[[], bool],
    ) -> None:
        self._clinic, self._model_line, self._versions, self._is_ready = clinic, model_line, versions, is_ready
        self._graph = build_graph()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._locks_guard = threading.Lock()
        self._running: dict[str, TurnFeed] = {}

    def activity(self, session_id: str) -> list[TurnEvent]:
        """Events so far of the session's running turn; empty when none runs in this process."""
        feed = self._running.get(session_id)
        return list(feed.so_far) if feed else []

    def run(self, job: TurnJob) -> TurnFeed:
        """Start the turn's worker. It is no daemon: the process does not end in the middle of a turn."""
        feed = TurnFeed()
        feed.put(TurnStarted(job.start.turn_id, job.start.number))
        self._running[job.session.session_id] = feed
        threading.Thread(target=self._work, args=(job, feed), name=f"turn-{job.start.number}").start()
        return feed

    def _lock(self, session_id: str) -> threading.Lock:
        with self._locks_guard:
            return self._locks[session_id]

    def _work(self, job: TurnJob, feed: TurnFeed) -> None:
        result = TurnResult(ok=False, text="", error="failed", turn_id=job.start.turn_id)
        try:
            if not self._is_ready():
                feed.put(Progress("Getting ready. This takes a few seconds after a start."))
            clinic = self._clinic()
            with self._lock(job.session.session_id):
                result = self._turn(job, clinic, feed)
        except Exception as error:  # the turn's edge: whatever broke, the patient gets fixed words and a nurse is told
            log.error("turn_failed", turn=job.start.turn_id, kind=type(error).__name__, exc_info=_traceable(error))
            result = self._broken(job, feed)
        finally:
            if self._running.get(job.session.session_id) is feed:
                del self._running[job.session.session_id]
            feed.put(TurnFinished(result))

    def _turn(self, job: TurnJob, clinic: Clinic, feed: TurnFeed) -> TurnResult:
        started = time.perf_counter()
        session = clinic.records.interactions.session(job.session.session_id)
        ledger = TurnLedger()
        context = RunContext(
            clinic=clinic,
            session_id=session.session_id,
            user_id=session.account_id or "",
            patient_id=session.patient_id,
            turn_id=job.start.turn_id,
            turn_number=job.start.number,
            writer_relation=session.writer_relation,
            intake=session.intake,
            model_line=self._model_line(),
            deadline=time.monotonic() + clinic.settings.turn_seconds,
            emit=feed.put,
            ledger=ledger,
        )
        first: AgentState = {
            "session_id": session.session_id,
            "user_id": context.user_id,
            "user_message": job.text,
            "answered_offer": job.answered_offer,
            "prompt_version": clinic.prompt_version,
        }
        config: RunnableConfig = {"recursion_limit": RECURSION_LIMIT}
        state = self._graph.invoke(first, config, context=context)
        ledger.add_time("total", started)
        return _conclude(state, context, self._versions())

    def _broken(self, job: TurnJob, feed: TurnFeed) -> TurnResult:
        """Fixed words, an emergency text if the message calls for one, and a task for the nurse."""
        clinic = self._clinic()
        words = clinic.templates.text("handover")
        risk = emergency_without_store(clinic, job.text, feed.put)
        try:
            records = clinic.records
            records.interactions.append_message(
                job.session.session_id, job.start.turn_id, "assistant", "note", words, {"error": "turn_failed"}
            )
            records.cases.add_task(
                job.session.session_id, job.start.turn_id, "turn_failed", "A reply failed: read the chat.", "medium"
            )
            records.interactions.finish_turn(
                job.start.turn_id, TurnRecord(reply_text=words, status="failed", error="turn_failed")
            )
        except DataError as error:
            log.error("failed_turn_not_recorded", turn=job.start.turn_id, kind=type(error).__name__)
        return TurnResult(
            ok=False, text=words, error="turn_failed", turn_id=job.start.turn_id, risk=risk.risk.value,
            disposition=risk.value,
        )  # fmt: skip


def emergency_without_store(clinic: Clinic, text: str, emit: Callable[[TurnEvent], None]) -> Disposition:
    """The emergency text for one message when the usual way is broken: rated alone, shown even unlogged."""
    try:
        decision = clinic.engine.assess([PatientMessage(1, text)], PatientFacts())
    except Exception as error:  # the last net: with the engine gone too, the caller's fixed words name the number
        log.error("triage_engine_failed", kind=type(error).__name__)
        return Disposition.UNABLE_TO_ASSESS
    if decision.disposition.is_emergency:
        emit(EmergencyNotice(decision.disposition, clinic.templates.emergency(decision.disposition)))
        return decision.disposition
    return Disposition.UNABLE_TO_ASSESS


def _conclude(state: dict[str, Any], context: RunContext, versions: dict[str, Any]) -> TurnResult:
    """Commit the turn's row and build its result from what was committed."""
    records, ledger, decision = context.clinic.records, context.ledger, state.get("decision")
    level = worst(state.get("latched"), decision.disposition if decision else None) or Disposition.UNABLE_TO_ASSESS
    said = [
        m.text
        for m in records.interactions.transcript(context.session_id)
        if m.turn_id == context.turn_id and m.role == "assistant"
    ]
    verdicts = list(state.get("verdicts") or ())
    text = "\n\n".join(said)
    recorded = decision.to_json() if decision else {}
    records.interactions.finish_turn(
        context.turn_id,
        TurnRecord(
            reply_text=text,
            tools=ledger.tool_calls,
            passages=state.get("passages") or [],
            findings=recorded.get("findings", []),
            decision=recorded | {"final": level.value, "screen": _screened(state), "model_switched": ledger.switched},
            verdicts=verdicts,
            model=ledger.model_id or "none",
            versions=versions,
            latency_ms=ledger.latency_ms,
            error=state.get("error"),
        ),
    )
    calls = [{"name": c["name"], "args": c["args"], "result": c["result"]} for c in ledger.tool_calls]
    violations = [v | {"sentence": verdict["sentence"]} for verdict in verdicts for v in verdict["violations"]]
    return TurnResult(
        ok=True,
        text=text,
        tool_calls=calls,
        safety={"ok": not violations, "violations": violations},
        risk=level.risk.value,
        disposition=level.value,
        citations=state.get("passages") or [],
        pending_consent=state.get("pending_consent") or [],
        error=state.get("error"),
        turn_id=context.turn_id,
        model=ledger.model_id or "none",
    )


def _screened(state: dict[str, Any]) -> dict[str, Any]:
    seen = state.get("screen")
    if seen is None:
        return {"failed": True}
    return {"crisis": seen.crisis, "injection": seen.injection, "abuse_disclosure": seen.abuse_disclosure}


def _traceable(error: Exception) -> Exception | bool:
    """Tracebacks show code, not data; a pydantic error would echo its input, so it is named only."""
    return error if not hasattr(error, "errors") else False
