"""Why this level, what would raise or lower it, and what was never settled, in a clinician's plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from agent.triage.interview import askable
from agent.triage.judgement import InPlay, Judgement
from agent.triage.rules import CompiledRule, Situation, fired_rule, is_open
from agent.triage.types import Explanation
from knowledge.expressions import NOT_FINDINGS
from knowledge.levels import Disposition
from knowledge.schema import FindingDef

MAX_REASONS = 6
MAX_UNSETTLED = 6
"""Lines of what is not known; more are not read."""
MAX_NAMED = 2
_TOP = Disposition.AMBULANCE_NOW.rank
_FACT_LABELS = {
    "age_years": "age", "age_months": "age", "age_days": "age", "child": "age", "infant": "age", "sex": "sex",
    "pregnant": "pregnancy", "weeks_pregnant": "weeks of pregnancy", "postpartum_weeks": "recent birth",
    "duration_h": "how long it has lasted", "temperature_c": "temperature", "pulse": "pulse",
    "resp_rate": "breathing rate", "spo2": "oxygen saturation", "systolic": "blood pressure",
    "diastolic": "blood pressure", "glucose_mmol": "blood glucose", "gcs": "level of consciousness",
    "pain_score": "pain score", "weight_kg": "weight", "lactate": "lactate", "news2": "NEWS2",
}  # fmt: skip


def explain(
    in_play: InPlay, judgement: Judgement, situation: Situation, vocabulary: Mapping[str, FindingDef]
) -> Explanation:
    """Deciding rule, one line for a nurse, and conditions that would change the level."""
    now = judgement.disposition
    rules = [r for p in in_play.all for r in p.rules]
    higher = [r for r in rules if r.rule.disposition.rank > now.rank and is_open(r, situation)]
    lower = [r for r in rules if r.rule.disposition.rank < now.rank and r not in judgement.fired]
    complaints = {p.protocol.id for p in in_play.complaints}
    deciding = fired_rule(judgement.deciding, situation) if judgement.deciding else None
    return Explanation(
        deciding_rule=deciding,
        summary=_summary(in_play, judgement, situation),
        raise_if=tuple(
            _reasons((r for r in higher if r.protocol in complaints or not complaints), situation, vocabulary)
        ),
        lower_if=tuple(_reasons((r for r in lower if r.protocol in complaints), situation, vocabulary)),
    )


def not_settled(
    in_play: InPlay,
    judgement: Judgement,
    situation: Situation,
    vocabulary: Mapping[str, FindingDef],
    asked: frozenset[str],
) -> tuple[str, ...]:
    """What a nurse reads first: what was asked and is not known, then what was not asked, by question.

    Six lines at most, the last of which counts the others. Not asked are questions of the open complaints' own
    protocols on which a rule above the level still hangs, the most acute first.
    """
    lines = dict.fromkeys(
        (*_in_vain(in_play, situation, vocabulary, asked), *_unasked(in_play, judgement, situation, asked))
    )
    listed = tuple(lines)
    if len(listed) <= MAX_UNSETTLED:
        return listed
    return (*listed[: MAX_UNSETTLED - 1], f"and {len(listed) - MAX_UNSETTLED + 1} more questions (not asked)")


def _in_vain(
    in_play: InPlay, situation: Situation, vocabulary: Mapping[str, FindingDef], asked: frozenset[str]
) -> Iterator[str]:
    """One line for each question that was not answered: its findings by name, its text when they are many."""
    states = situation.states
    doubtful = {n for n, s in states.items() if s.present is None and s.mention.status == "unknown"}
    for question in (q for p in in_play.all for q in p.protocol.questions if q.id in asked):
        names = sorted(n for n in question.asks & doubtful if n in vocabulary)
        if names:
            what = ", ".join(vocabulary[n].label for n in names) if len(names) <= MAX_NAMED else question.text
            yield f"{what} (asked, not known)"
            doubtful -= set(names)
    for name in sorted(doubtful):
        yield f"{vocabulary[name].label} (asked, not known)"


def _unasked(in_play: InPlay, judgement: Judgement, situation: Situation, asked: frozenset[str]) -> Iterator[str]:
    now = judgement.disposition.rank
    other = situation.facts.facts.writer_relation != "self"
    ranked: list[tuple[int, int, str]] = []
    for protocol in in_play.complaints or in_play.routed:
        rules = [r for r in protocol.rules if is_open(r, situation) and r.rule.disposition.rank >= min(now + 1, _TOP)]
        for question in askable(protocol, situation, asked, guarded=False):
            hanging = [r.rule.disposition.rank for r in rules if r.names & question.asks]
            if hanging:
                text = question.text_other if other and question.text_other else question.text
                ranked.append((-max(hanging), len(ranked), f"{text} (not asked)"))
    return (text for _, _, text in sorted(ranked))


def _summary(in_play: InPlay, judgement: Judgement, situation: Situation) -> str:
    level = judgement.disposition.label
    titles = ", ".join(p.protocol.title for p in in_play.complaints)
    if judgement.held_up:
        return f"{level}: {judgement.held_up}."
    if judgement.deciding:
        rule = fired_rule(judgement.deciding, situation)
        words = "; ".join(f"“{q}”" for q in rule.quotes[:3])
        reason = rule.flag or rule.rationale.rstrip(".")
        return f"{level}: {reason}" + (f" ({words})." if words else ".")
    if judgement.disposition is Disposition.UNABLE_TO_ASSESS:
        return "Not rated: no complaint was understood."
    return f"{level}: {titles or 'complaint'} with no deciding feature; the protocol's default applies."


def _reasons(
    rules: Iterable[CompiledRule], situation: Situation, vocabulary: Mapping[str, FindingDef]
) -> Iterator[str]:
    seen: set[str] = set()
    for rule in rules:
        text = rule.rule.flag or ", ".join(_missing(rule, situation, vocabulary))
        if text and text not in seen:
            seen.add(text)
            yield text
        if len(seen) >= MAX_REASONS:
            return


def _missing(rule: CompiledRule, situation: Situation, vocabulary: Mapping[str, FindingDef]) -> list[str]:
    names = sorted(rule.names)
    unknown = [n for n in names if situation.lookup(n, None) is None]
    labels = [_FACT_LABELS.get(n, n) if n in NOT_FINDINGS else vocabulary[n].label for n in unknown]
    return list(dict.fromkeys(labels))[:4]
