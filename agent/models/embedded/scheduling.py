"""Scripts about time with people: book, move, cancel, list, refer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from agent.models.embedded.requests import Request
from agent.models.embedded.script import SCHEDULING, Call, Outcome, Scene, Script, call, failed, reason_of, rows, settle
from agent.models.embedded.when import When
from agent.models.embedded.wording import listed

OTHER_TIMES: Final = 2
"""Free times named beside the one that is offered."""

REASON_CHARS: Final = 160
_OVER = frozenset({"cancelled", "completed", "done", "missed", "no_show", "rescheduled"})
_PHONE = re.compile(r"\b(?:tele)?phone\b", re.I)
_CLOCK = re.compile(r"\b(\d{1,2}):(\d{2})\b")


def book(request: Request, scene: Scene, why: str) -> Script:
    """Search, then offer the first time that fits; where the wanted day is full, the next ones."""
    if scene.emergency:
        return Outcome((scene.say("emergency.left"),))
    when = request.when
    (found,) = yield (_search(request),)
    if failed(found):
        return _cannot(scene, found)
    slots = rows(found, "slots")
    preface: tuple[str, ...] = ()
    if not slots:
        slots = rows(found, "next_possible")
        if not slots and when.given:
            (found,) = yield (call(SCHEDULING, action="search", service=request.service),)
            slots = rows(found, "slots")
        if slots:
            preface = (scene.say("booking.day_full", day=_day_words(when)),)
    if not slots:
        return Outcome((_none_free(request, scene),))
    ranked = _ranked(slots, when, any_service=request.service is None)
    best = ranked[0]
    reason = " ".join(why.split())[:REASON_CHARS] or None
    (made,) = yield (call(SCHEDULING, action="book", slot_id=str(best.get("slot_id")), reason=reason),)
    outcome = settle(scene, made, scene.say("what.appointment", when=_with(best)), "booking.instead")
    others = [str(s.get("when")) for s in ranked[1:] if s.get("when")][:OTHER_TIMES]
    named = (scene.say("booking.others", times=listed(others)),) if outcome.offer and preface and others else ()
    return Outcome((*preface, *named, *outcome.sentences), outcome.offer)


def reschedule(request: Request, scene: Scene) -> Script:
    """Find the appointment and a free time, then offer the move."""
    if scene.emergency:
        return Outcome((scene.say("emergency.left"),))
    listed_own, found = yield (call(SCHEDULING, action="list"), _search(request))
    if failed(listed_own):
        return Outcome((scene.say("appointments.instead"),))
    own = _coming(listed_own)
    if not own:
        return Outcome((scene.say("appointments.none"), scene.say("booking.instead")))
    if failed(found):
        return _cannot(scene, found)
    slots = rows(found, "slots")
    preface: tuple[str, ...] = ()
    if not slots:
        slots = rows(found, "next_possible")
        preface = (scene.say("booking.day_full", day=_day_words(request.when)),)
    if not slots:
        return Outcome((_none_free(request, scene),))
    mine, best = _meant(own, request.clause), _ranked(slots, request.when, any_service=request.service is None)[0]
    (made,) = yield (
        call(SCHEDULING, action="reschedule", appointment_id=mine["appointment_id"], slot_id=str(best.get("slot_id"))),
    )
    outcome = settle(scene, made, scene.say("what.reschedule", when=_with(best)), "booking.instead")
    return Outcome((*preface, *outcome.sentences), outcome.offer)


def cancel(request: Request, scene: Scene) -> Script:
    """Find the appointment that is meant, then offer to cancel it."""
    (found,) = yield (call(SCHEDULING, action="list"),)
    if failed(found):
        return Outcome((scene.say("appointments.instead"),))
    own = _coming(found)
    if not own:
        return Outcome((scene.say("appointments.none"),))
    mine = _meant(own, request.clause)
    (made,) = yield (call(SCHEDULING, action="cancel", appointment_id=mine["appointment_id"]),)
    return settle(scene, made, scene.say("what.cancel_appointment", when=_with(mine)), "appointments.instead")


def show_appointments(scene: Scene) -> Script:
    """Name the coming appointments."""
    (found,) = yield (call(SCHEDULING, action="list"),)
    if failed(found):
        return Outcome((scene.say("appointments.instead"),))
    own = [_with(a) for a in _coming(found)]
    if not own:
        return Outcome((scene.say("appointments.none"),))
    return Outcome((scene.say("appointments.list", appointments="; ".join(own)),))


def refer(request: Request, scene: Scene, why: str) -> Script:
    """Offer a referral; to whom must be said."""
    if scene.emergency:
        return Outcome((scene.say("emergency.left"),))
    if not request.service:
        return Outcome((scene.say("refer.to_what"),))
    reason = " ".join(why.split())[:REASON_CHARS] or None
    (made,) = yield (call(SCHEDULING, action="refer", service=request.service, reason=reason),)
    return settle(scene, made, scene.say("what.refer", service=request.service), "refer.instead")


def _search(request: Request) -> Call:
    when = request.when
    return call(SCHEDULING, action="search", service=request.service, on=when.on, part_of_day=when.part_of_day)


def _cannot(scene: Scene, result: Mapping[str, Any]) -> Outcome:
    return Outcome((*reason_of(result), scene.say("appointments.instead")))


def _none_free(request: Request, scene: Scene) -> str:
    if request.service:
        return scene.say("booking.no_service", service=request.service)
    return scene.say("booking.none")


def _ranked(slots: Sequence[Mapping[str, Any]], when: When, *, any_service: bool) -> list[Mapping[str, Any]]:
    """The nearest to the wanted time first; where any service will do, meeting in person goes before the telephone."""

    def rank(slot: Mapping[str, Any]) -> tuple[bool, int]:
        by_phone = bool(_PHONE.search(f"{slot.get('service')} {slot.get('location')}"))
        clock = _CLOCK.search(str(slot.get("when") or slot.get("starts_at") or ""))
        if when.minutes is None or clock is None:
            return any_service and by_phone, 0
        return any_service and by_phone, abs(int(clock[1]) * 60 + int(clock[2]) - when.minutes)

    return sorted(slots, key=rank)


def _coming(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [a for a in rows(result, "appointments") if a.get("appointment_id") and a.get("status") not in _OVER]


def _meant(own: Sequence[Mapping[str, Any]], clause: str) -> Mapping[str, Any]:
    """The appointment whose words (day, name, service) the clause shares most; the first where none is named."""
    said = set(re.findall(r"[a-z]{3,}", clause.lower()))

    def shared(appointment: Mapping[str, Any]) -> int:
        words = f"{appointment.get('when')} {appointment.get('clinician')} {appointment.get('service')}".lower()
        return len(said & set(re.findall(r"[a-z]{3,}", words)))

    return max(own, key=shared)


def _with(entry: Mapping[str, Any]) -> str:
    when = str(entry.get("when") or "the time shown")
    return f"{when} with {entry['clinician']}" if entry.get("clinician") else when


def _day_words(when: When) -> str:
    part = {"morning": "in the morning", "afternoon": "in the afternoon", "evening": "in the evening"}
    day = f"on {when.words}" if when.words[:1].isupper() or when.words[:1].isdigit() else when.words
    return " ".join(p for p in (day, part.get(when.part_of_day or "", "")) if p) or "at that time"
