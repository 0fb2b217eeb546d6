"""A script is a short conversation with the tools, written top to bottom: it yields calls and is sent their results.

The model keeps nothing between its calls. Each time a script is played again from the start; results that the turn
already holds are sent in, and the first calls without one are what the model asks for next.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from agent.models.embedded.situation import FAILED, Made, Situation, Turn, is_emergency
from agent.models.embedded.wording import Wording

TRIAGE: Final = "triage_and_risk_flagging"
GUIDELINES: Final = "retrieve_knowledge_base"
CHART: Final = "ehr_lookup"
SUPPLIES: Final = "commodity_orders_and_fulfillment"
PHARMACY: Final = "pharmacy_orders_and_fulfillment"
SCHEDULING: Final = "referrals_and_scheduling"
OWN_RECORDS: Final = "database_query"

Result: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """A tool call to make. Arguments left at None are not sent."""

    name: str
    args: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Two calls with the same key are the same call."""
        return f"{self.name} {json.dumps(dict(self.args), sort_keys=True)}"


def call(tool: str, **args: str | int | None) -> Call:
    """A call with the arguments that are given."""
    return Call(tool, {k: v for k, v in args.items() if v is not None})


@dataclass(frozen=True)
class Outcome:
    """What a script leads to: sentences, what an offer waits for, the next triage question."""

    sentences: tuple[str, ...] = ()
    offer: str = ""
    question: str = ""


Script: TypeAlias = Generator[tuple[Call, ...], tuple[Result, ...], Outcome]
PickSentences: TypeAlias = Callable[[str, Sequence[Mapping[str, Any]], bool], tuple[str, ...]]
"""``pick(query, passages, settled)``: up to two whole guideline sentences, each with its citation."""


@dataclass(frozen=True)
class Scene:
    """What every script may look at."""

    turn: Turn
    situation: Situation
    say: Wording
    pick: PickSentences
    tools: frozenset[str]

    @property
    def emergency(self) -> bool:
        """Whether this patient needs a hospital now, by the situation or by a triage result of this turn."""
        return self.situation.emergency or any(is_emergency(m.result) for m in self.turn.made if m.name == TRIAGE)

    @property
    def settled(self) -> bool:
        """Whether no triage question is open."""
        rated = [m.result for m in self.turn.made if m.name == TRIAGE]
        return not (rated[-1].get("needs_more") if rated else self.situation.needs_more)


@dataclass(frozen=True)
class Played:
    """How far a script came: the calls it waits for, or its outcome. ``used`` are the keys of results it has read."""

    waits_for: tuple[Call, ...] = ()
    outcome: Outcome | None = None
    used: frozenset[str] = frozenset()


def play(script: Script, made: Sequence[Made], tools: frozenset[str]) -> Played:
    """Play a script against the results so far. A call to a tool that is not there reads as a failed one."""
    results = {Call(m.name, m.args).key: m.result for m in made}
    used: set[str] = set()
    try:
        calls = next(script)
        while True:
            missing = tuple(c for c in calls if c.key not in results and c.name in tools)
            if missing:
                return Played(waits_for=missing, used=frozenset(used))
            used.update(c.key for c in calls)
            calls = script.send(tuple(results.get(c.key, FAILED) for c in calls))
    except StopIteration as end:
        return Played(outcome=end.value, used=frozenset(used))


def failed(result: Result) -> bool:
    """Whether a call could not be carried out."""
    return result.get("status") == "error"


def rows(result: Result, key: str) -> list[Mapping[str, Any]]:
    """The entries of a list in a result; empty where it holds none."""
    value = result.get(key)
    return [r for r in value if isinstance(r, dict)] if isinstance(value, list) else []


def settle(scene: Scene, result: Result, what: str, otherwise: str) -> Outcome:
    """The outcome of a call that needs consent: an offer, an error with what can be done, or nothing more to say.

    Args:
        scene: For the wording.
        result: The call's result.
        what: What the offer is for, in plain words.
        otherwise: Key of the phrase that says what can be done instead.
    """
    if result.get("status") == "awaiting_consent":
        return Outcome(offer=what)
    if failed(result):
        return Outcome((scene.say("not_possible", what=what), *reason_of(result), scene.say(otherwise)))
    return Outcome()


def reason_of(result: Result) -> tuple[str, ...]:
    """A tool's own words for why not, where they are a sentence for a patient."""
    message = str(result.get("message") or "").strip()
    for_patients = message.endswith(".") and not any(w in message.casefold() for w in ("patient", "search", "call"))
    return (message,) if for_patients else ()
