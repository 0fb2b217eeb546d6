"""A process killed in the middle of a turn: on restart the transcript is whole, the turn closed and a nurse told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from agent.bootstrap import build_manager
from agent.recovery import WORDS
from agent.settings import Settings
from data.records import open_records
from tests.small_clinic import FakeClock, seed_small_clinic

ROOT = Path(__file__).resolve().parents[2]
CHEST = "I have crushing chest pain and I am sweating a lot"
SORE = "I have a sore throat since yesterday"


def run_and_kill(home: Path, point: str, text: str) -> list[str]:
    """Run the turn in a process of its own, kill it at ``point``; the texts it had shown by then."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.crash_turn", str(home), point, text],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    assert process.stdout is not None
    shown = []
    with process:
        for line in process.stdout:
            if line.strip() == "stopped":
                process.send_signal(signal.SIGKILL)
                break
            shown.append(line.rstrip("\n"))
    assert process.returncode == -signal.SIGKILL, "it ended before the point"
    return shown


@pytest.mark.parametrize(
    ("point", "text", "shown", "risk"),
    [
        ("message", CHEST, 0, "medium"),
        ("model", CHEST, 1, "critical"),
        ("2", CHEST, 2, "critical"),
        ("2", SORE, 2, "medium"),
    ],
)
def test_a_killed_turn_is_closed_on_restart(tmp_path: Path, point: str, text: str, shown: int, risk: str) -> None:
    seen = run_and_kill(tmp_path, point, text)
    assert len(seen) == shown
    manager = build_manager(Settings(home=tmp_path, demo=False))  # the restart
    records = manager.records
    texts = [m.text for m in records.interactions.transcript("the-session")]
    assert texts == [text, *seen, WORDS]
    (turn,) = records.interactions.turns("the-session")
    assert (turn.status, turn.error) == ("failed", "interrupted")
    assert turn.reply_text == "\n\n".join([*seen, WORDS])
    tasks = {t.kind: t for t in records.cases.tasks()}
    assert tasks["turn_failed"].risk == risk
    assert records.interactions.session("the-session").latched == ("ambulance_now" if risk == "critical" else None)
    assert records.interactions.unfinished_turns() == []
    assert records.audit.verify().ok
    assert manager.recover() == 0
    assert records.interactions.begin_turn("the-session", "are you there?", "n2").number == 2
    records.close()


def test_a_clean_stop_needs_no_recovery(tmp_path: Path) -> None:
    records = open_records(tmp_path / "prelude.db", clock=FakeClock())
    seed_small_clinic(records)
    records.close()
    manager = build_manager(Settings(home=tmp_path, demo=False))
    assert manager.recover() == 0
    assert manager.records.cases.tasks() == []
    assert manager.records.audit.verify().ok
    manager.records.close()
