"""From a message to the list of things to do: one request per thing asked, with what it needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from agent.models.embedded.clauses import split_clauses
from agent.models.embedded.intent import IntentReader, Reading
from agent.models.embedded.situation import Situation, Turn
from agent.models.embedded.wanted import Thing, read_order_id, read_record, read_service, read_things
from agent.models.embedded.when import ANY_TIME, When, only_time, read_when
from knowledge.schema_intents import Intent, IntentBook

SCHEDULING: Final = "referrals_and_scheduling"
TIMED: Final = frozenset({Intent.BOOK_APPOINTMENT, Intent.RESCHEDULE})
ABOUT_THINGS: Final = frozenset({Intent.ORDER_SUPPLY, Intent.PHARMACY_ITEM, Intent.REFILL})
SMALL_TALK: Final = frozenset({Intent.GREETING, Intent.THANKS, Intent.GOODBYE, Intent.FINISH})
MAX_REQUESTS: Final = 4
"""Requests taken up in one turn, so that all of them fit its budget of calls; the rest is asked for again."""

_SHORT_ANSWER_WORDS = 6
_TO_HAVE = re.compile(
    r"\b(?:order|buy|purchase|deliver|send|get|ship|post|bring|need|want|like|give|another|more|please)\b", re.I
)
_TO_KNOW = re.compile(r"\b(?:price|cost|how much|do you|have you)\b", re.I)


@dataclass(frozen=True)
class Request:
    """One thing to do, with the clause it comes from."""

    intent: Intent
    clause: str
    health: bool = False
    when: When = ANY_TIME
    service: str | None = None
    thing: Thing | None = None
    order_id: str | None = None
    record: str | None = None
    to_have: bool = True


@dataclass(frozen=True)
class Agenda:
    """What one message asks for.

    ``health`` holds the clauses that say something about health; ``answering`` is True where they answer the question
    that was open. ``left_over`` says that more was asked than one turn takes up.
    """

    requests: tuple[Request, ...] = ()
    health: tuple[str, ...] = ()
    answering: bool = False
    not_understood: bool = False
    left_over: bool = False


class AgendaReader:
    """Turns a message into an agenda. Deterministic."""

    def __init__(self, book: IntentBook, reader: IntentReader) -> None:
        self._book, self._reader = book, reader
        self._openers = [p.pattern for p in book.compiled(book.openers)]
        self._after_yes = [(i.id, book.compiled(i.after_yes)) for i in book.intents if i.after_yes]

    def read(self, turn: Turn, situation: Situation) -> Agenda:
        """The agenda of a turn's message."""
        readings = self._reader.read(split_clauses(turn.text, self._openers))
        readings = [self._in_context(r, turn, situation, len(readings)) for r in readings]
        requests = self._requests(readings, situation)
        health = tuple(r.clause for r in readings if r.health or r.intent is Intent.ANSWER_QUESTION)
        unclear = [r.clause for r in readings if r.intent is Intent.UNCLEAR]
        # A message with nothing but unknown words is rated too: the engine decides, not this reader.
        alone = bool(unclear) and not requests and not health
        long_unclear = [c for c in unclear if len(c.split()) > 2]
        return Agenda(
            requests=tuple(requests[:MAX_REQUESTS]),
            health=health or tuple(unclear if alone else long_unclear),
            answering=any(r.intent is Intent.ANSWER_QUESTION for r in readings),
            not_understood=alone,
            left_over=len(requests) > MAX_REQUESTS,
        )

    def _in_context(self, reading: Reading, turn: Turn, situation: Situation, clauses: int) -> Reading:
        """The same words mean something else after a question or an offer."""
        intent = reading.intent
        timed = only_time(reading.clause, situation.today)
        if situation.answers_question:
            brief = len(reading.clause.split()) <= _SHORT_ANSWER_WORDS
            vague = intent in {Intent.UNCLEAR, Intent.AFFIRM, Intent.DECLINE, Intent.REPORT_SYMPTOM}
            if vague or timed or (brief and reading.score < 1.0 and clauses == 1):
                return replace(reading, intent=Intent.ANSWER_QUESTION, health=True)
        elif timed and intent not in TIMED:
            return replace(reading, intent=Intent.BOOK_APPOINTMENT, by="a time alone")
        if intent is Intent.AFFIRM and not situation.pending_tools:
            for wanted, patterns in self._after_yes:
                if any(p.search(turn.before.lower()) for p in patterns):
                    return replace(reading, intent=wanted, by="yes to a suggestion")
        return reading

    def _requests(self, readings: Sequence[Reading], situation: Situation) -> list[Request]:
        found: list[Request] = []
        for reading in readings:
            for request in self._build(reading, situation):
                _merge(found, request)
        substance = [r for r in found if r.intent not in SMALL_TALK]
        return substance or found[:1]

    def _build(self, reading: Reading, situation: Situation) -> list[Request]:
        intent, clause = reading.intent, reading.clause
        if intent in {Intent.REPORT_SYMPTOM, Intent.ANSWER_QUESTION, Intent.UNCLEAR}:
            return []
        if intent is Intent.OFF_TOPIC and reading.health:
            return []  # "he ate pizza and then threw up" is no chat about food
        base = Request(intent, clause, reading.health)
        if intent in TIMED:
            service = read_service(clause, self._book.services)
            return [replace(base, when=read_when(clause, situation.today), service=service)]
        if intent is Intent.REFER:
            return [replace(base, service=read_service(clause, self._book.services) or _referral_goal(clause))]
        if intent is Intent.MY_RECORD_QUESTION:
            return [replace(base, record=read_record(clause, self._book.records))]
        if intent in {Intent.ORDER_STATUS, Intent.CANCEL_ORDER}:
            things = read_things(clause)
            return [replace(base, order_id=read_order_id(clause), thing=things[0] if things else None)]
        if intent is Intent.CANCEL_APPOINTMENT:
            return [replace(base, when=read_when(clause, situation.today))]
        if intent in ABOUT_THINGS:
            to_have = bool(_TO_HAVE.search(clause)) and not _TO_KNOW.search(clause)
            return [replace(base, thing=t, to_have=to_have) for t in read_things(clause)] or [base]
        return [base]


def _merge(found: list[Request], new: Request) -> None:
    """Add a request; a second one of the same kind completes the first ("I need a doctor. Tomorrow, please")."""
    for i, old in enumerate(found):
        if old.intent is not new.intent:
            continue
        if old.intent in TIMED and (old.service == new.service or None in (old.service, new.service)):
            when = new.when if new.when.given else old.when
            found[i] = replace(old, when=when, service=old.service or new.service, health=old.health or new.health)
            return
        if (old.thing, old.order_id, old.record, old.service) == (new.thing, new.order_id, new.record, new.service):
            return
    found.append(new)


def _referral_goal(clause: str) -> str | None:
    """The words after "refer me to"; None where nothing is named."""
    found = re.search(
        r"\b(?:refer(?:red|ral)?(?: me| us| him| her)?(?: to| for)|see|ask)\s+(?:an? |the |my )?([a-z][a-z -]{2,40})",
        clause.lower(),
    )
    if not found:
        return None
    goal = re.split(r"\b(?:please|for my|because|about|to see|as soon|if|who|and)\b", found[1])[0].strip()
    return goal or None
