"""Plays a turn against tools held as plain data, the way the graph does, and keeps what was called."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage

from agent.models.embedded.policy import MAX_CALLS, MAX_ROUNDS

TODAY = "2026-11-20"  # a Friday
TOOLS = (
    "triage_and_risk_flagging", "retrieve_knowledge_base", "ehr_lookup", "commodity_orders_and_fulfillment",
    "pharmacy_orders_and_fulfillment", "referrals_and_scheduling", "database_query",
)  # fmt: skip
QUESTION = "Do you have a fever or shivering?"
Tool = Callable[[dict[str, Any]], dict[str, Any]]
EFFECTS = {"book", "reschedule", "cancel", "refer", "place", "refill"}


def tool_specs() -> list[dict[str, Any]]:
    """The seven tools as the model gets them; arguments are open, since these tests look at what it sends."""
    return [{"type": "function", "function": {"name": n, "parameters": {"type": "object"}}} for n in TOOLS]


@dataclass
class Clinic:
    """A clinic as JSON results. Change a field to change the world."""

    triage: dict[str, Any] = field(
        default_factory=lambda: {
            "disposition": "clinician_today",
            "risk": "medium",
            "needs_more": True,
            "understood": True,
            "level_text": "You should be seen by a clinician today.",
            "complaints": ["burning when you pee"],
            "next_questions": [{"id": "urinary.q_fever", "text": QUESTION, "why": "", "choices": ["Yes", "No"]}],
            "advice": ["Drink water through the day."],
            "come_back_if": ["you have pain in your back or side", "you start to shiver"],
        }
    )
    passages: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {
                "n": 1,
                "id": "c1",
                "text": '<untrusted source="guideline">\n## Burning when you pee\n'
                "Burning when you pee is more common in women. Most cases clear up on their own. "
                "You may have cystitis. Nitrofurantoin 100 mg is taken twice a day for three days. "
                "Drinking enough water helps with burning when you pee.\n</untrusted>",
                "score": 0.7,
                "source": "NHS: Urine infections (2024)",
            }
        ]
    )
    slots: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {
            "tomorrow": [
                {"slot_id": "s1", "clinician": "Farida Zelmani", "service": "Telephone and medicines review",
                 "when": "Saturday 21 November at 09:00", "location": "By telephone"},
                {"slot_id": "s2", "clinician": "Dr Solvane", "service": "Same-day GP",
                 "when": "Saturday 21 November at 10:00", "location": "Room 1"},
                {"slot_id": "s3", "clinician": "Dr Solvane", "service": "Same-day GP",
                 "when": "Saturday 21 November at 10:40", "location": "Room 1"},
            ],
        }
    )  # fmt: skip
    next_possible: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {
                "slot_id": "n1",
                "clinician": "Dr Adebrook",
                "service": "Same-day GP",
                "when": "Tuesday 24 November at 09:00",
            },
            {
                "slot_id": "n2",
                "clinician": "Dr Adebrook",
                "service": "Same-day GP",
                "when": "Tuesday 24 November at 10:00",
            },
        ]
    )
    appointments: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {
                "appointment_id": "a0",
                "when": "Monday 2 November at 09:00",
                "clinician": "Dr Solvane",
                "status": "cancelled",
            },
            {
                "appointment_id": "a1",
                "when": "Tuesday 24 November at 09:20",
                "clinician": "Hana Kirishita",
                "status": "booked",
            },
            {
                "appointment_id": "a2",
                "when": "Friday 27 November at 11:00",
                "clinician": "Dr Solvane",
                "status": "booked",
            },
        ]
    )
    supplies: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {
                "item_id": "ear",
                "name": "Infrared ear thermometer",
                "price": "28.90 USD",
                "stock": 3,
                "kind": "commodity",
            },
            {"item_id": "thermo", "name": "Digital thermometer", "price": "6.90 USD", "stock": 40, "kind": "commodity"},
            {"item_id": "plaster", "name": "Assorted plasters", "price": "3.40 USD", "stock": 9, "kind": "commodity"},
        ]
    )
    pharmacy: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"item_id": "para", "name": "Paracetamol 500 mg tablets", "price": "1.90 USD", "stock": 9, "kind": "otc"},
            {"item_id": "ibu", "name": "Ibuprofen 200 mg tablets", "price": "2.90 USD", "stock": 9, "kind": "otc"},
            {"item_id": "amlo", "name": "Amlodipine 5 mg tablets", "price": "2.40 USD", "stock": 9, "kind": "rx"},
        ]
    )
    warnings: dict[str, list[str]] = field(default_factory=lambda: {"ibu": ["Your record lists an ibuprofen allergy."]})
    orders: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"order_id": "ord_plaster01", "item": "Assorted plasters", "quantity": 1, "status": "placed"},
            {"order_id": "ord_thermo001", "item": "Digital thermometer", "quantity": 1, "status": "placed"},
        ]
    )
    medicines: list[Any] = field(default_factory=lambda: [{"name": "Amlodipine 5 mg"}])
    rows: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {"my_allergies": [{"label": "penicillin", "reaction": "rash", "severity": "mild"}]}
    )
    refuse: dict[str, str] = field(default_factory=dict)

    def run(self, name: str, args: dict[str, Any]) -> dict[str, Any]:
        """The result of one call."""
        action = str(args.get("action") or name)
        if action in self.refuse:
            return {"status": "error", "message": self.refuse[action]}
        if action in EFFECTS:
            return {"status": "awaiting_consent", "offer_id": f"ofr_{action}", "offer_text": f"{action}?"}
        match name:
            case "triage_and_risk_flagging":
                return self.triage
            case "retrieve_knowledge_base":
                return {"passages": self.passages} if self.passages else {"passages": [], "note": "nothing found"}
            case "ehr_lookup":
                return {"available": True, "medicines": self.medicines}
            case "database_query":
                return {"rows": self.rows.get(str(args["name"]), [])}
            case "referrals_and_scheduling" if action == "list":
                return {"appointments": self.appointments}
            case "referrals_and_scheduling":
                free = self.slots.get(str(args.get("on") or ""), [])
                return {"slots": free} if free else {"slots": [], "next_possible": self.next_possible}
            case _ if action == "status":
                return {"orders": self.orders}
            case _ if action == "check":
                warned = self.warnings.get(str(args["item_id"]), [])
                return {"item_id": args["item_id"], "ok": not warned, "warnings": warned}
            case _:
                shelf = self.supplies if name.startswith("commodity") else self.pharmacy
                words = {w.rstrip("s") for w in str(args.get("query") or "").split()}
                return {"items": [i for i in shelf if words & {w.lower().rstrip("s") for w in i["name"].split()}]}


@dataclass
class Played:
    """One turn as it went: the calls of each round, and the reply."""

    rounds: list[list[tuple[str, dict[str, Any]]]]
    text: str
    messages: list[AnyMessage]

    @property
    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        """Every call of the turn, in order."""
        return [c for r in self.rounds for c in r]

    def made(self, action: str) -> list[dict[str, Any]]:
        """Arguments of the calls with an action."""
        return [args for _, args in self.calls if args.get("action") == action]


def situation(**changes: Any) -> str:
    """A system message as the graph writes it."""
    block = {
        "today": TODAY,
        "writer_relation": "self",
        "decision": None,
        "pending_offers": [],
        "emergency_shown": False,
    }
    return f"You are the front door.\n\nToday is {TODAY}.\n\n```json\n{json.dumps(block | changes)}\n```"


def play_turn(
    model: BaseChatModel,
    text: str,
    clinic: Clinic | None = None,
    *,
    history: Sequence[AnyMessage] = (),
    after: Sequence[AnyMessage] = (),
    **block: Any,
) -> Played:
    """Run one turn to its reply. ``after`` are messages behind the patient's own (a consent that was carried out)."""
    clinic = clinic or Clinic()
    bound = model.bind_tools(tool_specs())
    messages: list[AnyMessage] = [SystemMessage(situation(**block)), *history, HumanMessage(text), *after]
    rounds: list[list[tuple[str, dict[str, Any]]]] = []
    while True:
        reply = bound.invoke(messages)
        assert isinstance(reply, AIMessage)
        messages.append(reply)
        if not reply.tool_calls:
            return Played(rounds, str(reply.content), messages)
        rounds.append([(c["name"], dict(c["args"])) for c in reply.tool_calls])
        assert len(rounds) <= MAX_ROUNDS and sum(len(r) for r in rounds) <= MAX_CALLS
        for call in reply.tool_calls:
            result = json.dumps(clinic.run(call["name"], dict(call["args"])))
            messages.append(ToolMessage(result, tool_call_id=str(call["id"]), name=call["name"]))


def carried_out(tool: str, args: dict[str, Any], result: dict[str, Any], number: int = 1) -> list[AnyMessage]:
    """What the graph puts behind an answer to an offer: the stored call and its result."""
    call = {"name": tool, "args": args, "id": f"ofr_{number}", "type": "tool_call"}
    return [AIMessage("", tool_calls=[call]), ToolMessage(json.dumps(result), tool_call_id=f"ofr_{number}", name=tool)]
