"""What a run is given from outside the model: who it is for, and the clinic's parts. A model can set none of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from agent.events import TurnEvent
from agent.models.resilience import ModelLine
from agent.safety.gate import OutputGate
from agent.safety.screen import InputScreener
from agent.safety.templates import Templates
from agent.settings import Settings
from agent.triage.engine import TriageEngine
from data.ehr.connector import EhrConnector
from data.records import Records
from knowledge.levels import Disposition, worst
from knowledge.schema import Content
from knowledge.search import Passage


class Library(Protocol):
    """The clinic's guidelines, as a tool searches them. Raises knowledge.errors.KnowledgeError when it cannot."""

    def search(self, query: str, k: int = 4, *, audience: str = "patient") -> list[Passage]:
        """The best passages, best first; none below the floor."""
        ...

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> str:
        """Build a new snapshot and swap it in; its id."""
        ...


@dataclass(frozen=True)
class Clinic:
    """The parts a turn works with; built once in bootstrap."""

    settings: Settings
    records: Records
    content: Content
    engine: TriageEngine
    screener: InputScreener
    gate: OutputGate
    templates: Templates
    library: Library
    ehr: EhrConnector
    system_prompt: str
    prompt_version: str
    now: Callable[[], datetime]
    link_hosts: frozenset[str] = frozenset()
    fixed_texts: frozenset[str] = frozenset()

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return ZoneInfo(self.settings.timezone)

    @property
    def today(self) -> date:
        """Today at the clinic."""
        return self.now().astimezone(self.zone).date()


@dataclass
class TurnLedger:
    """What this turn has done so far. Tools run in parallel threads, so every change takes the lock."""

    passages: list[Passage] = field(default_factory=list)
    receipts: set[str] = field(default_factory=set)
    receipt_texts: set[str] = field(default_factory=set)
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    raised: Disposition | None = None
    granted_offer: str | None = None
    latency_ms: dict[str, float] = field(default_factory=dict)
    model_id: str = ""
    switched: str | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def number_passages(self, found: list[Passage]) -> list[int]:
        """Give each passage its citation number of this turn; one seen before keeps its own."""
        with self._lock:
            numbers = []
            for passage in found:
                known = next((i for i, p in enumerate(self.passages, 1) if p.id == passage.id), None)
                if known is None:
                    self.passages.append(passage)
                    known = len(self.passages)
                numbers.append(known)
            return numbers

    def add_receipt(self, action: str, text: str = "") -> None:
        """An action was really done this turn: sentences may claim it, and its own words may be repeated."""
        with self._lock:
            self.receipts.add(action)
            if text:
                self.receipt_texts.add(text)

    def add_call(self, call: dict[str, Any]) -> None:
        """One finished tool call: name, args, result, ok, milliseconds."""
        with self._lock:
            self.tool_calls.append(call)

    def raise_to(self, disposition: Disposition) -> None:
        """A model saw more danger than the engine; it can only add."""
        with self._lock:
            self.raised = worst(self.raised, disposition)

    def add_time(self, name: str, started: float) -> None:
        """Add the milliseconds since ``started`` (time.perf_counter) to a node's account."""
        with self._lock:
            self.latency_ms[name] = round(self.latency_ms.get(name, 0.0) + (time.perf_counter() - started) * 1000, 3)


@dataclass(frozen=True)
class RunContext:
    """Identity and parts of one turn, injected into nodes and tools by LangGraph's runtime."""

    clinic: Clinic
    session_id: str
    user_id: str
    patient_id: str | None
    turn_id: str
    turn_number: int
    writer_relation: str
    intake: Mapping[str, Any]
    model_line: ModelLine
    deadline: float
    """time.monotonic() after which no model is asked any more."""
    emit: Callable[[TurnEvent], None]
    ledger: TurnLedger = field(default_factory=TurnLedger)
