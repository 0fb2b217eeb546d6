"""Whatever breaks, an unchecked sentence is not shown, and a broken policy does not start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.safety import GateContext, OutputGate, Verdict, gate_or_block
from agent.safety.citations import check_citations
from knowledge.schema_policies import Policies, PolicyError, load_locales, load_policies

from .conftest import POLICY_DIR

SENTENCE = "Drink plenty of fluids."


class BrokenGate:
    """A gate whose check raises or answers with the wrong thing."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def check(self, sentence: str, *, previous: str = "", context: GateContext) -> Any:
        if isinstance(self._answer, BaseException):
            raise self._answer
        return self._answer


FAULTS = [None, "pass", True, {}, Verdict("maybe"), RuntimeError("x"), MemoryError(), RecursionError(), TimeoutError(),
          ValueError("x"), KeyError("x"), UnicodeError("x")]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
def test_a_broken_gate_blocks(fault: Any) -> None:
    verdict = gate_or_block(BrokenGate(fault), SENTENCE, context=GateContext())
    assert (verdict.status, verdict.template) == ("block", "degraded.gate")
    assert [v.rule for v in verdict.violations] == ["gate_failure"]


def test_a_missing_gate_blocks_and_a_sound_one_passes(gate: OutputGate) -> None:
    assert gate_or_block(None, SENTENCE, context=GateContext()).status == "block"
    assert gate_or_block(gate, SENTENCE, context=GateContext()).status == "pass"


def test_a_fault_inside_the_gate_blocks(policies: Policies, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = OutputGate(policies)
    for part in ("_tagger", "_acts", "_rules"):
        whole = getattr(gate, part)
        monkeypatch.setattr(gate, part, None)
        assert gate_or_block(gate, SENTENCE, context=GateContext()).status == "block", part
        monkeypatch.setattr(gate, part, whole)
    assert gate_or_block(gate, SENTENCE, context=GateContext()).status == "pass"


def test_a_program_being_stopped_is_not_swallowed() -> None:
    with pytest.raises(KeyboardInterrupt):
        gate_or_block(BrokenGate(KeyboardInterrupt()), SENTENCE, context=GateContext())


def test_a_turn_without_passages_has_no_citations() -> None:
    assert check_citations("Rest well [1].", {}) == ("citation_unknown",)
    assert check_citations("Rest well [1].", None) == ()


def copy_policies(target: Path, name: str, change: Any) -> Path:
    for path in POLICY_DIR.glob("*.yaml"):
        (target / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    data = yaml.safe_load((target / name).read_text(encoding="utf-8"))
    change(data)
    (target / name).write_text(yaml.safe_dump(data, sort_keys=False, width=1000), encoding="utf-8")
    return target


def _set(path: list[Any], value: Any) -> Any:
    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = value

    return change


BAD_POLICIES = [
    ("output_gate.yaml", ["rules", 0, "category"], "Z", "d.person_has"),
    ("output_gate.yaml", ["rules", 1, "patterns"], ["(unclosed"], "d.this_is"),
    ("output_gate.yaml", ["rules", 1, "patterns"], ["<no_such_group>"], "d.this_is"),
    ("output_gate.yaml", ["rules", 1, "excused_by"], ["no_such_act"], "d.this_is"),
    ("output_gate.yaml", ["rules", 1, "examples_block"], [], "d.this_is"),
    ("output_gate.yaml", ["rules", 1, "id"], "d.person_has", "d.person_has"),
    ("output_gate.yaml", ["surprise"], 1, "surprise"),
    ("crisis.yaml", ["rules", 0, "level"], "perhaps", "crisis.kill_self"),
    ("crisis.yaml", ["rules", 0, "patterns"], ["[a"], "crisis.kill_self"),
    ("injection.yaml", ["rules", 0, "rationale"], "", "injection.override"),
]


@pytest.mark.parametrize(("name", "path", "value", "item"), BAD_POLICIES)
def test_a_bad_policy_names_file_item_and_line(
    tmp_path: Path, name: str, path: list[Any], value: Any, item: str
) -> None:
    with pytest.raises(PolicyError, match=rf"{name}, line [1-9]\d*, .*{item}|{name}, line [1-9].*: .*{item}"):
        load_policies(copy_policies(tmp_path, name, _set(path, value)))


def test_missing_files_and_texts_are_errors(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"output_gate\.yaml: missing"):
        load_policies(tmp_path)
    with pytest.raises(PolicyError, match="no texts"):
        load_locales(tmp_path)
    (tmp_path / "xx.yaml").write_text('locale: xx\nreviewed_on: "2026-01-01"\nsign_off: none\ntexts: {greeting: Hi}\n')
    with pytest.raises(PolicyError, match=r"xx\.yaml.*missing texts.*emergency\.ambulance_now"):
        load_locales(tmp_path)
    (tmp_path / "xx.yaml").write_text("texts: [unclosed\n")
    with pytest.raises(PolicyError, match=r"xx\.yaml, line \d+: not valid YAML"):
        load_locales(tmp_path)
