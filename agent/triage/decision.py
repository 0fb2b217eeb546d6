"""Everything a decision carries, from a session that has been read."""

from __future__ import annotations

from agent.triage.explanation import explain, not_settled
from agent.triage.interview import next_questions
from agent.triage.judgement import InPlay, Judgement, judge, open_protocols
from agent.triage.rules import Rulebook, Situation, fired_rule
from agent.triage.session import SessionReading
from agent.triage.types import MAX_QUESTIONS, TriageDecision
from knowledge.schema import Content

MAX_COME_BACK = 8
"""Lines of "get help at once if"; more are not read."""


def build_decision(content: Content, rulebook: Rulebook, reading: SessionReading) -> TriageDecision:
    """Judge, choose the next questions, explain."""
    situation = Situation(
        states=reading.findings.states,
        facts=reading.facts,
        vitals=reading.vitals,
        duration_h=reading.duration_h,
        loose_duration_h=reading.loose_duration_h,
        vital_quotes=reading.vital_quotes,
    )
    in_play = open_protocols(rulebook, situation, reading.routes, reading.meant)
    judgement = judge(in_play, situation, content.findings, reading.unmatched)
    questions = next_questions(in_play, judgement, situation, reading.asked, reading.times_asked)
    fired = tuple(fired_rule(r, situation) for r in judgement.fired)
    advice, come_back_if = _advice(in_play, judgement)
    return TriageDecision(
        disposition=judgement.disposition,
        risk=judgement.disposition.risk,
        needs_more=_needs_more(judgement, bool(questions), in_play, reading.times_asked),
        evidence_disposition=judgement.evidence,
        rules=fired,
        red_flags=tuple(dict.fromkeys(r.flag for r in fired if r.flag and r.disposition.is_emergency)),
        findings=reading.findings.to_findings(content.findings),
        complaints=tuple(p.protocol.id for p in in_play.complaints),
        next_questions=questions,
        asked_count=reading.times_asked,
        not_asked_or_unknown=not_settled(in_play, judgement, situation, content.findings, reading.asked),
        conflicts=reading.conflicts,
        unmatched=reading.unmatched,
        explanation=explain(in_play, judgement, situation, content.findings),
        advice=advice,
        come_back_if=come_back_if,
        vitals=dict(reading.vitals),
        facts=reading.facts.facts,
        about_health=reading.about_health,
    )


def _needs_more(judgement: Judgement, open_questions: bool, in_play: InPlay, asked: int) -> bool:
    """Nothing more is needed once an emergency stands on evidence; without a complaint, until the questions are up."""
    if judgement.evidence is not None and judgement.evidence.is_emergency:
        return False
    if open_questions:
        return True
    return not in_play.complaints and not judgement.fired and asked == 0 and asked < MAX_QUESTIONS


def _advice(in_play: InPlay, judgement: Judgement) -> tuple[tuple[str, ...], tuple[str, ...]]:
    protocols = in_play.complaints or in_play.all
    advice = [line for p in protocols for line in p.protocol.advice.get(judgement.disposition, ())]
    signs = [line for p in protocols for line in p.protocol.come_back_if]
    return tuple(dict.fromkeys(advice)), tuple(dict.fromkeys(signs))[:MAX_COME_BACK]
