"""A small real clinic: SQLite file, engine, gate, index and encoder are the real ones; only the clock stands still."""

from __future__ import annotations

import itertools
import json
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig

from agent.bootstrap import build_manager
from agent.context import Clinic, RunContext, TurnLedger
from agent.events import (
    ConsentRequested,
    CrisisNotice,
    EmergencyNotice,
    QuestionAsked,
    ReplySentence,
    ReplyWithheld,
    TurnEvent,
    TurnFinished,
    TurnResult,
)
from agent.graph import build_graph, steps_of_a_turn
from agent.manager import AgentManager
from agent.models.openai_compatible import OpenAISettings
from agent.models.resilience import ModelLine
from agent.models.slot import ModelSlot
from agent.settings import Settings
from agent.state import AgentState
from data.ehr.connector import Chart, ChartAllergy, ChartMedicine
from data.records import Item, Message, Records, open_records
from tests.fakes import FakeCharts

SHOWN = (EmergencyNotice, CrisisNotice, ReplySentence, ReplyWithheld, QuestionAsked, ConsentRequested)
"""Events whose text a patient reads."""
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
ITEMS = (
    Item("thermo", "Digital thermometer", "commodity", "Measures fever", 1250, "USD", 2, keywords=("temperature",)),
    Item("gauze", "Sterile gauze", "commodity", "Dressing", 300, "USD", 0),
    Item("para", "Paracetamol 500 mg", "otc", "For pain and fever", 300, "USD", 20, 12, "ok", ("paracetamol",)),
    Item("ibu", "Ibuprofen 200 mg", "otc", "For pain", 320, "USD", 20, 12, "avoid", ("ibuprofen", "nsaid"),
         ("warfarin", "anticoagulant")),
    Item("amox", "Amoxicillin 500 mg", "rx", "Antibiotic", 900, "USD", 9, 5, "ok", ("amoxicillin", "penicillin")),
)  # fmt: skip
CHARTS = {
    "pat_ann": Chart("pat_ann", 46.0, "female", no_known_allergies=True),
    "pat_bob": Chart("pat_bob", 71.0, "male", medicines=(ChartMedicine("Warfarin 3 mg", "active"),),
                     allergies=(ChartAllergy("Codeine", "rash"),)),
}  # fmt: skip


class FakeClock:
    """Gives the same moment until ``advance``."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass(frozen=True)
class RealParts:
    """The clinic as bootstrap builds it, and its embedded line."""

    clinic: Clinic
    line: ModelLine
    build_line: Callable[[OpenAISettings | None], ModelLine]


@lru_cache(maxsize=1)
def real_parts() -> RealParts:
    """Built once a process: loading the encoder and building the index take some seconds."""
    folder = tempfile.TemporaryDirectory(prefix="prelude-parts-")
    _kept.append(folder)
    manager = build_manager(Settings(home=Path(folder.name), demo=False))
    slot = manager._models()
    return RealParts(manager._clinic(), slot.line, slot._build_line)


_kept: list[tempfile.TemporaryDirectory[str]] = []


@dataclass
class House:
    """One clinic of its own. ``say`` runs a turn and gives its events."""

    manager: AgentManager
    records: Records
    clinic: Clinic
    clock: FakeClock
    charts: FakeCharts

    def session(self, patient_id: str | None = "pat_ann", relation: str = "self", **intake: Any) -> str:
        """Open a conversation."""
        return self.records.interactions.create_session(None, patient_id, relation, intake)

    def say(self, session_id: str, text: str, **options: Any) -> list[TurnEvent]:
        """One turn to its end."""
        return list(self.manager.stream_step(session_id, text, **options))

    def answer(self, session_id: str, offer_id: str, granted: bool) -> TurnResult:
        """Press a button under an offer."""
        return self.manager.answer_consent(session_id, offer_id, granted)

    def transcript(self, session_id: str) -> list[Message]:
        """Every text of the conversation."""
        return self.records.interactions.transcript(session_id)

    def task_kinds(self) -> set[str]:
        """Kinds of the nurses' open tasks."""
        return {t.kind for t in self.records.cases.tasks()}

    def text(self, key: str) -> str:
        """A fixed text of the clinic."""
        return self.clinic.templates.text(key)

    def context(
        self, session_id: str, line: ModelLine, emit: Callable[[TurnEvent], None], **changes: Any
    ) -> RunContext:
        """A turn's context on a turn that has begun, for running the graph or a tool by itself."""
        session = self.records.interactions.session(session_id)
        start = self.records.interactions.begin_turn(session_id, changes.pop("text", "hello"), f"n{next(_numbers)}")
        values: dict[str, Any] = {
            "clinic": self.clinic, "session_id": session_id, "user_id": "acc", "patient_id": session.patient_id,
            "turn_id": start.turn_id, "turn_number": start.number, "writer_relation": session.writer_relation,
            "intake": session.intake, "model_line": line, "deadline": time.monotonic() + 60, "emit": emit,
            "ledger": TurnLedger(),
        }  # fmt: skip
        return RunContext(**values | changes)

    def run_graph(
        self, session_id: str, text: str, line: ModelLine, emit: Callable[[TurnEvent], None], **changes: Any
    ) -> dict[str, Any]:
        """The graph alone, with an ``emit`` of the test's own."""
        context = self.context(session_id, line, emit, text=text, **changes)
        first = AgentState(session_id=session_id, user_id="acc", user_message=text, answered_offer=None)
        config: RunnableConfig = {"recursion_limit": steps_of_a_turn(self.clinic.settings.max_model_calls)}
        return dict(build_graph().invoke(first, config, context=context))

    def committed(self, session_id: str) -> list[str]:
        """Texts of the transcript as another process would see them now."""
        connection = sqlite3.connect(self.records.store.path)
        try:
            rows = connection.execute("SELECT text FROM messages WHERE session_id = ? ORDER BY seq", (session_id,))
            return [text for (text,) in rows]
        finally:
            connection.close()

    def spoil(self) -> None:
        """The database file turns to rubbish."""
        path = self.records.store.path
        self.records.store.close()
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        path.write_bytes(b"not a database " * 1000)


_numbers = itertools.count()


def open_house(
    path: Path,
    line: ModelLine | None = None,
    *,
    llm: OpenAISettings | None = None,
    settings: dict[str, Any] | None = None,
    **parts: Any,
) -> House:
    """A new clinic at ``path`` with two patients, two days of slots and a small catalogue.

    ``line`` answers, or the language model of ``llm`` with the embedded one behind it, or the embedded one alone;
    ``parts`` take the place of the clinic's own.
    """
    clock, real = FakeClock(), real_parts()
    records = open_records(path / "prelude.db", clock=clock)
    charts = parts.pop("ehr", FakeCharts(CHARTS))
    changed = real.clinic.settings.model_copy(update={"home": path, **(settings or {})})
    clinic = replace(real.clinic, records=records, now=clock, settings=changed, ehr=charts, **parts)
    slot = ModelSlot(llm, real.build_line if llm else lambda _: line or real.line)

    def versions() -> dict[str, Any]:
        return {"model": slot.model_id, "adapter": slot.adapter_name}

    manager = AgentManager(records, lambda: clinic, lambda: slot, versions, lambda: True, lambda: clinic.templates)
    seed_small_clinic(records)
    return House(manager, records, clinic, clock, charts)


def seed_small_clinic(records: Records) -> None:
    """Ann and Bob, one doctor, a nurse, slots on Tuesday and Wednesday, five items."""
    records.patients.create("Ann", "Bellweather", "1980-02-03", "female", phone="0201 555 01", patient_id="pat_ann")
    records.patients.create("Bob", "Cranefield", "1955-06-07", "male", patient_id="pat_bob")
    records.actions.add_service("svc_gp", "Same-day GP", "Doctor's visit")
    records.actions.add_service("svc_physio", "Physiotherapy")
    records.actions.add_clinician("cli_lee", "Dr Lee", "GP")
    for day, hour in itertools.product((1, 2), (9, 10, 14, 15)):
        start = MONDAY.replace(hour=hour) + timedelta(days=day)
        records.actions.add_slot(
            f"slo_{day}_{hour}", "cli_lee", "svc_gp", start, start + timedelta(minutes=20), "Room 1"
        )
    for item in ITEMS:
        records.actions.add_item(item)


def result(events: list[TurnEvent]) -> TurnResult:
    """The turn's result; its last event."""
    last = events[-1]
    assert isinstance(last, TurnFinished)
    return last.result


def shown(events: list[TurnEvent]) -> list[str]:
    """Texts the patient saw, in order."""
    return [e.text for e in events if isinstance(e, SHOWN)]


def of_kind(events: list[TurnEvent], *kinds: type) -> Iterator[Any]:
    """Events of these kinds."""
    return (e for e in events if isinstance(e, kinds))


def everything(value: Any) -> str:
    """A value as one text to look for canaries in."""
    return json.dumps(value, ensure_ascii=False, default=str)


def in_threads(*jobs: Callable[[], Any]) -> list[Any]:
    """Run all at once and give their results in order; an exception of one is raised here."""
    results: list[Any] = [None] * len(jobs)
    failures: list[BaseException] = []

    def run(index: int) -> None:
        try:
            results[index] = jobs[index]()
        except BaseException as error:  # carried to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results
