"""What the model is told: the situation block of the system message, and the messages of this turn."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

_JSON_BLOCK = re.compile(r"```json\s*(\{.*?\})\s*```", re.DOTALL)
_TODAY = re.compile(r"\bToday is (\d{4}-\d{2}-\d{2})\b")
_FENCE = re.compile(r"</?untrusted\b[^>]*>\n?")
_EMERGENCIES = frozenset({"ambulance_now", "emergency_department_now"})
FAILED: Mapping[str, Any] = {"status": "error", "message": ""}
"""How a result reads that is not the JSON object it should be."""


@dataclass(frozen=True)
class Situation:
    """What code knew before the model was asked. Every field has a value that is safe when the block is missing."""

    today: date | None = None
    about_other: bool = False
    emergency: bool = False
    emergency_shown: bool = False
    complaints: tuple[str, ...] = ()
    needs_more: bool = False
    question: str = ""
    answers_question: bool = False
    pending_tools: tuple[str, ...] = ()


@dataclass(frozen=True)
class Made:
    """A call of this turn with its result."""

    name: str
    args: Mapping[str, Any]
    result: Mapping[str, Any]


@dataclass(frozen=True)
class Turn:
    """The patient's message and all that has happened since.

    ``rounds`` counts the model messages with calls so far; ``before`` is what the assistant said last, ``earlier``
    the patient's messages before this one, oldest first.
    """

    text: str = ""
    before: str = ""
    earlier: tuple[str, ...] = ()
    made: tuple[Made, ...] = ()
    rounds: int = 0


def read_situation(messages: Sequence[BaseMessage]) -> Situation:
    """The situation in the first system message; what is missing or malformed there stays at its default."""
    system = next((_text(m) for m in messages if isinstance(m, SystemMessage)), "")
    data = _last_object(system)
    decision = _mapping(data.get("decision"))
    questions = _list(decision.get("next_questions"))
    emergency_shown = data.get("emergency_shown") is True
    today = _TODAY.search(system)
    return Situation(
        today=_date(data.get("today")) or (_date(today[1]) if today else None),
        about_other=str(data.get("writer_relation") or "self") != "self",
        emergency=emergency_shown or decision.get("disposition") in _EMERGENCIES,
        emergency_shown=emergency_shown,
        needs_more=decision.get("needs_more") is True,
        complaints=tuple(str(c) for c in _list(decision.get("complaints")) if isinstance(c, str)),
        question=str(_mapping(questions[0]).get("text") or "") if questions else "",
        answers_question=bool(data.get("answers_question") or data.get("pending_question")),
        pending_tools=tuple(str(_mapping(o).get("tool") or "") for o in _list(data.get("pending_offers"))),
    )


def read_turn(messages: Sequence[BaseMessage]) -> Turn:
    """The turn that begins with the last human message."""
    last = max((i for i, m in enumerate(messages) if isinstance(m, HumanMessage)), default=-1)
    if last < 0:
        return Turn()
    calls = {str(c["id"]): c for m in messages if isinstance(m, AIMessage) for c in m.tool_calls if c["id"]}
    made = []
    for message in messages[last + 1 :]:
        if isinstance(message, ToolMessage):
            call = calls.get(message.tool_call_id)
            name = str(call["name"] if call else message.name or "")
            made.append(Made(name, dict(call["args"]) if call else {}, _result(message)))
    before = [m for m in messages[:last] if isinstance(m, AIMessage) and _text(m)]
    return Turn(
        text=own_words(_text(messages[last])),
        before=_text(before[-1]) if before else "",
        earlier=tuple(own_words(_text(m)) for m in messages[:last] if isinstance(m, HumanMessage)),
        made=tuple(made),
        rounds=sum(1 for m in messages[last + 1 :] if isinstance(m, AIMessage) and m.tool_calls),
    )


def is_emergency(result: Mapping[str, Any]) -> bool:
    """Whether a triage result is one of the two levels that need a hospital now."""
    return result.get("disposition") in _EMERGENCIES


def own_words(text: str) -> str:
    """A text without the fence that marks it as data."""
    return _FENCE.sub("", text).strip()


def _result(message: ToolMessage) -> Mapping[str, Any]:
    if message.status == "error":
        return FAILED
    try:
        value = json.loads(own_words(_text(message)))
    except ValueError:
        return FAILED
    return value if isinstance(value, dict) else FAILED


def _last_object(text: str) -> Mapping[str, Any]:
    for block in reversed(_JSON_BLOCK.findall(text)):
        try:
            value = json.loads(block)
        except ValueError:
            continue
        if isinstance(value, dict):
            return value
    return {}


def _text(message: BaseMessage) -> str:
    return message.content if isinstance(message.content, str) else str(message.text)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
