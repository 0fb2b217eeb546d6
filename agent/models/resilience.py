"""The model line: a primary model, a fallback, and every way a reply can break off between them.

A network model may be late, cut off, overloaded or talk nonsense. Each of these becomes a fixed word and a switch to
the fallback in the same turn. What was already said stays said; what was unfinished is the caller's to drop.
"""

from __future__ import annotations

import contextvars
import json
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import structlog
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage

from agent.errors import ModelUnavailable
from agent.models.breaker import CircuitBreaker

log = structlog.get_logger(__name__)

FailureReason: TypeAlias = Literal[
    "timeout", "cut_stream", "http_5xx", "http_4xx", "rate_limited", "bad_tool_call", "empty_reply", "unreachable",
    "circuit_open", "too_long",
]  # fmt: skip
StreamModel: TypeAlias = Callable[[Sequence[BaseMessage]], Iterator[AIMessageChunk]]
"""Asks a model that already has its tools, and yields its chunks."""

WHOLE_REPLIES: Final = frozenset({"stop", "tool_calls", "function_call"})
"""Finish reasons of a reply that is complete; "length", "content_filter" and none at all mean it was cut."""


MAX_REPLY_CHARS: Final = 100_000
"""Characters of one message, text and arguments together. The client parses arguments anew with every piece it gets, so
a message without end would keep a processor busy for minutes."""


class ModelFailure(ModelUnavailable):
    """A model's reply that cannot be used. The text is the fixed word for why."""

    def __init__(self, reason: FailureReason) -> None:
        super().__init__(reason)
        self.reason: FailureReason = reason


@dataclass(frozen=True)
class TextDelta:
    """A piece of the reply's text."""

    text: str


@dataclass(frozen=True)
class Switched:
    """The primary failed; what follows is the fallback's reply from its beginning.

    ``said`` is all the text yielded before. Whole sentences of it may have been shown; the rest is to be dropped.
    """

    reason: FailureReason
    said: str = ""


@dataclass(frozen=True)
class Finished:
    """The reply is complete: its message with parsed tool calls, and the model that gave it."""

    message: AIMessage
    model_id: str


ModelItem: TypeAlias = TextDelta | Switched | Finished


@dataclass(frozen=True)
class Endpoint:
    """One model of a line.

    ``deadline_s`` bounds a whole reply in seconds (None: a local model that cannot hang). ``explain`` names an
    exception of this model, or gives None for one that is a bug and goes on up.
    """

    model_id: str
    stream: StreamModel
    explain: Callable[[Exception], FailureReason | None] = field(default=lambda error: None)
    deadline_s: float | None = None


class ModelLine:
    """Asks the primary and, when it fails, the fallback. Safe to share between threads and turns.

    Args:
        primary: The model of choice.
        fallback: What answers instead; None raises ModelUnavailable.
        breaker: Skips a primary that keeps failing.
        tool_names: Tools that exist; a call to another is a bad tool call. Empty accepts any.
    """

    def __init__(
        self,
        primary: Endpoint,
        fallback: Endpoint | None = None,
        *,
        breaker: CircuitBreaker | None = None,
        tool_names: frozenset[str] = frozenset(),
    ) -> None:
        self._primary, self._fallback, self._breaker = primary, fallback, breaker
        self._tool_names = tool_names

    @property
    def model_id(self) -> str:
        """The model of choice."""
        return self._primary.model_id

    @property
    def fallback_id(self) -> str | None:
        """The model that answers when the primary cannot."""
        return self._fallback.model_id if self._fallback else None

    @property
    def degraded(self) -> bool:
        """True while the primary is being skipped."""
        return self._breaker is not None and not self._breaker.would_allow()

    def stream(self, messages: Sequence[BaseMessage], seconds: float | None = None) -> Iterator[ModelItem]:
        """Yield the reply: text deltas, at most one switch, and one Finished at the end.

        Args:
            messages: System message, conversation, and this turn's calls and results.
            seconds: What is left of the turn; a primary with a deadline gets no more than that.

        Raises:
            ModelUnavailable: no model could answer; its text is the fixed word for why.
        """
        said: list[str] = []
        try:
            if self._breaker is not None and not self._breaker.allow():
                raise ModelFailure("circuit_open")
            for item in self._ask(self._primary, messages, seconds):
                if isinstance(item, TextDelta):
                    said.append(item.text)
                elif self._breaker is not None:
                    self._breaker.succeeded()
                yield item
        except ModelFailure as failure:
            log.warning("model_failed", model=self._primary.model_id, reason=failure.reason)
            if self._breaker is not None and failure.reason != "circuit_open":
                self._breaker.failed()
            if self._fallback is None:
                raise
            yield Switched(failure.reason, "".join(said))
            yield from self._ask(self._fallback, messages)

    def _ask(
        self, endpoint: Endpoint, messages: Sequence[BaseMessage], seconds: float | None = None
    ) -> Iterator[TextDelta | Finished]:
        whole: AIMessageChunk | None = None
        size = 0
        deadline = endpoint.deadline_s
        if deadline is not None and seconds is not None:
            deadline = max(min(deadline, seconds), 0.0)
        try:
            chunks = endpoint.stream(messages)
            for chunk in chunks if deadline is None else _within(chunks, deadline):
                size += len(str(chunk.text)) + sum(len(part["args"] or "") for part in chunk.tool_call_chunks)
                if size > MAX_REPLY_CHARS:
                    raise ModelFailure("too_long")
                whole = chunk if whole is None else whole + chunk
                if text := str(chunk.text):
                    yield TextDelta(text)
        except ModelFailure:
            raise
        except Exception as error:  # any client's exception: a known one is named, an unknown one is a bug and goes on
            reason = endpoint.explain(error)
            if reason is None:
                raise
            broke_off = reason == "unreachable" and whole is not None
            raise ModelFailure("cut_stream" if broke_off else reason) from error
        yield Finished(checked_message(whole, self._tool_names), endpoint.model_id)


def checked_message(whole: AIMessageChunk | None, tool_names: frozenset[str] = frozenset()) -> AIMessage:
    """The complete message of a stream.

    LangChain repairs half-written JSON of a tool call; a repaired order could be for something else, so the arguments
    are parsed strictly here. Raises ModelFailure.
    """
    finish = whole.response_metadata.get("finish_reason") if whole is not None else None
    if whole is None or finish not in WHOLE_REPLIES:
        raise ModelFailure("cut_stream")
    calls = []
    for part in whole.tool_call_chunks:
        name, call_id = part["name"], part["id"]
        args = _strict_object(part["args"])
        if not name or not call_id or args is None or (tool_names and name not in tool_names):
            raise ModelFailure("bad_tool_call")
        calls.append({"name": name, "args": args, "id": call_id, "type": "tool_call"})
    if len({c["id"] for c in calls}) != len(calls):
        raise ModelFailure("bad_tool_call")
    text = str(whole.text)
    if not calls and not text.strip():
        raise ModelFailure("empty_reply")
    return AIMessage(
        content=text, tool_calls=calls, id=whole.id, usage_metadata=whole.usage_metadata,
        response_metadata=whole.response_metadata,
    )  # fmt: skip


def _strict_object(text: str | None) -> dict[str, Any] | None:
    """Arguments as JSON; a call without arguments may leave them out. None where they are no whole object."""
    if not (text or "").strip():
        return {}
    try:
        value = json.loads(str(text))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _within(chunks: Iterator[AIMessageChunk], seconds: float) -> Iterator[AIMessageChunk]:
    """Pass chunks on until the deadline, from a thread of their own: a socket that drips keep-alives never times out.

    Raises ModelFailure("timeout"). A reader that is given up ends with its own socket timeout; it is a daemon, so
    it never holds up the end of the process.
    """
    ends = time.monotonic() + seconds
    feed: queue.SimpleQueue[AIMessageChunk | Exception | None] = queue.SimpleQueue()
    given_up = threading.Event()

    def read() -> None:
        try:
            for chunk in chunks:
                if given_up.is_set():
                    return
                feed.put(chunk)
            feed.put(None)
        except Exception as error:  # carried to the asking thread, which names it
            feed.put(error)

    threading.Thread(target=contextvars.copy_context().run, args=(read,), daemon=True, name="model-stream").start()
    try:
        while True:
            try:
                item = feed.get(timeout=max(ends - time.monotonic(), 0.0))
            except queue.Empty:
                raise ModelFailure("timeout") from None
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item
    finally:
        given_up.set()
