"""The models in use, replaceable as a whole: a turn takes the line once and keeps it to its end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from langchain_core.language_models import BaseChatModel

from agent.errors import UserFacingError
from agent.models.openai_compatible import (
    OpenAISettings,
    adapter_fingerprint,
    adapter_name,
    build_chat_model,
    is_served,
)
from agent.models.resilience import ModelLine

EMBEDDED_VERSION = "1.0.0"


@dataclass(frozen=True)
class ModelsInUse:
    """The line for turns, and the plain client that writes reports (None: no language model)."""

    line: ModelLine
    writer: BaseChatModel | None
    llm: OpenAISettings | None


class ModelSlot:
    """Holds the models of the process.

    Args:
        llm: The language model's settings; None runs embedded.
        build_line: Makes the line for them.
    """

    def __init__(self, llm: OpenAISettings | None, build_line: Callable[[OpenAISettings | None], ModelLine]) -> None:
        self._build_line = build_line
        self._lock = threading.Lock()
        self._now = self._made(llm)

    @property
    def line(self) -> ModelLine:
        """What a new turn asks."""
        return self._now.line

    @property
    def writer(self) -> BaseChatModel | None:
        """What writes reports; None where no language model is configured."""
        return self._now.writer

    @property
    def model_id(self) -> str:
        """The model of choice as the log names it."""
        return self._now.line.model_id

    @property
    def model_version(self) -> str:
        """The embedded model's version, or the server's model name."""
        return self._now.llm.model_name if self._now.llm else EMBEDDED_VERSION

    @property
    def adapter_name(self) -> str | None:
        """The LoRA adapter in use."""
        adapter = self._now.llm.adapter if self._now.llm else None
        return adapter_name(adapter) if adapter else None

    @property
    def adapter_hash(self) -> str | None:
        """SHA-256 of the adapter's files, or of its name where they are not on this machine."""
        adapter = self._now.llm.adapter if self._now.llm else None
        return adapter_fingerprint(adapter) if adapter else None

    def reload(self, name_or_path: str) -> None:
        """Use another adapter from the next turn on. Raises UserFacingError without a language model."""
        with self._lock:
            if self._now.llm is None:
                raise UserFacingError("No language model is configured, so there is no adapter to reload.")
            wanted = replace(self._now.llm, adapter=name_or_path)
            if not is_served(wanted):
                raise UserFacingError("The server does not serve an adapter of that name. The old one stays in use.")
            self._now = self._made(wanted)

    def _made(self, llm: OpenAISettings | None) -> ModelsInUse:
        return ModelsInUse(self._build_line(llm), build_chat_model(llm) if llm else None, llm)
