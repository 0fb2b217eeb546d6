"""The JSONL command line: order, ids, both forms of input, bad lines."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import Any

import pytest

from agent.triage import TriageEngine
from agent.triage.__main__ import BATCH, run
from knowledge.embedding import Encoder
from knowledge.schema import Content


@pytest.fixture(scope="module")
def engine(small_content: Content, encoder: Encoder) -> TriageEngine:
    return TriageEngine(small_content, known_words=encoder.known_words())


def results(engine: TriageEngine, *lines: str) -> tuple[list[dict[str, Any]], int]:
    out = io.StringIO()
    bad = run(engine, lines, out)
    return [json.loads(line) for line in out.getvalue().splitlines()], bad


def test_one_result_a_line_in_the_same_order(engine: TriageEngine) -> None:
    lines = [json.dumps({"id": n, "text": "chest pain" if n % 2 else "runny nose"}) for n in range(2 * BATCH + 3)]
    found, bad = results(engine, *lines)
    assert [f["id"] for f in found] == list(range(2 * BATCH + 3)) and bad == 0
    assert [f["disposition"] for f in found[:2]] == ["self_care", "clinician_today"]


def test_a_result_has_what_the_specification_names(engine: TriageEngine) -> None:
    [found], _ = results(engine, '{"id": "a", "text": "Chest pain, sweating", "age": 58, "sex": "male"}')
    assert {"id", "disposition", "needs_more", "risk", "red_flags", "findings", "rules", "next_questions"} <= set(found)
    assert (found["id"], found["disposition"], found["risk"]) == ("a", "ambulance_now", "critical")
    assert {"id": "sweating", "present": True, "quote": "sweating"}.items() <= found["findings"][1].items()
    assert {"id", "disposition", "rationale", "quotes", "source"} <= set(found["rules"][0])


def test_messages_as_strings_or_objects_and_only_the_patients(engine: TriageEngine) -> None:
    spoken = [
        {"role": "user", "content": "chest pain"},
        {"role": "assistant", "content": "Are you sweating?"},
        {"role": "patient", "text": "yes", "asked": "chest.q_sweat"},
        "no cough",
    ]
    [found], bad = results(engine, json.dumps({"id": 1, "messages": spoken}))
    assert found["disposition"] == "ambulance_now" and bad == 0


def test_facts_reach_the_rules(engine: TriageEngine) -> None:
    [old, young], _ = results(
        engine, '{"id": 1, "text": "chest pain", "age": 61}', '{"id": 2, "text": "chest pain", "age": 30}'
    )
    assert (old["disposition"], young["disposition"]) == ("emergency_department_now", "clinician_today")


@pytest.mark.parametrize(
    ("line", "identity"),
    [
        ("not json", None),
        ("[1, 2]", None),
        ('{"text": "no id"}', None),
        ('{"id": "x"}', "x"),
        ('{"id": "x", "text": 5}', "x"),
        ('{"id": "x", "messages": "hello"}', "x"),
        ('{"id": "x", "messages": [{"role": "user"}]}', "x"),
        ('{"id": "x", "text": "cough", "age": "old"}', "x"),
        ('{"id": "x", "text": "cough", "age": -1}', "x"),
        ('{"id": "x", "text": "cough", "pregnant": "yes"}', "x"),
    ],
)
def test_a_bad_line_gives_an_error_in_its_place(engine: TriageEngine, line: str, identity: str | None) -> None:
    found, bad = results(engine, '{"id": 1, "text": "cough"}', line, '{"id": 2, "text": "cough"}')
    assert bad == 1 and [f["id"] for f in found] == [1, identity, 2]
    assert set(found[1]) == {"id", "error"} and "cough" not in found[1]["error"]


def test_the_command_itself() -> None:
    lines = '{"id":"1","text":"Crushing chest pain for 20 minutes, sweating, left arm numb. I am 58, male."}\nbroken\n'
    done = subprocess.run(
        [sys.executable, "-m", "agent.triage", "--no-semantic"],
        input=lines,
        capture_output=True,
        text=True,
        timeout=120,
    )
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 1 and "error" in second
    assert (first["id"], first["disposition"]) == ("1", "ambulance_now")
    assert first["rules"][0]["quotes"] and first["rules"][0]["source"]["url"].startswith("https://")
