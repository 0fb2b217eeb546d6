"""Builds the model line: the embedded model alone, or an LLM with the embedded one behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.tools import BaseTool

from agent.models.breaker import CircuitBreaker
from agent.models.embedded.chat_model import MODEL_ID, EmbeddedChatModel
from agent.models.embedded.intent import Encode
from agent.models.resilience import Endpoint, ModelLine, StreamModel
from knowledge.schema_intents import IntentBook

if TYPE_CHECKING:
    from agent.models.openai_compatible import OpenAISettings

Tools = Sequence[BaseTool | dict[str, Any]]

REPLY_SECONDS: Final = 30.0
"""Longest one reply of an LLM may take in all, retries included: half of a turn's sixty seconds."""

BREAKER_FAILURES: Final = 2
BREAKER_PAUSE_S: Final = 30.0
"""After two failures in a row the LLM is left alone for half a minute: a turn never waits for it a third time."""


@dataclass(frozen=True)
class ModelChoice:
    """Which model answers: without ``llm`` the embedded one. Times are in seconds."""

    llm: OpenAISettings | None = None
    reply_s: float = REPLY_SECONDS
    breaker_failures: int = BREAKER_FAILURES
    breaker_pause_s: float = BREAKER_PAUSE_S


def build_model_line(
    choice: ModelChoice,
    *,
    tools: Tools,
    encode: Encode,
    intents: IntentBook,
    phrases: Mapping[str, str],
    clock: Callable[[], float],
) -> ModelLine:
    """The line a turn asks. Opens no connection and encodes nothing.

    Args:
        choice: Settings values.
        tools: What the model may call.
        encode: Texts to unit vectors, for the embedded model.
        intents: The embedded model's intents.
        phrases: The embedded model's sentences.
        clock: Monotonic seconds, for the circuit breaker.
    """
    names = frozenset(_name(t) for t in tools)
    own = EmbeddedChatModel(encode=encode, exemplars=intents, phrases=phrases)
    embedded = Endpoint(MODEL_ID, bound_stream(own, tools))
    if choice.llm is None:
        return ModelLine(embedded, tool_names=names)
    from agent.models.openai_compatible import build_chat_model, explain_failure  # slow import: only if used

    client = build_chat_model(choice.llm)
    primary = Endpoint(choice.llm.model_id, bound_stream(client, tools), explain_failure, choice.reply_s)
    breaker = CircuitBreaker(failures=choice.breaker_failures, pause_s=choice.breaker_pause_s, clock=clock)
    return ModelLine(primary, embedded, breaker=breaker, tool_names=names)


def bound_stream(model: BaseChatModel, tools: Tools) -> StreamModel:
    """The model with its tools, as a function from messages to chunks."""
    bound = model.bind_tools(list(tools))

    def stream(messages: Sequence[BaseMessage]) -> Iterator[AIMessageChunk]:
        return cast("Iterator[AIMessageChunk]", bound.stream(list(messages)))

    return stream


def _name(tool: BaseTool | dict[str, Any]) -> str:
    return str(tool["function"]["name"]) if isinstance(tool, dict) else tool.name
