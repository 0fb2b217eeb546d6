"""Clinical content is data with sources: all of it loads, bad files say where they are bad, nothing lies unused."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from agent.prompts import PROMPTS_DIR, load_prompt
from knowledge.levels import Disposition
from knowledge.schema import KNOWLEDGE_DIR, Content, ContentError, load_content

ROOT = Path(__file__).resolve().parent.parent
FIRST_FIFTEEN = {
    "chest_pain", "breathlessness", "headache", "abdominal_pain", "fever_adult", "fever_child", "cough_cold",
    "sore_throat", "urinary_symptoms", "rash", "back_pain", "vomiting_diarrhoea", "injury_bleeding",
    "dizziness_fainting", "low_mood_self_harm",
}  # fmt: skip
VIGNETTE_KEYS = {
    "id", "half", "voice", "text", "age", "sex", "pregnant", "disposition", "present", "rationale", "source",
}  # fmt: skip


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for part in ("findings", "protocols", "policies"):
        shutil.copytree(KNOWLEDGE_DIR / part, tmp_path / part)
    return tmp_path


def test_the_promised_protocols_are_there(content: Content) -> None:
    assert set(content.protocols) >= FIRST_FIFTEEN | {"general", "unclear"}


def test_every_protocol_is_signed_for_and_not_from_the_future(content: Content) -> None:
    for protocol in content.protocols.values():
        assert "safety officer" in protocol.sign_off, protocol.id
        assert protocol.reviewed_on <= date(2026, 11, 21), protocol.id


def test_every_complaint_can_reach_an_emergency_and_has_words_for_each_level(content: Content) -> None:
    for name in FIRST_FIFTEEN:
        protocol = content.protocols[name]
        reached = {rule.disposition for rule in protocol.rules}
        assert any(d.is_emergency for d in reached), name
        missing = {d for d in reached | {protocol.default} if d is not None} - set(protocol.advice)
        assert not missing, f"{name} has no advice for {missing}"
        assert protocol.come_back_if, name


def test_self_care_is_earned(content: Content) -> None:
    """A rule for self-care always excludes something; a bare finding never earns it."""
    for protocol in content.protocols.values():
        for rule in protocol.rules:
            if rule.disposition is Disposition.SELF_CARE:
                assert "not " in rule.when, rule.id


def test_every_question_says_why(content: Content) -> None:
    for protocol in content.protocols.values():
        for question in protocol.questions:
            assert len(question.why) > 10, question.id
            assert question.text.rstrip().endswith("?"), question.id


@pytest.mark.parametrize(
    ("file", "before", "after", "named"),
    [
        ("protocols/headache.yaml", "disposition: ambulance_now", "disposition: ambulance_soon", "headache."),
        ("protocols/headache.yaml", "source: ", "source: nobody-", "headache."),
        ("protocols/headache.yaml", "when: headache", "when: headache and no_such_finding", "no_such_finding"),
        ("protocols/headache.yaml", "when: headache", "when: __import__('os') or headache", "rule language"),
        ("protocols/headache.yaml", "id: headache\n", "id: headeache\n", "headeache"),
        ("protocols/acne.yaml", "narrows: [rash]", "narrows: [rush]", "narrows rush"),
        ("findings/general.yaml", "kind: symptom", "kind: feeling", "kind"),
        ("policies/locales/en.yaml", "  withheld:", "  withhold:", "withheld"),
    ],
)
def test_a_broken_file_stops_the_start_and_names_itself(
    copy: Path, file: str, before: str, after: str, named: str
) -> None:
    path = copy / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ContentError) as refused:
        load_content(copy)
    assert path.name in str(refused.value)
    assert named in str(refused.value)


def test_yaml_that_cannot_be_read_names_file_and_line(copy: Path) -> None:
    path = copy / "protocols" / "headache.yaml"
    path.write_text("id: headache\nrules: [\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"headache\.yaml, line \d"):
        load_content(copy)


def test_every_prompt_is_used_and_has_a_history() -> None:
    code = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "agent").rglob("*.py"))
    for path in PROMPTS_DIR.glob("*.md"):
        prompt = load_prompt(path.name)
        head = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])
        assert path.name in code, f"nobody uses {path.name}"
        assert any(prompt.version in line for line in head["history"]), path.name


def test_vignettes_are_whole() -> None:
    seen: set[str] = set()
    halves = {"tuned": 0, "blind": 0}
    for path in sorted((KNOWLEDGE_DIR / "vignettes").glob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))["vignettes"]:
            assert set(case) == VIGNETTE_KEYS, case.get("id")
            assert case["id"] not in seen
            seen.add(case["id"])
            halves[case["half"]] += 1
            assert Disposition(case["disposition"])
            assert case["rationale"]
    assert halves["blind"] / sum(halves.values()) >= 0.4
