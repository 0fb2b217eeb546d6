"""When a reply counts as whole, and when a failing model is left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.messages.tool import tool_call_chunk

from agent.models.breaker import CircuitBreaker
from agent.models.resilience import Endpoint, Finished, ModelFailure, ModelLine, Switched, TextDelta, checked_message


def chunk(
    text: str = "", finish: str | None = "stop", *calls: tuple[str | None, str | None, str | None]
) -> AIMessageChunk:
    parts = [tool_call_chunk(name=n, args=a, id=i, index=k) for k, (n, a, i) in enumerate(calls)]
    metadata = {"finish_reason": finish} if finish else {}
    return AIMessageChunk(content=text, tool_call_chunks=parts, response_metadata=metadata)


@pytest.mark.parametrize(
    ("whole", "reason"),
    [
        (None, "cut_stream"),
        (chunk("Hello.", None), "cut_stream"),
        (chunk("Hello", "length"), "cut_stream"),
        (chunk("", "content_filter"), "cut_stream"),
        (chunk("  ", "stop"), "empty_reply"),
        (chunk("", "tool_calls", ("book", '{"slot_id": "s1"', "1")), "bad_tool_call"),  # LangChain would repair this
        (chunk("", "tool_calls", ("book", '["s1"]', "1")), "bad_tool_call"),
        (chunk("", "tool_calls", (None, "{}", "1")), "bad_tool_call"),
        (chunk("", "tool_calls", ("book", "{}", None)), "bad_tool_call"),
        (chunk("", "tool_calls", ("book", "{}", "1"), ("book", "{}", "1")), "bad_tool_call"),
        (chunk("", "tool_calls", ("drop_tables", "{}", "1")), "bad_tool_call"),
    ],
)
def test_a_reply_that_is_not_whole_has_its_word(whole: AIMessageChunk | None, reason: str) -> None:
    with pytest.raises(ModelFailure, match=f"^{reason}$"):
        checked_message(whole, frozenset({"book"}))


@pytest.mark.parametrize("args", ['{"a": {"b": [1, null]}}', "", None, " {} "])
def test_a_whole_call_is_kept(args: str | None) -> None:
    message = checked_message(chunk("Hello.", "tool_calls", ("book", args, "1")), frozenset({"book"}))
    assert (message.content, message.tool_calls[0]["name"], message.invalid_tool_calls) == ("Hello.", "book", [])


def test_a_bug_is_not_taken_for_a_failing_model() -> None:
    def broken(messages: Sequence[BaseMessage]) -> Iterator[AIMessageChunk]:
        raise KeyError("bug")

    spare = Endpoint("spare", lambda messages: iter([chunk("Hello.")]))
    with pytest.raises(KeyError):
        list(ModelLine(Endpoint("llm", broken), spare).stream([HumanMessage("x")]))


def test_what_was_said_before_the_switch_is_told() -> None:
    def breaks_off(messages: Sequence[BaseMessage]) -> Iterator[AIMessageChunk]:
        yield chunk("Hel", None)
        yield chunk("lo. Bo", None)

    spare = Endpoint("spare", lambda messages: iter([chunk("Good day.")]))
    items = list(ModelLine(Endpoint("llm", breaks_off), spare).stream([HumanMessage("x")]))
    assert items[:4] == [
        TextDelta("Hel"),
        TextDelta("lo. Bo"),
        Switched("cut_stream", "Hello. Bo"),
        TextDelta("Good day."),
    ]
    assert isinstance(items[4], Finished) and items[4].model_id == "spare"


def test_an_abandoned_stream_stops_reading() -> None:
    read: list[int] = []

    def endless(messages: Sequence[BaseMessage]) -> Iterator[AIMessageChunk]:
        for n in range(10_000_000):
            read.append(n)
            yield chunk("word ", None)

    stream = ModelLine(Endpoint("llm", endless, deadline_s=30.0)).stream([HumanMessage("x")])
    next(stream)
    stream.close()
    import time

    ends = time.monotonic() + 5
    before = -1
    while before != len(read) and time.monotonic() < ends:
        before = len(read)
        time.sleep(0.05)
    assert before == len(read)


class TestBreaker:
    def test_it_opens_after_failures_in_a_row_only(self) -> None:
        breaker = CircuitBreaker(failures=2, pause_s=10, clock=lambda: 0.0)
        breaker.failed()
        breaker.succeeded()
        breaker.failed()
        assert breaker.allow()
        breaker.failed()
        assert not breaker.allow()

    def test_after_the_pause_one_call_goes_through_and_decides(self) -> None:
        now = [0.0]
        breaker = CircuitBreaker(failures=1, pause_s=10, clock=lambda: now[0])
        breaker.failed()
        now[0] = 10.0
        assert breaker.would_allow() and breaker.allow()
        assert not breaker.allow()
        breaker.failed()
        now[0] = 19.9
        assert not breaker.allow()
        now[0] = 20.0
        assert breaker.allow()
        breaker.succeeded()
        assert breaker.allow() and breaker.allow()
