"""`make bench`: what a turn and an assessment cost beside the least they must do, and a page to draw again."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from agent import AgentManager, Settings
from agent.bootstrap import build_manager
from knowledge.embedding import Encoder
from knowledge.index import KnowledgeIndex
from knowledge.search import Searcher
from tests.benchmarks.page_rerun import page_reruns
from tests.benchmarks.triage_speed import triage_times

TURNS = 40
MESSAGES = (
    "I have had a runny nose and a sore throat for two days",
    "It burns when I pee since yesterday and I go all the time",
    "My lower back aches after lifting boxes on Saturday",
    "I have a headache on one side and light hurts my eyes",
    "Can you book me an appointment with the nurse for tomorrow?",
    "My daughter is 4 and has a fever of 38.9 since last night",
    "What are your opening hours?",
    "I feel dizzy when I stand up quickly",
)


def main() -> int:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "prelude")
        manager = build_manager(settings)
        manager.warm_up().join()
        floor = floor_times(manager, settings)
        turns, nodes = turn_times(manager)
        show("one encode + one search + one durable commit", floor)
        show("warm embedded turn, end to end", turns)
        for name, spent in sorted(nodes.items(), key=lambda item: -statistics.median(item[1])):
            show(f"  {name}", spent)
        ratio = statistics.median(turns) / statistics.median(floor)
        tail = quantile(turns, 0.95) / quantile(floor, 0.95)
        print(f"turn / floor: p50 ratio {ratio:.2f}, p95 ratio {tail:.2f} (floor and turns of this run, ms)")
    triage = triage_times()
    show("triage: bare encode of one text", triage.encodes)
    show("triage: one message assessed", triage.assessments)
    tail = quantile(triage.assessments, 0.95) / quantile(triage.encodes, 0.95)
    bulk = triage.bulk_encode / triage.bulk_assess
    print(f"triage: p95 ratio to one bare encode {tail:.2f}; in bulk {bulk:.2f} of the texts a second of bare encoding")
    show("page rerun: intake page, click to idle", page_reruns())
    return 0


def floor_times(manager: AgentManager, settings: Settings) -> list[float]:
    """The least a turn must do: encode the message once, search once, make one row durable."""
    encoder = Encoder()
    encoder.load()
    searcher = Searcher(KnowledgeIndex.load(settings.index_dir, encoder), encoder, today=lambda: time_today())
    session_id = manager.records.interactions.create_session(None, None)

    def least(number: int) -> None:
        text = f"{MESSAGES[number % len(MESSAGES)]} ({number})"
        encoder.encode([text])
        searcher.search(text + " please", 4)
        manager.records.interactions.append_message(session_id, None, "patient", "text", text)

    return timed(least, TURNS)


def turn_times(manager: AgentManager) -> tuple[list[float], dict[str, list[float]]]:
    """Whole turns through the manager, a new session every fourth message, and each node's share."""
    patients = manager.records.patients.all()
    nodes: defaultdict[str, list[float]] = defaultdict(list)
    session = ""

    def turn(number: int) -> None:
        nonlocal session
        if number % 4 == 0:
            patient = patients[number % len(patients)].patient_id
            session = manager.records.interactions.create_session(None, patient)
        result = manager.run_step(session, f"{MESSAGES[number % len(MESSAGES)]} ({number})")
        for name, spent in manager.records.interactions.turn(result.turn_id).latency_ms.items():
            nodes[name].append(spent)

    timed(turn, 4)
    nodes.clear()
    return timed(turn, TURNS), nodes


def timed(act: Callable[[int], None], times: int) -> list[float]:
    """Milliseconds of each call."""
    spent = []
    for number in range(times):
        started = time.perf_counter()
        act(number)
        spent.append((time.perf_counter() - started) * 1000)
    return spent


def quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def show(name: str, values: Sequence[float]) -> None:
    print(
        f"{name:<48} n {len(values):>3}  p50 {statistics.median(values):8.1f} ms  p95 {quantile(values, 0.95):8.1f} ms"
    )


def time_today():
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


if __name__ == "__main__":
    sys.exit(main())
