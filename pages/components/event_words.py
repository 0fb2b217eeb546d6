"""Every event of the log as a sentence an auditor can read; the record itself stays one click away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from data.records import REASON_CODES, Event
from knowledge.levels import Disposition

Payload = Mapping[str, Any]
QUOTE = 160
"""Characters of a quoted text; the whole of it is in the record."""

KINDS = {
    "account.created": "Account made",
    "account.signed_in": "Signed in",
    "account.sign_in_refused": "Sign-in refused",
    "adapter.reloaded": "Adapter reloaded",
    "appointment.booked": "Appointment booked",
    "audit.exported": "Log exported",
    "audit.verified": "Log verified",
    "case.claimed": "Case taken",
    "case.drafted": "Report edited",
    "case.opened": "Case opened",
    "case.overridden": "Level changed by a nurse",
    "case.signed": "Report signed",
    "case.updated": "Case brought up to date",
    "case.viewed": "Case looked at",
    "consent.answered": "Offer answered",
    "consent.offered": "Offer made",
    "consent.used": "Consent used",
    "conversation.viewed": "Conversation looked at",
    "index.rebuilt": "Guideline index built",
    "message.recorded": "Text shown",
    "prescription.approved": "Prescription approved",
    "prescription.declined": "Prescription declined",
    "prescription.proposed": "Prescription proposed",
    "risk.latched": "Risk raised",
    "risk.lowered": "Risk lowered by a nurse",
    "server_session.opened": "Browser session begun",
    "server_session.revoked": "Signed out",
    "session.created": "Conversation begun",
    "session.status": "Conversation's state",
    "task.acknowledged": "Alert acknowledged",
    "task.added": "Nurses alerted",
    "turn.begun": "Patient wrote",
    "turn.finished": "Turn finished",
}


def kind(type_: str) -> str:
    """What sort of event, in a few words."""
    return KINDS.get(type_, type_.replace(".", " ").replace("_", " ").capitalize())


def sentence(event: Event) -> str:
    """What happened."""
    told = _SENTENCES.get(event.type)
    if told is not None:
        return told(event.payload)
    parts = [f"{name.replace('_', ' ')}: {value}" for name, value in event.payload.items() if _is_plain(value)]
    return _short("; ".join(parts)) or kind(event.type)


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _said(payload: Payload) -> str:
    return f"{payload.get('role', '')} ({payload.get('kind', '')}): “{_short(payload.get('text'))}”"


def _wrote(payload: Payload) -> str:
    return f"Turn {payload.get('number')}: “{_short(payload.get('text'))}”"


def _finished(payload: Payload) -> str:
    level = _level((payload.get("decision") or {}).get("final"))
    tools = ", ".join(str(call.get("name")) for call in payload.get("tools") or ()) or "no tools"
    error = f"; error: {payload['error']}" if payload.get("error") else ""
    return f"Turn {payload.get('number')} {payload.get('status')}: {level}; {tools}; {payload.get('model')}{error}"


def _overridden(payload: Payload) -> str:
    reason = REASON_CODES.get(str(payload.get("reason_code")), "")
    before, after = _level(payload.get("from_disposition")), _level(payload.get("to_disposition"))
    return f"From {before} to {after}. {reason}: “{_short(payload.get('comment'))}”"


def _verified(payload: Payload) -> str:
    if payload.get("ok"):
        return f"Whole: {payload.get('events')} events"
    return f"NOT whole: first bad event {payload.get('first_bad_seq') or 'unknown'}"


_SENTENCES: dict[str, Callable[[Payload], str]] = {
    "account.signed_in": lambda _: "The password was right",
    "server_session.opened": lambda _: "A browser is signed in",
    "server_session.revoked": lambda _: "A browser is no longer signed in",
    "turn.begun": _wrote,
    "message.recorded": _said,
    "turn.finished": _finished,
    "case.overridden": _overridden,
    "case.opened": lambda p: f"{_level(p.get('disposition'))}: {p.get('primary_concern', '')}",
    "case.updated": lambda p: (
        f"Now {_level(p['disposition'])}" if p.get("disposition") else "Report or concern renewed"
    ),
    "case.claimed": lambda _: "Taken by a nurse",
    "case.drafted": lambda _: "A nurse saved an edited report",
    "case.signed": lambda _: "A nurse signed the final report",
    "case.viewed": lambda _: "The case and its report were opened",
    "conversation.viewed": lambda _: "The conversation was opened in the audit",
    "risk.latched": lambda p: f"Highest level so far: {_level(p.get('to'))}",
    "task.added": lambda p: f"{str(p.get('kind', '')).replace('_', ' ').capitalize()}: {_short(p.get('text'))}",
    "task.acknowledged": lambda _: "A nurse has seen the alert",
    "consent.offered": lambda p: f"“{_short(p.get('offer_text'))}”",
    "audit.verified": _verified,
}


def _level(value: object) -> str:
    try:
        return Disposition(str(value)).label
    except ValueError:
        return "not rated"


def _short(text: object) -> str:
    words = " ".join(str(text or "").split())
    return words if len(words) <= QUOTE else words[:QUOTE].rsplit(" ", 1)[0] + " …"
