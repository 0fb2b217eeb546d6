"""Prompts are files with a name, a version and a history, and their hash is over what the model reads."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml

from agent.prompts import PROMPTS_DIR, load_prompt
from agent.tools import TOOLS
from knowledge.levels import Disposition

FILES = sorted(p.name for p in PROMPTS_DIR.glob("*.md"))


@pytest.mark.parametrize("name", FILES)
def test_every_prompt_says_which_one_it_is(name: str) -> None:
    prompt = load_prompt(name)
    head = yaml.safe_load((PROMPTS_DIR / name).read_text().split("---\n", 2)[1])
    assert prompt.label == f"{head['name']}@{head['version']}"
    assert head["history"] and head["reviewed_on"]
    assert str(head["version"]) in head["history"][-1]
    assert prompt.sha256 == hashlib.sha256(prompt.text.encode()).hexdigest()
    assert "---" not in prompt.text[:10] and prompt.text


def test_there_are_two_prompts() -> None:
    assert FILES == ["par.v1.md", "system_prompt.v1.md"]


def test_the_system_prompt_keeps_to_the_tools_and_levels_there_are() -> None:
    text = load_prompt("system_prompt.v1.md").text
    names = {t.name for t in TOOLS}
    mentioned = {w for w in names if w in text}
    assert {"triage_and_risk_flagging", "retrieve_knowledge_base", "ehr_lookup", "database_query"} <= mentioned
    assert all(level.value in text for level in Disposition)
    for rule in ("never lower", "receipt", "awaiting_consent", "emergency_shown", "diagnosis", "dose"):
        assert rule in text


BODY = "name: X\nversion: 1.2.3\nhistory: []\n"


@pytest.mark.parametrize("raw", ["", "no front matter", f"--- {BODY}", f"x\n---\n{BODY}---\ny", f"---\n{BODY}text"])
def test_a_file_without_front_matter_is_refused(tmp_path: Path, raw: str) -> None:
    (tmp_path / "x.md").write_text(raw)
    with pytest.raises(ValueError, match=r"x\.md"):
        load_prompt("x.md", tmp_path)


def test_a_changed_word_is_another_hash(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"---\n{BODY}---\nBe kind.\n")
    (tmp_path / "b.md").write_text(f"---\n{BODY}---\nBe kinder.\n")
    first, second = load_prompt("a.md", tmp_path), load_prompt("b.md", tmp_path)
    assert (first.label, first.text) == ("X@1.2.3", "Be kind.")
    assert first.sha256 != second.sha256
