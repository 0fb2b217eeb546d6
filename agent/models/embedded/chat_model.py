"""EmbeddedChatModel: a LangChain chat model without a language model. No key, no network, always the same answer."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import PrivateAttr

from agent.models.embedded.grounding import SentencePicker
from agent.models.embedded.intent import Encode, IntentReader
from agent.models.embedded.policy import Step, next_step
from agent.models.embedded.requests import AgendaReader
from agent.models.embedded.script import Scene
from agent.models.embedded.situation import read_situation, read_turn
from agent.models.embedded.wording import Wording
from knowledge.schema_intents import IntentBook

MODEL_ID: Final = "prelude-embedded-1"
WORDS_PER_CHUNK: Final = 4
_WORD_GROUP = re.compile(r"(?:\S+\s*){1,%d}" % WORDS_PER_CHUNK)  # noqa: UP031  # braces are the pattern's own


class EmbeddedChatModel(BaseChatModel):
    """Works only from the messages it is given, so the same messages always give the same message.

    Args:
        encode: Texts to unit vectors; not called before the first message.
        exemplars: What people ask for and how they say it.
        phrases: Every sentence it says, by key.

    Raises:
        ValueError: a phrase is missing, unknown, or has the wrong gaps.
    """

    encode: Encode
    exemplars: IntentBook
    phrases: Mapping[str, str]

    _reader: AgendaReader = PrivateAttr()
    _picker: SentencePicker = PrivateAttr()
    _wording: Wording = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Build the parts. Nothing is encoded yet."""
        super().model_post_init(context)
        self._wording = Wording(self.phrases)
        self._reader = AgendaReader(self.exemplars, IntentReader(self.exemplars, self.encode))
        self._picker = SentencePicker(self.exemplars, self.encode)

    @property
    def _llm_type(self) -> str:
        return "prelude-embedded"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": MODEL_ID, "intents": self.exemplars.version}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with tools it may call; ``tool_choice`` is not needed and not used."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        step, message_id = self._decide(messages, kwargs), _message_id(messages)
        calls = [
            {"name": c.name, "args": dict(c.args), "id": _call_id(message_id, i), "type": "tool_call"}
            for i, c in enumerate(step.calls)
        ]
        message = AIMessage(content=step.text, tool_calls=calls, id=message_id, response_metadata=_metadata(step))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        step, message_id = self._decide(messages, kwargs), _message_id(messages)
        for words in _WORD_GROUP.findall(step.text):
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=words, id=message_id))
            if run_manager:
                run_manager.on_llm_new_token(words, chunk=chunk)
            yield chunk
        for i, call in enumerate(step.calls):
            args = json.dumps(dict(call.args), ensure_ascii=False)
            half = len(args) // 2
            for part in (
                tool_call_chunk(name=call.name, args=args[:half], id=_call_id(message_id, i), index=i),
                tool_call_chunk(name=None, args=args[half:], id=None, index=i),
            ):
                yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=[part], id=message_id))
        last = AIMessageChunk(content="", id=message_id, chunk_position="last", response_metadata=_metadata(step))
        yield ChatGenerationChunk(message=last)

    def _decide(self, messages: Sequence[BaseMessage], options: Mapping[str, Any]) -> Step:
        situation, turn = read_situation(messages), read_turn(messages)
        scene = Scene(turn, situation, self._wording, self._picker, _tool_names(options.get("tools")))
        return next_step(self._reader.read(turn, situation), scene)


def _tool_names(tools: object) -> frozenset[str]:
    found = [t.get("function") for t in tools if isinstance(t, dict)] if isinstance(tools, list | tuple) else []
    return frozenset(str(f["name"]) for f in found if isinstance(f, dict) and f.get("name"))


def _metadata(step: Step) -> dict[str, Any]:
    return {"model_name": MODEL_ID, "finish_reason": "tool_calls" if step.calls else "stop"}


def _message_id(messages: Sequence[BaseMessage]) -> str:
    """An id that is the same for the same conversation and another one a message later."""
    digest = hashlib.sha256()
    for message in messages:
        digest.update(f"{message.type}\0{message.id}\0{message.content!r}\0".encode())
        if isinstance(message, AIMessage):
            digest.update(json.dumps(message.tool_calls, sort_keys=True, default=str).encode())
        if isinstance(message, ToolMessage):
            digest.update(message.tool_call_id.encode())
    return f"emb_{digest.hexdigest()[:24]}"


def _call_id(message_id: str, index: int) -> str:
    return f"call_{message_id.removeprefix('emb_')}_{index}"
