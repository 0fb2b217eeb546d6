"""Why this level, what would raise or lower it, and what was never settled, in a clinician's plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from agent.triage.judgement import InPlay, Judgement
from agent.triage.rules import CompiledRule, Situation, fired_rule, is_open
from agent.triage.types import Explanation
from knowledge.expressions import NOT_FINDINGS
from knowledge.levels import Disposition
from knowledge.schema import FindingDef

MAX_REASONS = 6
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
    in_play: InPlay, judgement: Judgement, situation: Situation, vocabulary: Mapping[str, FindingDef]
) -> tuple[str, ...]:
    """Critical findings of rules that are still open above the level, asked in vain or not asked; then open facts."""
    found: dict[str, None] = {}
    for name, state in situation.states.items():
        if state.present is None and state.mention.status == "unknown":
            found[f"{vocabulary[name].label} (asked, not known)"] = None
    facts: dict[str, None] = {}
    for protocol in in_play.complaints or in_play.routed:
        for rule in protocol.rules:
            if rule.rule.disposition.rank > judgement.disposition.rank and is_open(rule, situation):
                for name in sorted(rule.when.findings):
                    if vocabulary[name].critical and name not in situation.states:
                        found[f"{vocabulary[name].label} (not asked)"] = None
                for name in sorted(rule.when.facts):
                    if situation.lookup(name, None) is None and name in {"age_years", "sex", "pregnant", "duration_h"}:
                        facts[f"{_FACT_LABELS[name]} (not known)"] = None
    return (*found, *facts)


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
