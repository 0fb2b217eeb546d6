"""Decides what comes next in a turn: the calls that are still to make, or the reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, assert_never

from agent.models.embedded import care, scheduling, supplies
from agent.models.embedded.requests import SMALL_TALK, Agenda, Request
from agent.models.embedded.script import (
    PHARMACY,
    SCHEDULING,
    SUPPLIES,
    TRIAGE,
    Call,
    Outcome,
    Scene,
    Script,
    failed,
    play,
    reason_of,
)
from agent.models.embedded.wording import as_sentence
from knowledge.schema_intents import Intent

MAX_ROUNDS: Final = 6
MAX_CALLS: Final = 12
"""A turn's budget as this model keeps it: rounds of calls, and calls in all."""

_TOOL_OF: Final[Mapping[Intent, str]] = {
    Intent.BOOK_APPOINTMENT: SCHEDULING,
    Intent.RESCHEDULE: SCHEDULING,
    Intent.CANCEL_APPOINTMENT: SCHEDULING,
    Intent.REFER: SCHEDULING,
    Intent.ORDER_SUPPLY: SUPPLIES,
    Intent.CANCEL_ORDER: SUPPLIES,
    Intent.PHARMACY_ITEM: PHARMACY,
    Intent.REFILL: PHARMACY,
}
_ANSWERED = frozenset({"done", "declined"})


@dataclass(frozen=True)
class Step:
    """What the model does now: calls to make in parallel, or the reply's text."""

    calls: tuple[Call, ...] = ()
    text: str = ""


def next_step(agenda: Agenda, scene: Scene) -> Step:
    """The next step of a turn. The same agenda and scene always give the same step."""
    answers = [m for m in scene.turn.made if m.result.get("status") in _ANSWERED]
    settled_tools = {m.name for m in answers}
    requests = [r for r in agenda.requests if _TOOL_OF.get(r.intent) not in settled_tools]
    if answers:
        agenda = replace(agenda, health=())  # this turn is about the offer: the open question stays as it was put
        requests = [r for r in requests if r.intent not in {Intent.AFFIRM, Intent.DECLINE}]
    scripts = _scripts(agenda, requests, scene)
    played = [play(s, scene.turn.made, scene.tools) for s in scripts]
    waiting = tuple({c.key: c for p in played for c in p.waits_for}.values())
    room = MAX_CALLS - len(scene.turn.made) if scene.turn.rounds < MAX_ROUNDS else 0
    if waiting and room > 0:
        return Step(calls=waiting[:room])
    outcomes = [p.outcome or Outcome((scene.say("left_over"),)) for p in played]
    used = frozenset(key for p in played for key in p.used)
    return Step(text=_reply(agenda, outcomes, scene, used))


def _scripts(agenda: Agenda, requests: list[Request], scene: Scene) -> list[Script]:
    scripts: list[Script] = []
    if agenda.health:
        asks = any(r.intent is Intent.GUIDELINE_QUESTION for r in requests)
        scripts.append(care.care(agenda, scene, asks_guideline=asks))
    why = ". ".join(c for c in agenda.health if not agenda.answering)
    for request in requests:
        if request.intent in SMALL_TALK and (agenda.health or scene.turn.made):
            continue
        scripts.append(_script(request, scene, why or (scene.turn.earlier[0] if scene.turn.earlier else "")))
    return scripts


def _script(request: Request, scene: Scene, why: str) -> Script:
    match request.intent:
        case Intent.BOOK_APPOINTMENT:
            return scheduling.book(request, scene, why)
        case Intent.RESCHEDULE:
            return scheduling.reschedule(request, scene)
        case Intent.CANCEL_APPOINTMENT:
            return scheduling.cancel(request, scene)
        case Intent.LIST_APPOINTMENTS:
            return scheduling.show_appointments(scene)
        case Intent.REFER:
            return scheduling.refer(request, scene, why)
        case Intent.ORDER_SUPPLY | Intent.PHARMACY_ITEM:
            return supplies.order(request, scene)
        case Intent.REFILL:
            return supplies.refill(request, scene)
        case Intent.ORDER_STATUS:
            return supplies.show_orders(request, scene)
        case Intent.CANCEL_ORDER:
            return supplies.cancel_order(request, scene)
        case Intent.GUIDELINE_QUESTION:
            return care.guideline(request, scene)
        case Intent.CLINIC_QUESTION:
            return care.clinic(request, scene)
        case Intent.MY_RECORD_QUESTION if request.record == "my_appointments":
            return scheduling.show_appointments(scene)
        case Intent.MY_RECORD_QUESTION if request.record == "my_orders":
            return supplies.show_orders(request, scene)
        case Intent.MY_RECORD_QUESTION:
            return care.own_record(request, scene)
        case Intent.AFFIRM | Intent.DECLINE:
            waits = bool(scene.situation.pending_tools)
            plain = "agreed" if request.intent is Intent.AFFIRM else "refused"
            return _saying(scene, "offer.waiting" if waits else plain)
        case Intent.HUMAN_PLEASE:
            return _saying(scene, "human")
        case Intent.GREETING | Intent.THANKS | Intent.GOODBYE | Intent.FINISH:
            return _saying(scene, request.intent.value)
        case Intent.OFF_TOPIC | Intent.ABUSIVE | Intent.COMPLAINT:
            return _saying(scene, request.intent.value)
        case Intent.REPORT_SYMPTOM | Intent.ANSWER_QUESTION | Intent.UNCLEAR:
            return _saying(scene, "unclear")  # these never become requests; if one does, it is asked again
        case _:
            assert_never(request.intent)


def _saying(scene: Scene, key: str) -> Script:
    """A script without calls."""
    yield from ()
    return Outcome((scene.say(key),))


def _reply(agenda: Agenda, outcomes: list[Outcome], scene: Scene, used: frozenset[str]) -> str:
    sentences = [*_answered_offers(scene, used)]
    sentences += [s for o in outcomes for s in o.sentences]
    offers = list(dict.fromkeys(o.offer for o in outcomes if o.offer))
    if offers:
        sentences.append(scene.say("offer.many" if len(offers) > 1 else "offer.one", what="; ".join(offers)))
    if agenda.left_over:
        sentences.append(scene.say("left_over"))
    if not sentences:
        sentences.append(scene.say("unclear"))
    if question := _question(agenda, outcomes, scene):
        sentences.append(question)
    # A text whose first line came up twice (two orders, one reason) is said once.
    return " ".join(dict.fromkeys(" ".join(s.split()) for s in sentences if s.strip()))


def _answered_offers(scene: Scene, used: frozenset[str]) -> list[str]:
    """What came of the offers this turn answered: receipts in their own words, refusals and failures said plainly."""
    said: list[str] = []
    for made in scene.turn.made:
        receipt = made.result.get("receipt")
        if made.result.get("status") == "done" and isinstance(receipt, dict) and receipt.get("text"):
            said.append(as_sentence(str(receipt["text"])))
        elif made.result.get("status") == "declined":
            said.append(scene.say("declined", what=scene.say("what.this")))
        elif failed(made.result) and made.name in _INSTEAD and Call(made.name, made.args).key not in used:
            said += [scene.say("not_possible", what=scene.say("what.this")), *reason_of(made.result)]
            said.append(scene.say(_INSTEAD[made.name]))
    return said


_INSTEAD: Final[Mapping[str, str]] = {
    SCHEDULING: "booking.instead",
    SUPPLIES: "item.instead",
    PHARMACY: "item.instead",
}


def _question(agenda: Agenda, outcomes: list[Outcome], scene: Scene) -> str:
    """The one question of the reply: the triage result's, else the one still open from before."""
    asked = next((o.question for o in outcomes if o.question), "")
    if asked or any(m.name == TRIAGE and not failed(m.result) for m in scene.turn.made):
        return asked
    leaving = any(r.intent in {Intent.GOODBYE, Intent.FINISH} for r in agenda.requests)
    return scene.situation.question if scene.situation.needs_more and not leaving else ""
