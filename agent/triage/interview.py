"""The next questions: unanswered, able to change the level, the most acute first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent.triage.judgement import UNCLEAR, InPlay, Judgement, LevelProbe
from agent.triage.rules import CompiledProtocol, CompiledRule, Situation, fires, is_open
from agent.triage.types import MAX_QUESTIONS, Choice, NextQuestion
from knowledge.levels import Disposition
from knowledge.schema import Answer, Question

ENOUGH_QUESTIONS = 4
"""After this many, only what could by itself make it an emergency is asked."""
YES_NO_UNKNOWN = (Choice("Yes", "yes"), Choice("No", "no"), Choice("Don't know", "don't know"))


@dataclass(frozen=True)
class _Candidate:
    rank: int
    direct: bool
    order: int
    protocol: str
    question: Question


def next_questions(
    in_play: InPlay, judgement: Judgement, situation: Situation, asked: frozenset[str], times_asked: int
) -> tuple[NextQuestion, ...]:
    """Questions worth asking now, best first, within what is left of the session's number.

    ``asked`` are the questions that were answered or given up, ``times_asked`` counts every asking.

    Above an emergency that stands on evidence only questions that could make it an ambulance are left.
    """
    left = MAX_QUESTIONS - times_asked
    if left <= 0 or judgement.evidence is Disposition.AMBULANCE_NOW:
        return ()
    candidates = sorted(
        _candidates(in_play, judgement, situation, asked), key=lambda c: (not c.direct, -c.rank, c.order)
    )
    other = situation.facts.facts.writer_relation != "self"
    return tuple(_shown(c, other) for c in candidates[:left])


def askable(
    protocol: CompiledProtocol, situation: Situation, asked: frozenset[str], *, guarded: bool
) -> list[Question]:
    """Questions of a protocol not asked yet, whose guard holds and which the text has not answered."""
    found = []
    for question in protocol.protocol.questions:
        guard = protocol.guards.get(question.id)
        holds = guard.evaluate(situation.routing) is not False if guard else not guarded
        if question.id not in asked and holds and _unanswered(question, situation):
            found.append(question)
    return found


def overlay_of(answer: Answer) -> dict[str, bool | float]:
    """Findings and facts as an answer would set them."""
    return {**dict.fromkeys(answer.present, True), **dict.fromkeys(answer.absent, False), **answer.facts}


def _candidates(
    in_play: InPlay, judgement: Judgement, situation: Situation, asked: frozenset[str]
) -> Iterator[_Candidate]:
    open_questions = {
        p.protocol.id: askable(p, situation, asked, guarded=p.protocol.scope == "general") for p in in_play.all
    }
    open_rules = [r for p in in_play.all for r in p.rules if is_open(r, situation)]
    hopeful = _optimistic(open_questions, situation)
    reachable = [r for r in open_rules if fires(r, hopeful)]
    floor = judgement.evidence if judgement.evidence and judgement.evidence.is_emergency else None
    probe = LevelProbe(in_play, judgement, situation)
    order = 0
    for protocol in in_play.all:
        for question in open_questions[protocol.protocol.id]:
            order += 1
            own = protocol in in_play.complaints
            near = [r for r in reachable if _within_reach(r, protocol, own, situation)]
            rank, direct = _worth(question, probe, judgement, near)
            if len(asked) >= ENOUGH_QUESTIONS and not (direct and rank >= Disposition.EMERGENCY_DEPARTMENT_NOW.rank):
                rank = 0
            # Without any complaint the general questions are the only way on, whatever they can change.
            if not rank and not in_play.complaints and protocol.protocol.id == UNCLEAR:
                rank, direct = 1, True
            if rank and (floor is None or rank > floor.rank):
                yield _Candidate(rank, direct, order, protocol.protocol.id, question)


def _worth(
    question: Question, probe: LevelProbe, judgement: Judgement, reachable: list[CompiledRule]
) -> tuple[int, bool]:
    """The most acute level an answer can lead to (0: it changes nothing), and whether it does so by itself."""
    now = judgement.disposition
    results = [probe.level_with(overlay_of(a)) for a in question.answers]
    changed = [r for r in results if r is not None and r is not now]
    if changed:
        return max(max(r.rank for r in changed), 1), True
    rules = [r for r in reachable if r.names & question.asks and r.rule.disposition.rank > now.rank]
    return (max(r.rule.disposition.rank for r in rules), False) if rules else (0, False)


def _within_reach(rule: CompiledRule, protocol: CompiledProtocol, own: bool, situation: Situation) -> bool:
    """Whether a rule that needs two answers is worth a question.

    It is when it belongs to the question's own open complaint and something it rests on is there already.
    """
    if own and rule.protocol == protocol.protocol.id:
        return True
    return any(situation.lookup(name, None) is True for name in rule.when.findings)


def _optimistic(questions: Mapping[str, list[Question]], situation: Situation) -> Situation:
    """Everything still askable taken as present: what a rule could at most come to."""
    present = {name: True for asked in questions.values() for q in asked for a in q.answers for name in a.present}
    unknown = {name: value for name, value in present.items() if situation.lookup(name, None) is None}
    return situation.imagine(unknown)


def _unanswered(question: Question, situation: Situation) -> bool:
    """At least one thing it asks is not known yet; "don't know" counts as asked."""
    names = question.asks
    states = situation.states
    return any(
        situation.lookup(name, None) is None and not (name in states and states[name].mention.status == "unknown")
        for name in names
    )


def _shown(candidate: _Candidate, other: bool) -> NextQuestion:
    question = candidate.question
    choices = (
        (*(Choice(c.label, c.label) for c in question.choices), Choice("Don't know", "don't know"))
        if question.choices
        else YES_NO_UNKNOWN
    )
    text = question.text_other if other and question.text_other else question.text
    return NextQuestion(question.id, text, question.why, choices, candidate.protocol)
