"""All messages of a session read together: findings, facts, vital signs, durations and what was left over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from agent.triage.answers import Answered, answer, given_up, meant_as
from agent.triage.facts import KnownFacts, gather
from agent.triage.leftover import covered_by, not_understood
from agent.triage.measures import measured_findings, session_vitals, vital_quotes
from agent.triage.mentions import Clause, Mention, Reading
from agent.triage.reader import MessageReader
from agent.triage.rules import Rulebook
from agent.triage.semantic import SemanticMatch, Sense
from agent.triage.states import SessionFindings, combine
from agent.triage.subject import CHILDREN, SELF, UNBORN, SubjectTracker, choose_patient, same_person
from agent.triage.timing import lengths, untimed
from agent.triage.types import SEVERAL_PEOPLE, PatientFacts, PatientMessage
from knowledge.schema import Content, FindingDef, Lexicon, Question

_COUNTED_KINDS = frozenset({"symptom", "sign"})


@dataclass(frozen=True)
class Draft:
    """A session read by phrases only; ``clauses`` may still be matched by meaning."""

    messages: tuple[PatientMessage, ...]
    given: PatientFacts
    readings: tuple[Reading, ...]
    tracker: SubjectTracker
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class SessionReading:
    """What is known after all messages."""

    findings: SessionFindings
    facts: KnownFacts
    vitals: Mapping[str, float]
    duration_h: float | None
    loose_duration_h: float | None
    asked: frozenset[str]
    times_asked: int
    unmatched: tuple[str, ...]
    routes: tuple[str, ...]
    meant: tuple[str, ...]
    conflicts: tuple[str, ...]
    about_health: bool
    vital_quotes: Mapping[str, str]


def draft(reader: MessageReader, lexicon: Lexicon, messages: Sequence[PatientMessage], given: PatientFacts) -> Draft:
    """Read the messages in order, the subject carried from one to the next."""
    tracker = SubjectTracker(lexicon, given.writer_relation)
    readings: list[Reading] = []
    for message in messages:
        if message.asked:
            tracker.answering()
        readings.append(reader.read(message.turn, message.text, tracker))
    return Draft(tuple(messages), given, tuple(readings), tracker, tuple(c for r in readings for c in r.clauses))


def complete(
    content: Content,
    reader: MessageReader,
    session: Draft,
    said: Sequence[Mention],
    matches: Sequence[SemanticMatch],
    senses: Mapping[int, Sense],
    rulebook: Rulebook,
) -> SessionReading:
    """Put what was ``said`` in phrases, the matches by meaning, the answers and the record together."""
    vocabulary = content.findings
    matches = _borne_out(matches, said, rulebook)
    said = [*said, *(_from_meaning(m) for m in matches)]
    mother = _expecting(session)
    spoken = [replace(m, subject=mother) if mother and m.subject == UNBORN else m for m in said]
    patient = _patient(spoken, content, session)
    reading_of = {r.source.turn: r for r in session.readings}
    replies = _replies(session, rulebook.questions)
    meaning = {(session.clauses[n].turn, session.clauses[n].start): sense for n, sense in senses.items()}
    answered = _answered(replies, rulebook.questions, reading_of, reader, meaning)
    own = [m for m in spoken if m.status not in {"family", "hypothetical"} and _is_of(m.subject, patient)]
    others = {m.finding for m in spoken if m.status == "present" and not _is_of(m.subject, patient)}
    mentions = [
        *own,
        *measured_findings(session.readings, vocabulary),
        *(m for a in answered for m in a.mentions),
        *_from_record(content, reader, session.given, patient),
    ]
    findings = combine(_known(mentions, vocabulary), vocabulary, rulebook.red_flags)
    details = [d for r in session.readings for d in r.details]
    facts = gather(session.given, details, patient, session.tracker.seen)
    given_by_answers = {name: value for a in answered for name, value in a.facts.items()}
    facts = replace(facts, answered=given_by_answers)
    timed = {m.turn for m, a in zip(replies, answered, strict=True) if "duration_h" in a.facts}
    own = [untimed(m) if m.turn in timed else m for m in own]
    loose, longest = lengths(session.readings, meaning, own, vocabulary, given_by_answers, timed)
    matched = {(m.clause.turn, m.clause.start) for m in matches}
    left = [
        (n, c)
        for n, c in enumerate(session.clauses)
        if not c.told and _is_of(c.subject, patient) and (c.turn, c.start) not in matched and not _is_reply(session, c)
    ]
    near = [name for n, c in left if not c.denied for name, _ in (senses[n].protocols if n in senses else ())]
    meant = [senses[n].complaint for n, c in left if n in senses and senses[n].complaint and not c.denied]
    feared = [m.finding for m in spoken if (m.status == "hypothetical" or m.ended) and _is_of(m.subject, patient)]
    near += rulebook.opened(set(feared))
    conflicts = [*findings.conflicts, *facts.conflicts]
    if others - {m.finding for m in own}:
        conflicts.append(SEVERAL_PEOPLE)
    vitals = session_vitals(session.readings, facts)
    covered = covered_by(rulebook, findings)
    unmatched = tuple(dict.fromkeys(not_understood(left, senses, covered)))
    return SessionReading(
        findings=findings,
        facts=facts,
        vitals=vitals,
        duration_h=longest,
        loose_duration_h=loose,
        asked=frozenset(m.asked or "" for m, a in zip(replies, answered, strict=True) if a.understood),
        times_asked=sum(m.asked is not None for m in session.messages),
        unmatched=unmatched,
        routes=tuple(dict.fromkeys(near))[:2],
        meant=tuple(dict.fromkeys(meant))[:2],
        conflicts=tuple(conflicts),
        about_health=bool(_speaks_of_illness(findings, vocabulary) or vitals or unmatched or near or meant or feared),
        vital_quotes=vital_quotes(session.readings, vitals),
    )


def _answered(
    replies: Sequence[PatientMessage],
    questions: Mapping[str, Question],
    reading_of: Mapping[int, Reading],
    reader: MessageReader,
    meaning: Mapping[tuple[int, int], Sense],
) -> list[Answered]:
    """What each reply settles. A question that was put twice and never answered is given up as not known."""
    found: list[Answered] = []
    for number, message in enumerate(replies):
        question, reading = questions[message.asked or ""], reading_of[message.turn]
        settled = answer(question, reading, reader.durations)
        if not settled.understood:
            said = [sense for (turn, _), sense in meaning.items() if turn == message.turn]

            def likely(finding: str, said: Sequence[Sense] = said) -> float:
                return max((sense.chance_of(finding) for sense in said), default=0.0)

            settled = meant_as(question, reading, likely) or settled
        again = any(m.asked == message.asked for m in replies[:number])
        found.append(given_up(question, reading) if again and not settled.understood else settled)
    return found


def _speaks_of_illness(findings: SessionFindings, vocabulary: Mapping[str, FindingDef]) -> bool:
    """Medicines and past conditions alone, such as in a request for a refill, are no complaint."""
    return any(
        vocabulary[name].kind not in ("history", "medicine") and state.mention.origin != "chart"
        for name, state in findings.states.items()
    )


def _borne_out(matches: Sequence[SemanticMatch], said: Sequence[Mention], rulebook: Rulebook) -> list[SemanticMatch]:
    """Matches that hold by themselves, and those an open complaint asks about: it is their second cue."""
    present = {m.finding for m in said if m.status == "present"} | {m.finding for m in matches if m.sure}
    asked = {finding for name in rulebook.opened(present) for finding in rulebook.named[name]}
    return [m for m in matches if (m.sure or m.finding in asked) and not _gainsaid(m, said)]


def _gainsaid(match: SemanticMatch, said: Sequence[Mention]) -> bool:
    """Whether a phrase denies the same finding, or anything at all in the same clause: a likeness gives way."""
    denied = [m for m in said if m.status in {"absent", "past", "hypothetical"}]
    clause = match.clause
    inside = (m for m in denied if m.turn == clause.turn and clause.start <= m.start < clause.end)
    return any(m.finding == match.finding for m in denied) or any(inside)


def _replies(session: Draft, questions: Mapping[str, Question]) -> list[PatientMessage]:
    return [m for m in session.messages if m.asked and m.asked in questions]


def _expecting(session: Draft) -> str | None:
    """The person "the baby" is unborn of: one said to be pregnant, when no baby's age is given."""
    details = [d for r in session.readings for d in r.details]
    if any(d.subject == UNBORN and d.detail.kind == "age_years" for d in details):
        return None
    expecting = [d.subject or SELF for d in details if d.detail.kind == "pregnant" and d.detail.value is True]
    if session.given.pregnant:
        expecting.append(session.given.writer_relation)
    return next((relation for relation in expecting if relation != UNBORN), None)


def _patient(spoken: Sequence[Mention], content: Content, session: Draft) -> str:
    """Symptoms decide who the text is about; what somebody once had does not."""
    kept = [m for m in sorted(spoken, key=lambda m: (m.turn, m.start)) if m.status in {"present", "absent"}]
    felt = [m for m in kept if content.findings[m.finding].kind in _COUNTED_KINDS and m.status == "present"]
    symptoms = [m.subject for m in felt if not m.retold] or [m.subject for m in felt]
    subjects = symptoms or [m.subject for m in kept]
    if not any(subjects) and not any(m.subject for m in spoken if m.status == "past"):
        # "No wet nappies since this morning, my baby is 6 weeks old": said of nobody, with one child in sight.
        aged = [d.subject for r in session.readings for d in r.details if d.subject]
        born = CHILDREN - {UNBORN} if _expecting(session) else CHILDREN
        subjects = [*aged, *(s for s in session.tracker.seen if s in born)]
    return choose_patient(subjects, session.given.writer_relation)


def _is_of(subject: str | None, patient: str) -> bool:
    return subject is None or same_person(subject, patient)


def _is_reply(session: Draft, clause: Clause) -> bool:
    """The first words of an answer ("yeah a bit") are not a complaint that was overlooked."""
    return any(m.asked and m.turn == clause.turn for m in session.messages) and clause.start == 0


def _from_meaning(match: SemanticMatch) -> Mention:
    clause = match.clause
    return Mention(
        finding=match.finding,
        status="present",
        turn=clause.turn,
        start=clause.start,
        end=clause.end,
        quote=clause.quote,
        raw_start=clause.raw_start,
        raw_end=clause.raw_end,
        subject=clause.subject,
        match="semantic",
        score=match.score,
    )


def _from_record(content: Content, reader: MessageReader, given: PatientFacts, patient: str) -> list[Mention]:
    """Conditions and medicines of the chart, read by the same phrases; a relative does not inherit them."""
    if patient not in (given.writer_relation, "patient"):
        return []
    found: list[Mention] = []
    items = [(item, item) for item in (*given.conditions, *given.medicines)]
    items += [(item, f"allergic to {item}") for item in given.allergies]
    for item, text in items:
        for mention in reader.read(-1, text, SubjectTracker(content.lexicon)).mentions:
            if content.findings[mention.finding].kind in {"history", "medicine"} and mention.status == "present":
                found.append(
                    replace(mention, origin="chart", match="chart", attributes={}, quote=item, raw_start=0, raw_end=0)
                )
    return found


def _known(mentions: Iterable[Mention], vocabulary: Mapping[str, object]) -> list[Mention]:
    return [m for m in mentions if m.finding in vocabulary]
