"""referrals_and_scheduling: real slots of real clinicians and services, appointments and referrals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from langchain_core.tools import tool
from langgraph.prebuilt import ToolRuntime
from pydantic import Field

from agent.context import RunContext
from agent.errors import ToolRefused
from agent.tools.contract import ToolArgs, act_with_consent, as_json, given, known_patient
from agent.tools.when import dates_meant, slot_words
from data.clock import from_text
from data.errors import Conflict, NotAllowed, NotFound, SlotTaken
from data.records import Slot

NAME = "referrals_and_scheduling"
Action = Literal["search", "book", "reschedule", "cancel", "refer", "list"]
NEEDS_CONSENT = frozenset({"book", "reschedule", "cancel", "refer"})
AHEAD = timedelta(days=14)
"""How far ahead slots are offered."""


class SchedulingArgs(ToolArgs):
    """One action on slots, appointments or referrals."""

    action: Action
    service: str | None = Field(None, max_length=80, description="Service or kind of clinician, e.g. nurse.")
    on: str | None = Field(None, max_length=40, description="YYYY-MM-DD, today, tomorrow, a weekday, this_week.")
    part_of_day: Literal["morning", "afternoon", "evening"] | None = None
    slot_id: str | None = Field(None, max_length=64, description="From a search result.")
    appointment_id: str | None = Field(None, max_length=64)
    reason: str | None = Field(None, max_length=200, description="Why, in a few words.")


@tool(NAME, args_schema=SchedulingArgs)
def referrals_and_scheduling(
    action: Action,
    runtime: ToolRuntime[RunContext, Any],
    service: str | None = None,
    on: str | None = None,
    part_of_day: Literal["morning", "afternoon", "evening"] | None = None,
    slot_id: str | None = None,
    appointment_id: str | None = None,
    reason: str | None = None,
) -> str:
    """Find free times, book, move or cancel appointments, refer. All but search and list ask the patient first."""
    actions = runtime.context.clinic.records.actions
    args = given(
        {"action": action, "slot_id": slot_id, "appointment_id": appointment_id, "service": service, "reason": reason}
    )
    try:
        match action:
            case "search":
                return as_json(_search(runtime, service, on, part_of_day))
            case "list":
                return as_json(_appointments(runtime))
            case "book" if slot_id:
                return act_with_consent(runtime, NAME, args, lambda keys: actions.book(slot_id, reason or "", **keys))
            case "reschedule" if appointment_id and slot_id:
                return act_with_consent(
                    runtime, NAME, args, lambda keys: actions.reschedule(appointment_id, slot_id, **keys)
                )
            case "cancel" if appointment_id:
                return act_with_consent(
                    runtime, NAME, args, lambda keys: actions.cancel_appointment(appointment_id, **keys)
                )
            case "refer" if service:
                return act_with_consent(runtime, NAME, args, lambda keys: actions.refer(service, reason or "", **keys))
            case _:
                raise ToolRefused("That action needs a slot, an appointment or a service; search first.")
    except SlotTaken as error:
        raise ToolRefused("That time has just been taken; search again.") from error
    except (NotFound, NotAllowed, Conflict) as error:
        raise ToolRefused("There is no such time or appointment for this patient.") from error


def _search(
    runtime: ToolRuntime[RunContext, Any], service: str | None, on: str | None, part_of_day: str | None
) -> dict[str, Any]:
    """Free slots on the wanted days; where there are none, the next ones, and it says so."""
    clinic = runtime.context.clinic
    try:
        days = dates_meant(on, clinic.today)
    except ValueError as error:
        raise ToolRefused("That is not a date; give YYYY-MM-DD, today, tomorrow or a weekday.") from error
    if days and days[-1].year > clinic.today.year + 1:
        raise ToolRefused("That is too far ahead; nothing is planned for it yet.")
    wanted = _slots_on(runtime, service, days, part_of_day)
    if wanted or days is None:
        return {"slots": [slot_for_model(s, runtime) for s in wanted]}
    later = (_slots_on(runtime, service, [days[-1] + timedelta(days=n)], part_of_day) for n in range(1, AHEAD.days))
    nearest = next((found for found in later if found), [])
    return {"slots": [], "next_possible": [slot_for_model(s, runtime) for s in nearest[:3]]}


def _slots_on(
    runtime: ToolRuntime[RunContext, Any], service: str | None, days: list[date] | None, part_of_day: str | None
) -> list[Slot]:
    clinic = runtime.context.clinic
    now = clinic.now()
    found: list[Slot] = []
    for day in days or (None,):
        found += clinic.records.actions.free_slots(service, day, part_of_day, limit=6)
    return [s for s in found if now < from_text(s.starts_at) <= now + AHEAD][:6]


def slot_for_model(slot: Slot, runtime: ToolRuntime[RunContext, Any]) -> dict[str, Any]:
    """A free time, with the words a patient reads."""
    return {
        "slot_id": slot.slot_id,
        "clinician": slot.clinician,
        "role": slot.clinician_role,
        "service": slot.service,
        "starts_at": slot.starts_at,
        "when": slot_words(slot.starts_at, runtime.context.clinic.zone),
        "location": slot.location,
    }


def _appointments(runtime: ToolRuntime[RunContext, Any]) -> dict[str, Any]:
    zone = runtime.context.clinic.zone
    rows = runtime.context.clinic.records.actions.appointments_of(known_patient(runtime))
    return {
        "appointments": [
            {
                "appointment_id": a.appointment_id,
                "when": slot_words(a.starts_at, zone),
                "clinician": a.clinician,
                "service": a.service,
                "status": a.status,
            }
            for a in rows[:10]
        ]
    }
