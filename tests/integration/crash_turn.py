"""Runs one turn and stops for ever at a point of it, so that the test can kill the process there.

Usage: python -m tests.integration.crash_turn HOME POINT TEXT. Prints each text once it is shown, then ``stopped``.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import NoReturn

from agent.bootstrap import new_id, now
from agent.context import Clinic, RunContext, TurnLedger
from agent.events import TurnEvent
from agent.graph import build_graph
from agent.safety.gate import OutputGate
from agent.safety.screen import InputScreener
from agent.safety.templates import Templates
from agent.settings import Settings
from agent.state import AgentState
from agent.triage.engine import TriageEngine
from data.records import open_records
from knowledge.schema import load_content
from tests.fakes import FakeCharts, MissingLibrary, Says, ScriptedModel
from tests.small_clinic import SHOWN, seed_small_clinic

REPLY = "Thank you for writing. A nurse reads every message. Please follow the steps above."


def tell(line: str) -> None:
    """One line for the test that watches this process, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def stop() -> NoReturn:
    """Say so, and wait to be killed."""
    tell("stopped")
    threading.Event().wait()
    raise SystemExit(1)


class StoppingEngine(TriageEngine):
    """Stops at the first judgement: the message is recorded and nothing else."""

    def assess(self, *_: object, **__: object) -> NoReturn:
        """Stop."""
        stop()


def main(home: Path, point: str, text: str) -> None:
    """One turn, up to ``point``: message, model, or the number of a shown text."""
    records, content = open_records(home / "prelude.db", clock=now, new_id=new_id), load_content()
    seed_small_clinic(records)
    session = records.interactions.create_session(None, "pat_ann", session_id="the-session")
    model = ScriptedModel(Says(REPLY), on_ask=stop if point == "model" else None)
    clinic = Clinic(
        settings=Settings(home=home), records=records, content=content,
        engine=(StoppingEngine if point == "message" else TriageEngine)(content),
        screener=InputScreener(content.policies), gate=OutputGate(content.policies),
        templates=Templates(content.locales, "en", {}), library=MissingLibrary(), ehr=FakeCharts(),
        system_prompt="Be kind.", prompt_version="x@1", now=now,
    )  # fmt: skip
    start = records.interactions.begin_turn(session, text, "n1")
    seen = 0

    def emit(event: TurnEvent) -> None:
        nonlocal seen
        if isinstance(event, SHOWN):
            seen += 1
            tell(event.text)
            if point == str(seen):
                stop()

    context = RunContext(
        clinic=clinic, session_id=session, user_id="", patient_id="pat_ann", turn_id=start.turn_id,
        turn_number=start.number, writer_relation="self", intake={}, model_line=model.line(), deadline=float("inf"),
        emit=emit, ledger=TurnLedger(),
    )  # fmt: skip
    first: AgentState = {"session_id": session, "user_id": "", "user_message": text, "answered_offer": None}
    build_graph().invoke(first, context=context)
    tell("ended")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
