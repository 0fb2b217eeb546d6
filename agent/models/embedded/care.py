"""Scripts about health: rating what was said, guideline questions, questions about the clinic and the own record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from agent.models.embedded.requests import Agenda, Request
from agent.models.embedded.script import (
    CHART,
    GUIDELINES,
    OWN_RECORDS,
    TRIAGE,
    Outcome,
    Scene,
    Script,
    call,
    failed,
    rows,
)
from agent.models.embedded.situation import is_emergency
from agent.models.embedded.supplies import names_of
from agent.models.embedded.wording import as_sentence, listed

MAX_SIGNS: Final = 4
MAX_COMPLAINTS: Final = 2
MAX_ADVICE: Final = 2
MAX_ENTRIES: Final = 6
QUERY_CHARS: Final = 300

_NO_COMPLAINT = frozenset({"unclear", "general", "danger_signs", "general_danger_signs"})
_WITH_COME_BACK = frozenset({"self_care", "clinician_this_week", "clinician_today"})
_FENCE = re.compile(r"</?untrusted\b[^>]*>\n?")


def care(agenda: Agenda, scene: Scene, *, asks_guideline: bool) -> Script:
    """Rate what was said, look up what the guidelines say of it, and put the next question."""
    said = ". ".join(agenda.health)[:QUERY_CHARS]
    rate, search = call(TRIAGE), call(GUIDELINES, query=said)
    look_up = not (agenda.answering or scene.emergency or agenda.not_understood or asks_guideline)
    passages: list[Mapping[str, Any]] = []
    if look_up:
        rated, found, _ = yield rate, search, call(CHART)
        passages = rows(found, "passages")
    else:
        (rated,) = yield (rate,)
    if failed(rated):
        return Outcome((scene.say("triage.unavailable"),))
    if is_emergency(rated):
        shown = scene.situation.emergency_shown
        level = (scene.say("emergency.follow"),) if shown else _sentences(rated.get("level_text"))
        return Outcome((_acknowledged(rated, agenda, scene), *level), question=_question(rated))
    if rated.get("needs_more"):
        # No guideline sentence yet: what applies is not known before the question below is answered.
        lead = () if asks_guideline or not _heard(rated, agenda) else (_acknowledged(rated, agenda, scene),)
        return Outcome(lead, question=_question(rated))
    if not look_up and not asks_guideline and rated.get("complaints"):
        said = f"{_complaint(rated)}. {' '.join(scene.turn.earlier[:1])}"[:QUERY_CHARS]
        (found,) = yield (call(GUIDELINES, query=said),)
        passages = rows(found, "passages")
    return Outcome(_conclusion(rated, agenda, scene, scene.pick(said, passages, True), asks_guideline))


def guideline(request: Request, scene: Scene) -> Script:
    """Answer from the guidelines, or say that they hold nothing and the nurse answers."""
    about = listed([c for c in scene.situation.complaints if c not in _NO_COMPLAINT][:MAX_COMPLAINTS])
    query = f"{request.clause} ({about})" if about else request.clause
    (found,) = yield (call(GUIDELINES, query=query[:QUERY_CHARS]),)
    if failed(found) or "cannot" in str(found.get("note") or ""):
        return Outcome((scene.say("guidelines.unavailable"),))
    picked = scene.pick(query, rows(found, "passages"), scene.settled)
    return Outcome(picked or (scene.say("nothing_found"),))


def clinic(request: Request, scene: Scene) -> Script:
    """Answer about the clinic from its own documents, or name the front desk."""
    (found,) = yield (call(GUIDELINES, query=request.clause[:QUERY_CHARS]),)
    picked = scene.pick(request.clause, rows(found, "passages"), scene.settled)
    return Outcome(picked or (scene.say("clinic.unknown"),))


def own_record(request: Request, scene: Scene) -> Script:
    """Say what the record lists, with that attribution."""
    if request.record is None:
        return Outcome((scene.say("record.which"),))
    (found,) = yield (call(OWN_RECORDS, name=request.record),)
    if failed(found):
        return Outcome((scene.say("record.unavailable"),))
    label = scene.say(f"record.{request.record}")
    entries = [_entry(r) for r in rows(found, "rows")][:MAX_ENTRIES]
    entries = [e for e in dict.fromkeys(entries) if e]
    if not entries:
        return Outcome((scene.say("record.none", record=label),))
    return Outcome((scene.say("record.list", record=label, entries="; ".join(entries)),))


def _conclusion(
    rated: Mapping[str, Any], agenda: Agenda, scene: Scene, grounded: tuple[str, ...], asks_guideline: bool
) -> tuple[str, ...]:
    level = str(rated.get("disposition") or "")
    understood = bool(rated.get("complaints"))
    if not understood and asks_guideline:
        return ()
    advice = tuple(_FENCE.sub("", str(a)) for a in rated.get("advice") or ())[:MAX_ADVICE] if understood else ()
    signs = [str(s).rstrip(".") for s in rated.get("come_back_if") or ()][:MAX_SIGNS]
    come_back = (scene.say("come_back", signs=listed(signs, "or")),) if signs and level in _WITH_COME_BACK else ()
    nothing = () if grounded or asks_guideline or not understood else (scene.say("nothing_found"),)
    return (
        _acknowledged(rated, agenda, scene),
        *_sentences(rated.get("level_text")),
        *(as_sentence(a) for a in advice),
        *(grounded or nothing),
        *come_back,
    )


def _acknowledged(rated: Mapping[str, Any], agenda: Agenda, scene: Scene) -> str:
    if agenda.answering:
        return scene.say("ack.answer")
    complaint = _complaint(rated)
    if is_emergency(rated) and scene.turn.earlier:
        return scene.say("ack.answer")
    if complaint:
        return scene.say("ack.symptom", complaint=complaint)
    return scene.say("ack.not_understood" if agenda.not_understood else "ack.health")


def _heard(rated: Mapping[str, Any], agenda: Agenda) -> bool:
    """Whether an acknowledgement says anything: beside other requests, an unknown clause is passed over in silence."""
    return bool(rated.get("complaints")) or agenda.answering or agenda.not_understood or not agenda.requests


def _complaint(rated: Mapping[str, Any]) -> str:
    """The complaints in plain words; an id such as sore_throat reads as its words."""
    names = []
    for entry in rated.get("complaints") or ():
        name = (entry.get("patient_title") or entry.get("title")) if isinstance(entry, dict) else entry
        if name and str(name) not in _NO_COMPLAINT:
            names.append(str(name).replace("_", " "))
    return listed(names[:MAX_COMPLAINTS])


def _question(rated: Mapping[str, Any]) -> str:
    questions = rows(rated, "next_questions")
    return str(questions[0].get("text") or "") if questions and rated.get("needs_more") else ""


def _sentences(text: object) -> tuple[str, ...]:
    return (as_sentence(str(text)),) if text else ()


def _entry(row: Mapping[str, Any]) -> str:
    """A row as people read it: what it is, then when or how much; ids and codes are left out."""
    named = names_of([row]) or [str(row[k]) for k in _TITLES if row.get(k)]
    value = " ".join(str(row[k]) for k in ("value", "unit") if row.get(k) is not None)
    extra = [str(row[k]).replace("_", " ")[:40] for k in _EXTRAS if row.get(k)]
    return " ".join([*named[:1], *([value] if value else []), *([f"({', '.join(extra[:2])})"] if extra else [])])


_TITLES = ("label", "item_name", "service")
_EXTRAS = ("reaction", "day", "since")
"""Columns of the named queries that people understand; a dose is left to the record page."""
