"""A turn in a worker of its own: it runs to the end whatever the page does, and the page reads its events."""

from __future__ import annotations

import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from langchain_core.runnables import RunnableConfig

from agent.context import Clinic, RunContext, TurnLedger
from agent.events import EmergencyNotice, Progress, ReplyWithheld, TurnEvent, TurnFinished, TurnResult, TurnStarted
from agent.graph import build_graph, steps_of_a_turn
from agent.models.resilience import ModelLine
from agent.results import conclude, failed_record, reply_text
from agent.state import AgentState
from agent.triage.types import PatientFacts, PatientMessage
from data.errors import DataError
from data.records import SessionRecord, TurnStart
from knowledge.levels import Disposition, Risk, worst

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class TurnJob:
    """One turn to run: the recorded message, and the offer it answers if it does."""

    session: SessionRecord
    start: TurnStart
    text: str
    answered_offer: dict[str, Any] | None = None


class TurnFeed:
    """The events of one turn. Nobody has to read them, and several may: each reader gets them all from the first."""

    def __init__(self, turn_id: str) -> None:
        self.turn_id = turn_id
        self._changed = threading.Condition()
        self._events: list[TurnEvent] = []

    def put(self, event: TurnEvent) -> None:
        """Called by the worker and its tools."""
        with self._changed:
            self._events.append(event)
            self._changed.notify_all()

    def so_far(self) -> list[TurnEvent]:
        """What has happened up to now."""
        with self._changed:
            return list(self._events)

    def __iter__(self) -> Iterator[TurnEvent]:
        seen = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: len(self._events) > seen)  # noqa: B023  # asked at once, not kept
                event = self._events[seen]
            seen += 1
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
        return feed.so_far() if feed else []

    def running(self, session_id: str, turn_id: str) -> TurnFeed | None:
        """The feed of a turn that is under way in this process."""
        feed = self._running.get(session_id)
        return feed if feed and feed.turn_id == turn_id else None

    def run(self, job: TurnJob) -> TurnFeed:
        """Start the turn's worker. It is no daemon: the process does not end in the middle of a turn."""
        feed = TurnFeed(job.start.turn_id)
        feed.put(TurnStarted(job.start.turn_id, job.start.number))
        self._running[job.session.session_id] = feed
        threading.Thread(target=self._work, args=(job, feed), name=f"turn-{job.start.number}").start()
        return feed

    def _lock(self, session_id: str) -> threading.Lock:
        with self._locks_guard:
            return self._locks[session_id]

    def _work(self, job: TurnJob, feed: TurnFeed) -> None:
        result = TurnResult(ok=False, text="", error="failed", turn_id=job.start.turn_id)
        ledger = TurnLedger()
        try:
            if not self._is_ready():
                feed.put(Progress("Getting ready. This takes a few seconds after a start."))
            clinic = self._clinic()
            with self._lock(job.session.session_id):
                result = self._turn(job, clinic, feed, ledger)
        except Exception as error:  # the turn's edge: whatever broke, the patient gets fixed words and a nurse is told
            log.error("turn_failed", turn=job.start.turn_id, kind=type(error).__name__, where=where(error))
            result = self._broken(job, feed, ledger)
        finally:
            if self._running.get(job.session.session_id) is feed:
                del self._running[job.session.session_id]
            feed.put(TurnFinished(result))

    def _turn(self, job: TurnJob, clinic: Clinic, feed: TurnFeed, ledger: TurnLedger) -> TurnResult:
        started = time.perf_counter()
        session = clinic.records.interactions.session(job.session.session_id)
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
        config: RunnableConfig = {"recursion_limit": steps_of_a_turn(clinic.settings.max_model_calls)}
        state = self._graph.invoke(first, config, context=context)
        ledger.add_time("total", started)
        return conclude(state, context, self._versions())

    def _broken(self, job: TurnJob, feed: TurnFeed, ledger: TurnLedger) -> TurnResult:
        """Fixed words, an emergency text if the message calls for one, and a task for the nurse."""
        clinic, session_id, turn_id = self._clinic(), job.session.session_id, job.start.turn_id
        told = [e.disposition for e in feed.so_far() if isinstance(e, EmergencyNotice)]
        level = worst(*told) or emergency_without_store(clinic, job.text, feed.put)
        words = clinic.templates.text("handover")
        said = "\n\n".join([e.text for e in feed.so_far() if isinstance(e, EmergencyNotice)] + [words])
        try:
            interactions, cases = clinic.records.interactions, clinic.records.cases
            latched = interactions.session(session_id).latched
            level = worst(level, Disposition(latched) if latched else None) or level
            interactions.append_message(session_id, turn_id, "assistant", "note", words, {"error": "turn_failed"})
            risk = level.risk.value if level.is_emergency else Risk.MEDIUM.value
            cases.add_task(session_id, turn_id, "turn_failed", "A reply failed: read the chat.", risk)
            said = reply_text(interactions.transcript(session_id), turn_id)
            interactions.finish_turn(turn_id, failed_record(said, ledger, level))
        except DataError as error:
            log.error("failed_turn_not_recorded", turn=turn_id, kind=type(error).__name__)
        feed.put(ReplyWithheld(words))
        return TurnResult(
            ok=False, text=said, error="turn_failed", turn_id=turn_id, risk=level.risk.value, disposition=level.value
        )


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


def where(error: BaseException, deepest: int = 6) -> list[str]:
    """The innermost places an exception passed, without its text: that could hold a patient's words."""
    frames = traceback.extract_tb(error.__traceback__)[-deepest:]
    return [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]
