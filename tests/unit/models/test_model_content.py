"""Intents and wording as data: what a bad file does, and that every sentence passes the output gate."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from agent.models.embedded.wording import PHRASES, Wording, listed
from knowledge.policy_files import PolicyError
from knowledge.schema_intents import POLICIES_DIR, load_intents, load_phrasing


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("version: 1.0.0", "version: 1.0.0\nsurprise: 1", "surprise"),
        ("  - id: refill", "  - id: refil", "intents"),
        ("floor: 0.48", "floor: 1.5", "floor"),
        ('"\\\\bsomething (?:from', '"\\\\bsomething ((?:from', "bad pattern"),
        (
            "<fetch>|<want>|do you (?:have|sell|stock|carry)|have you got|is there",
            "<fetched>|is there",
            "unknown group",
        ),
        ("  - id: refill", "  - id: refer", "twice"),
    ],
)
def test_a_bad_intents_file_names_itself_and_the_place(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = (POLICIES_DIR / "intents.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "intents.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=rf"intents\.yaml, line \d+.*{complaint}"):
        load_intents(tmp_path)


def test_a_phrase_that_asks_is_refused(tmp_path: Path) -> None:
    shutil.copytree(POLICIES_DIR / "phrasing", tmp_path / "phrasing")
    file = tmp_path / "phrasing" / "en.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("Thank you, that helps.", "Does that help?"), encoding="utf-8"
    )
    with pytest.raises(PolicyError, match=r"en\.yaml.*ack\.answer asks a question"):
        load_phrasing(tmp_path)


def test_an_unknown_locale_falls_back_to_english() -> None:
    assert load_phrasing(locale="xx-YY") == load_phrasing(locale="en-GB") == load_phrasing()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"ack.answer": None}, "no phrase for ack.answer"),
        ({"ack.symptom": "Sorry."}, "phrase ack.symptom must have these gaps"),
        ({"new.phrase": "Hello."}, "phrases nobody says: new.phrase"),
    ],
)
def test_wording_must_be_complete(change: dict[str, str | None], complaint: str) -> None:
    phrases = {k: v for k, v in (dict(load_phrasing()) | change).items() if v is not None}
    with pytest.raises(ValueError, match=re.escape(complaint)):
        Wording(phrases)


def test_a_gap_filled_with_a_gap_stays_text() -> None:
    say = Wording(load_phrasing())
    assert "{complaint}" in say("ack.symptom", complaint="{complaint}")


def test_a_list_reads_as_people_write_it() -> None:
    assert [listed(p) for p in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_every_phrase_is_said_by_some_code() -> None:
    code = "".join(
        p.read_text(encoding="utf-8") for p in Path("agent/models/embedded").glob("*.py") if p.name != "wording.py"
    )
    built = {k for k in PHRASES if k.startswith("record.my_") or k in {"greeting", "thanks", "goodbye", "finish"}}
    built |= {"off_topic", "abusive", "complaint"}
    assert [k for k in PHRASES if f'"{k}"' not in code and k not in built] == []
