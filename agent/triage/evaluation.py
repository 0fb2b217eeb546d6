"""How well the engine rates our own vignettes: accuracy, sensitivity, under- and over-triage. Totals only, no case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from agent.triage.engine import TriageEngine
from agent.triage.types import PatientFacts, PatientMessage
from knowledge.levels import Disposition
from knowledge.schema_vignettes import Vignette

HALVES = ("tuned", "blind")
ORDER = tuple(sorted(Disposition, key=lambda d: -d.rank))
UNKNOWN = "not told"
AGE_BANDS = {"under 1": 1.0, "1 to 4": 5.0, "5 to 17": 18.0, "18 to 39": 40.0, "40 to 64": 65.0, "65 and over": 200.0}
"""Age bands with the age in years at which the next begins."""
SEXES = ("female", "male", UNKNOWN)
_BATCH = 16


@dataclass(frozen=True)
class Share:
    """``hits`` of ``cases``."""

    hits: int
    cases: int

    @property
    def percent(self) -> float | None:
        """In percent to one decimal; None without a case."""
        return round(100 * self.hits / self.cases, 1) if self.cases else None

    def __str__(self) -> str:
        return f"{self.percent:5.1f} % ({self.hits} of {self.cases})" if self.cases else "    - (no case)"

    def to_json(self) -> dict[str, float | int | None]:
        """Hits, cases and percent."""
        return {**asdict(self), "percent": self.percent}


@dataclass(frozen=True)
class Outcome:
    """What a vignette should come to and what the engine said."""

    expected: Disposition
    given: Disposition
    age: float | None = None
    sex: str | None = None


@dataclass(frozen=True)
class Report:
    """The figures of one half.

    Collapsed levels are emergency, clinician and self-care. Under-triage is a lower collapsed level than expected
    (what was not rated counts as nurse today, hence under an emergency only); over-triage a higher one. Over-triage to
    emergency is counted among the cases that are none. By age and sex: right on the collapsed level.
    """

    half: str
    exact: Share
    collapsed: Share
    emergency_sensitivity: Share
    under_triage: Share
    over_triage: Share
    over_to_emergency: Share
    by_disposition: dict[Disposition, Share]
    by_age: dict[str, Share]
    by_sex: dict[str, Share]
    confusion: dict[Disposition, dict[Disposition, int]]

    def to_json(self) -> dict[str, Any]:
        """JSON types only."""
        shares = {k: v.to_json() for k, v in self.__dict__.items() if isinstance(v, Share)}
        return {
            "half": self.half,
            **shares,
            "by_disposition": {d.value: s.to_json() for d, s in self.by_disposition.items()},
            "by_age": {band: s.to_json() for band, s in self.by_age.items()},
            "by_sex": {sex: s.to_json() for sex, s in self.by_sex.items()},
            "confusion": {d.value: {g.value: n for g, n in row.items()} for d, row in self.confusion.items()},
        }


def evaluate(engine: TriageEngine, vignettes: Sequence[Vignette]) -> list[Report]:
    """Assess every vignette as one message and report on each half."""
    outcomes: dict[str, list[Outcome]] = {half: [] for half in HALVES}
    for start in range(0, len(vignettes), _BATCH):
        batch = vignettes[start : start + _BATCH]
        decisions = engine.assess_many([_session(v) for v in batch])
        for vignette, decision in zip(batch, decisions, strict=True):
            outcome = Outcome(vignette.disposition, decision.disposition, vignette.age, vignette.sex)
            outcomes[vignette.half].append(outcome)
    return [report_on(half, cases) for half, cases in outcomes.items()]


def report_on(half: str, outcomes: Sequence[Outcome]) -> Report:
    """The figures over some outcomes."""
    emergencies = [o for o in outcomes if o.expected.is_emergency]
    others = [o for o in outcomes if not o.expected.is_emergency]
    pairs = Counter((o.expected, o.given) for o in outcomes)
    return Report(
        half=half,
        exact=_share(o.given is o.expected for o in outcomes),
        collapsed=_share(is_right(o) for o in outcomes),
        emergency_sensitivity=_share(o.given.is_emergency for o in emergencies),
        under_triage=_share(_height(o.given) < _height(o.expected) for o in outcomes),
        over_triage=_share(_height(o.given) > _height(o.expected) for o in outcomes),
        over_to_emergency=_share(o.given.is_emergency for o in others),
        by_disposition={d: _share(o.given is d for o in outcomes if o.expected is d) for d in ORDER},
        by_age={band: _share(is_right(o) for o in outcomes if _band(o.age) == band) for band in (*AGE_BANDS, UNKNOWN)},
        by_sex={s: _share(is_right(o) for o in outcomes if (o.sex or UNKNOWN) == s) for s in SEXES},
        confusion={d: {g: pairs[d, g] for g in ORDER} for d in ORDER},
    )


def lines_of(report: Report) -> Iterator[str]:
    """The report as text for a terminal."""
    yield f"{report.half}: {report.exact.cases} vignettes"
    for name in ("exact", "collapsed", "emergency_sensitivity", "under_triage", "over_triage", "over_to_emergency"):
        yield f"  {name.replace('_', ' '):<24}{getattr(report, name)}"
    yield "  right by disposition"
    for disposition, share in report.by_disposition.items():
        if share.cases:
            yield f"    {disposition.value:<26}{share}"
    for title, shares in (("right (collapsed) by age", report.by_age), ("right (collapsed) by sex", report.by_sex)):
        yield f"  {title}"
        yield from (f"    {name:<26}{share}" for name, share in shares.items() if share.cases)
    yield "  expected (rows) by given (columns)"
    yield " " * 30 + "".join(f"{d.value[:9]:>11}" for d in ORDER)
    for expected, row in report.confusion.items():
        if any(row.values()):
            yield f"    {expected.value:<26}" + "".join(f"{n:>11}" for n in row.values())


def _session(vignette: Vignette) -> tuple[list[PatientMessage], PatientFacts]:
    facts = PatientFacts(age_years=vignette.age, sex=vignette.sex, pregnant=vignette.pregnant)
    return [PatientMessage(1, vignette.text)], facts


def is_right(outcome: Outcome) -> bool:
    """Right on emergency, clinician or self-care."""
    return _group(outcome.given) == _group(outcome.expected)


def _band(age: float | None) -> str:
    if age is None:
        return UNKNOWN
    return next(band for band, below in AGE_BANDS.items() if age < below)


def _group(disposition: Disposition) -> str:
    if disposition.is_emergency:
        return "emergency"
    if disposition in (Disposition.CLINICIAN_TODAY, Disposition.CLINICIAN_THIS_WEEK):
        return "clinician"
    return disposition.value


def _height(disposition: Disposition) -> int:
    return {"emergency": 3, Disposition.SELF_CARE.value: 1}.get(_group(disposition), 2)


def _share(hits: Iterator[bool]) -> Share:
    counted = Counter(hits)
    return Share(counted[True], counted.total())
