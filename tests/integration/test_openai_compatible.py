"""The LLM path over a real socket: a good server, and every way a bad one can fail."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import langsmith.utils
import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from pydantic import SecretStr

from agent.errors import ModelUnavailable
from agent.models.breaker import CircuitBreaker
from agent.models.embedded.chat_model import MODEL_ID
from agent.models.factory import ModelChoice, bound_stream, build_model_line
from agent.models.openai_compatible import (
    TRACING_VARIABLES,
    OpenAISettings,
    adapter_fingerprint,
    adapter_name,
    build_chat_model,
    explain_failure,
    is_served,
)
from agent.models.resilience import Endpoint, Finished, ModelItem, ModelLine, Switched, TextDelta
from knowledge.embedding import Encoder
from knowledge.schema_intents import load_intents, load_phrasing
from tests.integration.openai_brain import Fault, ScriptedReply
from tests.integration.openai_server import ScriptedOpenAIServer
from tests.unit.models.conversation import TOOLS, tool_specs

ASKED = [SystemMessage("You are the front door."), HumanMessage("hello there")]
LONG = "Hello. I am glad that you wrote to us. Tell me what is wrong, and I will help you as well as I can."


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    loaded = Encoder()
    loaded.load()
    return loaded


def settings(server: ScriptedOpenAIServer, **changes: Any) -> OpenAISettings:
    values: dict[str, Any] = {"model": "clinic-model", "timeout_s": 0.5, "max_retries": 0} | changes
    return OpenAISettings(base_url=server.base_url, **values)


def line(server: ScriptedOpenAIServer, encoder: Encoder, *, reply_s: float = 1.0, **changes: Any) -> ModelLine:
    return build_model_line(
        ModelChoice(settings(server, **changes), reply_s=reply_s),
        tools=tool_specs(),
        encode=encoder.encode,
        intents=load_intents(),
        phrases=load_phrasing(),
        clock=time.monotonic,
    )


def alone(server: ScriptedOpenAIServer) -> ModelLine:
    """A line without a fallback."""
    chosen = settings(server)
    endpoint = Endpoint(chosen.model_id, bound_stream(build_chat_model(chosen), tool_specs()), explain_failure, 1.0)
    return ModelLine(endpoint, tool_names=frozenset(TOOLS))


def text_of(items: list[ModelItem]) -> str:
    return "".join(i.text for i in items if isinstance(i, TextDelta))


def finished(items: list[ModelItem]) -> Finished:
    last = items[-1]
    assert isinstance(last, Finished)
    return last


def test_text_streams_in_pieces_and_ends_whole(encoder: Encoder) -> None:
    with ScriptedOpenAIServer(script=(ScriptedReply(LONG),)) as server:
        items = list(line(server, encoder).stream(ASKED))
    assert sum(isinstance(i, TextDelta) for i in items) > 5
    end = finished(items)
    assert text_of(items) == end.message.content == LONG
    assert end.model_id == "clinic-model"
    assert end.message.usage_metadata is not None and end.message.usage_metadata["total_tokens"] == 18


def test_parallel_tool_calls_arrive_from_split_deltas(encoder: Encoder) -> None:
    asked = [HumanMessage("My chest hurts. Book me for tomorrow and send a thermometer.")]
    with ScriptedOpenAIServer() as server:
        end = finished(list(line(server, encoder).stream(asked)))
        assert server.requests[0]["tools"] == tool_specs()
        assert server.requests[0]["stream"] is True and server.requests[0]["temperature"] == 0.0
    assert [c["name"] for c in end.message.tool_calls] == [
        "triage_and_risk_flagging", "retrieve_knowledge_base", "referrals_and_scheduling",
        "commodity_orders_and_fulfillment",
    ]  # fmt: skip
    assert end.message.tool_calls[2]["args"] == {"action": "search", "on": "tomorrow"}


def test_the_default_brain_acts_on_results_and_then_answers(encoder: Encoder) -> None:
    asked: list[Any] = [HumanMessage("Book me for tomorrow")]
    results = ['{"slots": [{"slot_id": "s1"}]}', '{"status": "awaiting_consent", "offer_id": "o", "offer_text": "?"}']
    with ScriptedOpenAIServer() as server:
        model_line = line(server, encoder)
        for result in results:
            message = finished(list(model_line.stream(asked))).message
            assert message.tool_calls[0]["name"] == "referrals_and_scheduling"
            asked += [message, ToolMessage(result, tool_call_id=str(message.tool_calls[0]["id"]))]
        assert "waits for your yes" in str(finished(list(model_line.stream(asked))).message.content)


FAULTS: list[tuple[Fault, str]] = [
    ("hang", "timeout"),
    ("drip", "timeout"),
    ("http_400", "http_4xx"),
    ("http_401", "http_4xx"),
    ("http_404", "http_4xx"),
    ("http_429", "rate_limited"),
    ("http_500", "http_5xx"),
    ("http_503", "http_5xx"),
    ("reset", "unreachable"),
    ("cut_text", "cut_stream"),
    ("no_finish", "cut_stream"),
    ("length", "cut_stream"),
    ("garbage_sse", "cut_stream"),
    ("error_event", "cut_stream"),
    ("garbage_tool_json", "bad_tool_call"),
    ("cut_tool_json", "cut_stream"),
    ("unknown_tool", "bad_tool_call"),
    ("empty", "empty_reply"),
]


@pytest.mark.parametrize(("fault", "reason"), FAULTS)
def test_each_fault_has_its_word_and_the_embedded_model_takes_over(encoder: Encoder, fault: Fault, reason: str) -> None:
    with ScriptedOpenAIServer(script=(ScriptedReply(LONG if "text" in fault else "", fault=fault),)) as server:
        model_line = line(server, encoder)
        started = time.monotonic()
        items = list(model_line.stream(ASKED))
        assert time.monotonic() - started < 5
    switches = [i for i in items if isinstance(i, Switched)]
    assert [s.reason for s in switches] == [reason]
    before = items[: items.index(switches[0])]
    assert switches[0].said == text_of(before)
    assert finished(items).model_id == MODEL_ID
    assert text_of(items[len(before) :]) == finished(items).message.content != ""


@pytest.mark.parametrize(
    ("fault", "reason"), [("http_500", "http_5xx"), ("cut_text", "cut_stream"), ("hang", "timeout")]
)
def test_without_a_fallback_the_fault_is_raised_as_its_word(fault: Fault, reason: str) -> None:
    with ScriptedOpenAIServer(script=(ScriptedReply(LONG, fault=fault),)) as server:
        model_line = alone(server)
        with pytest.raises(ModelUnavailable, match=f"^{reason}$"):
            list(model_line.stream(ASKED))


def test_a_closed_port_is_unreachable(encoder: Encoder) -> None:
    with ScriptedOpenAIServer() as server:
        gone = line(server, encoder)
    items = list(gone.stream(ASKED))
    assert [i.reason for i in items if isinstance(i, Switched)] == ["unreachable"]


def test_a_server_that_recovers_within_its_retries_is_not_a_failure(encoder: Encoder) -> None:
    with ScriptedOpenAIServer(script=(ScriptedReply(fault="http_503"), ScriptedReply(LONG))) as server:
        items = list(line(server, encoder, max_retries=1, reply_s=5.0).stream(ASKED))
        assert len(server.requests) == 2
    assert not [i for i in items if isinstance(i, Switched)]
    assert finished(items).model_id == "clinic-model"


def test_what_is_left_of_the_turn_bounds_the_wait(encoder: Encoder) -> None:
    with ScriptedOpenAIServer(script=(ScriptedReply(fault="drip"),)) as server:
        started = time.monotonic()
        items = list(line(server, encoder, reply_s=30.0).stream(ASKED, seconds=0.2))
        assert time.monotonic() - started < 2
    assert [i.reason for i in items if isinstance(i, Switched)] == ["timeout"]


def test_a_model_that_keeps_failing_is_left_alone_and_tried_again_later(encoder: Encoder) -> None:
    clock = [0.0]
    faults = tuple(ScriptedReply(fault="http_500") for _ in range(2))
    with ScriptedOpenAIServer(script=faults) as server:
        chosen = settings(server)
        llm = Endpoint("llm", bound_stream(build_chat_model(chosen), tool_specs()), explain_failure, 1.0)
        breaker = CircuitBreaker(failures=2, pause_s=30.0, clock=lambda: clock[0])
        spare = line(server, encoder)
        model_line = ModelLine(llm, Endpoint("spare", bound_stream(_embedded(encoder), tool_specs())), breaker=breaker)
        reasons = [[i.reason for i in model_line.stream(ASKED) if isinstance(i, Switched)] for _ in range(3)]
        assert reasons == [["http_5xx"], ["http_5xx"], ["circuit_open"]]
        assert len(server.requests) == 2 and model_line.degraded
        clock[0] = 31.0
        assert finished(list(model_line.stream(ASKED))).model_id == "llm"
        assert not model_line.degraded and spare.model_id == "clinic-model"


def _embedded(encoder: Encoder) -> Any:
    from agent.models.embedded.chat_model import EmbeddedChatModel

    return EmbeddedChatModel(encode=encoder.encode, exemplars=load_intents(), phrases=load_phrasing())


def test_the_key_is_sent_and_never_shown(encoder: Encoder) -> None:
    with ScriptedOpenAIServer() as server:
        chosen = settings(server, api_key=SecretStr("sk-sentinel-4711"))
        list(line(server, encoder, api_key=SecretStr("sk-sentinel-4711")).stream(ASKED))
        assert server.headers[0]["authorization"] == "Bearer sk-sentinel-4711"
    assert "sentinel" not in repr(chosen) + repr(build_chat_model(chosen))


def test_tracing_is_off_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in TRACING_VARIABLES:
        monkeypatch.setenv(name, "true")
    langsmith.utils.get_env_var.cache_clear()
    assert langsmith.utils.tracing_is_enabled() is True
    build_chat_model(OpenAISettings(base_url="http://127.0.0.1:9/v1", model="m"))
    assert langsmith.utils.tracing_is_enabled() is False


def test_an_adapter_goes_as_the_model_name_or_beside_it(encoder: Encoder) -> None:
    with ScriptedOpenAIServer() as server:
        list(line(server, encoder, adapter="triage-lora").stream(ASKED))
        list(line(server, encoder, adapter="triage-lora", adapter_as="extra_body").stream(ASKED))
        first, second = server.requests
    assert first["model"] == "triage-lora"
    assert (second["model"], second["lora_adapter"]) == ("clinic-model", "triage-lora")


def test_an_adapters_fingerprint_is_of_its_files_or_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "triage-lora"
    folder.mkdir()
    (folder / "adapter.bin").write_bytes(b"one")
    before = adapter_fingerprint(str(folder))
    assert before == adapter_fingerprint(str(folder)) and len(before) == 64
    (folder / "adapter.bin").write_bytes(b"two")
    assert adapter_fingerprint(str(folder)) != before
    (folder / "adapter.bin").rename(folder / "renamed.bin")
    assert len({before, adapter_fingerprint(str(folder)), adapter_fingerprint("triage-lora")}) == 3
    assert adapter_name(str(folder)) == adapter_name("triage-lora") == "triage-lora"


@pytest.mark.parametrize(
    ("models", "served"), [(("clinic-model", "triage-lora"), True), (("clinic-model",), False), (None, True)]
)
def test_whether_an_adapter_is_served(models: tuple[str, ...] | None, served: bool) -> None:
    with ScriptedOpenAIServer(models=models) as server:
        assert is_served(settings(server, adapter="triage-lora")) is served
    assert is_served(settings(server, adapter="triage-lora")) is False  # nobody is there any more


def test_a_setting_without_any_model_is_refused() -> None:
    with pytest.raises(ValueError, match="model name is needed"):
        OpenAISettings(base_url="http://127.0.0.1:9/v1")


def test_the_conversation_reaches_the_server_in_its_own_protocol(encoder: Encoder) -> None:
    call = {"name": "ehr_lookup", "args": {}, "id": "c1", "type": "tool_call"}
    asked = [
        SystemMessage("S"),
        HumanMessage("H"),
        AIMessage("", tool_calls=[call]),
        ToolMessage("{}", tool_call_id="c1"),
    ]
    with ScriptedOpenAIServer() as server:
        list(line(server, encoder).stream(asked))
        assert [m["role"] for m in server.requests[0]["messages"]] == ["system", "user", "assistant", "tool"]


def test_many_turns_share_one_line(encoder: Encoder) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def one(number: int) -> str:
        return str(finished(list(model_line.stream([HumanMessage(f"number {number}")]))).message.content)

    def echo(request: Any) -> ScriptedReply:
        return ScriptedReply(f"You said {request['messages'][-1]['content']}.")

    with ScriptedOpenAIServer(echo) as server:
        model_line = line(server, encoder, reply_s=10.0, timeout_s=5.0)
        with ThreadPoolExecutor(8) as pool:
            replies: Iterator[str] = pool.map(one, range(40))
            assert list(replies) == [f"You said number {n}." for n in range(40)]
