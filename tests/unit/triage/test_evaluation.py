"""The figures over the vignettes: what counts as right, under and over, and that a bad vignette is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.triage.evaluation import Outcome, lines_of, report_on
from knowledge.levels import Disposition as D
from knowledge.schema import ContentError
from knowledge.schema_vignettes import load_vignettes

OUTCOMES = [
    Outcome(D.AMBULANCE_NOW, D.EMERGENCY_DEPARTMENT_NOW),
    Outcome(D.EMERGENCY_DEPARTMENT_NOW, D.CLINICIAN_TODAY),
    Outcome(D.CLINICIAN_TODAY, D.CLINICIAN_TODAY),
    Outcome(D.CLINICIAN_THIS_WEEK, D.AMBULANCE_NOW),
    Outcome(D.SELF_CARE, D.CLINICIAN_TODAY),
    Outcome(D.SELF_CARE, D.SELF_CARE),
]


@pytest.mark.parametrize(
    ("figure", "hits", "cases"),
    [
        ("exact", 2, 6),
        ("collapsed", 3, 6),
        ("emergency_sensitivity", 1, 2),
        ("under_triage", 1, 6),
        ("over_triage", 2, 6),
        ("over_to_emergency", 1, 4),
    ],
)
def test_each_figure(figure: str, hits: int, cases: int) -> None:
    share = getattr(report_on("tuned", OUTCOMES), figure)
    assert (share.hits, share.cases) == (hits, cases)


def test_a_report_without_cases_has_no_percentages() -> None:
    report = report_on("blind", [])
    assert report.exact.percent is None and list(lines_of(report))


def test_every_vignette_is_valid_and_has_a_half() -> None:
    assert {v.half for v in load_vignettes()} == {"tuned", "blind"}


def test_a_bad_vignette_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "vignettes"
    folder.mkdir()
    (folder / "chest.yaml").write_text("vignettes:\n  - {id: v-chest-001, half: open, text: x}\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"chest\.yaml"):
        load_vignettes(tmp_path)
