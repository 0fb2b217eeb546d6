"""Arguments of tools: strict types and bounds, no identity, fixed words for a refusal, no effect without consent."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ValidationError

from agent.nodes.act import REFUSED
from agent.tools import TOOLS
from agent.tools.contract import BAD_ARGUMENTS, checked_args
from agent.tools.offers import needs_consent
from tests.fakes import BIG, Says, ScriptedModel
from tests.small_clinic import House, everything, open_house, result

SCHEDULE = "referrals_and_scheduling"
SUPPLY = "commodity_orders_and_fulfillment"
PHARMACY = "pharmacy_orders_and_fulfillment"
SEARCH = "retrieve_knowledge_base"
QUERY = "database_query"
TRIAGE = "triage_and_risk_flagging"
CHART = "ehr_lookup"
SCHEMAS: dict[str, Any] = {t.name: t.args_schema for t in TOOLS}
CANARY = "Zebracanary77"

GOOD: list[tuple[str, dict[str, Any]]] = [
    (TRIAGE, {}),
    (TRIAGE, {"raise_to": "ambulance_now", "reason": "grey and clammy"}),
    (SEARCH, {"query": "fever"}),
    (SEARCH, {"query": "fever", "k": 8}),
    (CHART, {}),
    (SUPPLY, {"action": "search", "query": "thermometer"}),
    (SUPPLY, {"action": "place", "item_id": "thermo", "quantity": 2}),
    (PHARMACY, {"action": "check", "item_id": "para"}),
    (PHARMACY, {"action": "place", "item_id": "para", "quantity": 6}),
    (SCHEDULE, {"action": "search", "on": "tomorrow", "part_of_day": "morning"}),
    (SCHEDULE, {"action": "list"}),
    (QUERY, {"name": "my_orders"}),
    (QUERY, {"name": "my_orders", "params": {"status": "placed"}}),
]
BAD: list[tuple[str, dict[str, Any]]] = [
    (TRIAGE, {"raise_to": "low"}),
    (TRIAGE, {"lower_to": "self_care"}),
    (TRIAGE, {"raise_to": 5}),
    (TRIAGE, {"disposition": "self_care"}),
    (SEARCH, {}),
    (SEARCH, {"query": "x"}),
    (SEARCH, {"query": ["fever"]}),
    (SEARCH, {"query": "fever", "k": 0}),
    (SEARCH, {"query": "fever", "k": 9}),
    (SEARCH, {"query": "fever", "k": 2.5}),
    (SEARCH, {"query": BIG}),
    (SEARCH, {"query": "fever", "audience": "nurse"}),
    (CHART, {"patient_id": "pat_bob"}),
    (CHART, {"user_id": "pat_bob"}),
    (SUPPLY, {}),
    (SUPPLY, {"action": "PLACE", "item_id": "thermo"}),
    (SUPPLY, {"action": " place", "item_id": "thermo"}),
    (SUPPLY, {"action": "place", "item_id": "thermo", "quantity": 0}),
    (SUPPLY, {"action": "place", "item_id": "thermo", "quantity": 11}),
    (SUPPLY, {"action": "place", "item_id": "thermo", "quantity": "two"}),
    (SUPPLY, {"action": "place", "item_id": "thermo", "quantity": None}),
    (SUPPLY, {"action": "place", "item_id": "thermo", "price_cents": 1}),
    (SUPPLY, {"action": "place", "item_id": {"$ne": ""}}),
    (SUPPLY, {"action": "status", "order_id": "o" * 65}),
    (PHARMACY, {"action": "place", "item_id": "para", "quantity": 7}),
    (PHARMACY, {"action": "place", "item_id": "para", "approved_by": "nurse"}),
    (PHARMACY, {"action": "approve", "item_id": "amox"}),
    (SCHEDULE, {"action": "search", "part_of_day": "night"}),
    (SCHEDULE, {"action": "search", "on": "x" * 41}),
    (SCHEDULE, {"action": "book", "slot_id": "slo_1_9", "patient_id": "pat_bob"}),
    (SCHEDULE, {"action": "book", "slot_id": "slo_1_9", "reason": "r" * 201}),
    (SCHEDULE, {"action": "book", "slot_id": 19}),
    (QUERY, {}),
    (QUERY, {"name": "my_orders", "patient_id": "pat_bob"}),
    (QUERY, {"name": "my_orders", "sql": "SELECT 1"}),
    (QUERY, {"name": "my_orders", "params": {"a": [1]}}),
    (QUERY, {"name": "my_orders", "params": {str(n): "x" for n in range(7)}}),
    (QUERY, {"name": "my_orders", "params": {"status": BIG}}),
]


def named(case: tuple[str, dict[str, Any]]) -> str:
    return f"{case[0]}-{everything(case[1])[:60]}"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = open_house(tmp_path_factory.mktemp("tools"), settings={"max_tool_calls": 40})
    yield opened
    opened.records.close()


def run(house: House, *calls: tuple[str, dict[str, Any]], patient: str | None = "pat_ann") -> list[dict[str, Any]]:
    """What each call comes back with, in a turn whose model makes them all at once."""
    house.manager._runner._model_line = ScriptedModel(Says(calls=calls), Says("Thank you.")).line
    answer = result(house.say(house.session(patient), "hello"))
    assert answer.ok
    assert len(answer.tool_calls) == len(calls)
    by_call = sorted(answer.tool_calls, key=lambda c: [(n, a) for n, a in calls].index((c["name"], c["args"])))
    return [c["result"] for c in by_call]


@pytest.mark.parametrize("case", GOOD, ids=named)
def test_what_a_tool_takes(case: tuple[str, dict[str, Any]]) -> None:
    checked_args(SCHEMAS[case[0]], case[1])


@pytest.mark.parametrize("case", BAD, ids=named)
def test_what_a_tool_refuses(case: tuple[str, dict[str, Any]]) -> None:
    from agent.errors import ToolRefused

    with pytest.raises(ToolRefused) as refusal:
        checked_args(SCHEMAS[case[0]], case[1])
    assert str(refusal.value) == BAD_ARGUMENTS
    with pytest.raises(ValidationError):
        SCHEMAS[case[0]].model_validate(case[1])


def test_a_model_sees_no_identity_and_no_runtime() -> None:
    for tool in TOOLS:
        described = everything(convert_to_openai_tool(tool)["function"]["parameters"])
        for word in ("runtime", "patient_id", "session_id", "user_id", "account", "context"):
            assert word not in described, tool.name


def test_refusals_are_fixed_words_without_an_echo(house: House) -> None:
    bad = [c for c in BAD if BIG not in str(c[1])]
    for at in range(0, len(bad), 10):
        part = [(n, a | {"note": CANARY}) for n, a in bad[at : at + 10]]
        for answer in run(house, *part):
            assert answer["status"] == "error"
            assert answer["message"] in (REFUSED, BAD_ARGUMENTS)


def test_good_calls_run(house: House) -> None:
    for answer in run(house, *GOOD):
        assert answer.get("status") in (None, "awaiting_consent")
    assert house.records.actions.orders_of("pat_ann") == []


STRANGE = [
    "\0",
    "a\0b",
    "\u202egnp.exe",
    "\u200b\u200b",
    "\ud800",
    "é" * 300,
    "'; DROP TABLE patients;--",
    "%s%n",
    "{{7*7}}",
]


def test_strange_characters_do_no_harm(house: House) -> None:
    for text in STRANGE:
        calls: list[tuple[str, dict[str, Any]]] = [
            (SEARCH, {"query": f"{text} fever"}),
            (SUPPLY, {"action": "search", "query": f"{text}th"}),
            (SUPPLY, {"action": "price", "item_id": text[:60]}),
            (SCHEDULE, {"action": "search", "on": text[:40], "service": text[:80]}),
            (QUERY, {"name": text}),
            (QUERY, {"name": "my_orders", "params": {"status": text}}),
            (TRIAGE, {"reason": text}),
        ]
        house.manager._runner._model_line = ScriptedModel(Says(calls=tuple(calls)), Says("Thank you.")).line
        answer = result(house.say(house.session("pat_ann"), "hello"))
        assert answer.ok and answer.error is None
        assert len(answer.tool_calls) == len(calls)
        assert {c["result"].get("status") for c in answer.tool_calls} <= {None, "error"}
    assert len(house.records.patients.all()) == 2


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    (SUPPLY, {"action": "price", "item_id": CANARY}, "There is no such item; search first."),
    (SUPPLY, {"action": "price"}, "There is no such item; search first."),
    (SUPPLY, {"action": "status", "order_id": CANARY}, "There is no such order of this patient."),
    (PHARMACY, {"action": "check", "item_id": "thermo"}, "That is not a pharmacy item; use the supplies tool."),
    (SCHEDULE, {"action": "search", "on": "next year"},
     "That is not a date; give YYYY-MM-DD, today, tomorrow or a weekday."),
    (SCHEDULE, {"action": "search", "on": "9999-12-31"}, "That is too far ahead; nothing is planned for it yet."),
    (QUERY, {"name": CANARY}, "There is no query of that name."),
    (QUERY, {"name": "my_orders", "params": {"patient_id": "pat_bob"}}, "That query cannot be run with those values."),
    (QUERY, {"name": "my_orders", "params": {"status": 3}}, "That query cannot be run with those values."),
    (QUERY, {"name": "my_appointments", "params": {"from_day": CANARY}}, "That query cannot be run with those values."),
]  # fmt: skip


def test_refusals_say_what_to_do(house: House) -> None:
    answers = run(house, *((name, args) for name, args, _ in REFUSALS))
    assert [a["message"] for a in answers] == [words for _, _, words in REFUSALS]
    assert CANARY not in everything(answers)


def test_without_a_patient_nothing_personal_is_read(house: House) -> None:
    answers = run(house, (QUERY, {"name": "my_orders"}), (SCHEDULE, {"action": "list"}), (CHART, {}), patient=None)
    assert [a.get("status") for a in answers] == ["error", "error", None]
    assert answers[2] == {"available": False}


@pytest.mark.parametrize("action", [["place"], {"place": 1}, None, 1, True, "", "PLACE", "search"])
def test_only_a_proper_action_asks_for_consent(action: Any) -> None:
    assert needs_consent(SUPPLY, {"action": action}) is False
    assert needs_consent(TRIAGE, {"action": "place"}) is False


@pytest.mark.parametrize(
    ("name", "action"),
    [(SUPPLY, "place"), (SUPPLY, "cancel"), (PHARMACY, "place"), (PHARMACY, "refill"), (PHARMACY, "cancel")]
    + [(SCHEDULE, action) for action in ("book", "reschedule", "cancel", "refer")],
)
def test_effects_ask_for_consent(name: str, action: str) -> None:
    assert needs_consent(name, {"action": action}) is True


def random_value(chance: random.Random) -> Any:
    return chance.choice(
        ["place", "book", "search", "cancel", "thermo", "slo_1_9", "pat_bob", "my_orders", "tomorrow", "", 0, 1, -1,
         10**12, 1.5, None, True, [], ["x"], {}, {"patient_id": "pat_bob"}, "\0", "\u202e", CANARY, "x" * 500]
    )  # fmt: skip


def random_call(chance: random.Random) -> tuple[str, dict[str, Any]]:
    name = chance.choice([*SCHEMAS, "no_such_tool"])
    keys = [k for k in SCHEMAS.get(name, SCHEMAS[QUERY]).model_fields if k != "runtime"]
    keys += ["patient_id", "session_id", "runtime", "state", "config"]
    return name, {k: random_value(chance) for k in chance.sample(keys, chance.randint(0, min(4, len(keys))))}


@pytest.mark.parametrize("seed", range(8))
def test_random_calls_have_no_effect_and_no_echo(house: House, seed: int) -> None:
    chance = random.Random(seed)
    calls = [random_call(chance) for _ in range(40)]
    house.manager._runner._model_line = ScriptedModel(Says(calls=tuple(calls)), Says("Thank you.")).line
    session = house.session("pat_ann")
    answer = result(house.say(session, "hello"))
    assert answer.ok and answer.error is None
    refused = [c["result"] for c in answer.tool_calls if c["result"].get("status") == "error"]
    assert refused
    assert CANARY not in everything(refused) and "pat_bob" not in everything(refused)
    for patient in ("pat_ann", "pat_bob"):
        assert house.records.actions.orders_of(patient) == []
        assert house.records.actions.appointments_of(patient) == []
    assert house.records.actions.receipts_of_session(session) == []
