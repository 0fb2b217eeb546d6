"""A chat model on OpenAI or any server with its chat-completions protocol: vLLM, Ollama, llama.cpp, LM Studio."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import httpx2
import langsmith.utils
import openai
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agent.models.resilience import FailureReason

TRACING_VARIABLES: Final = (
    "LANGSMITH_TRACING",
    "LANGSMITH_TRACING_V2",
    "LANGCHAIN_TRACING",
    "LANGCHAIN_TRACING_V2",
)
"""Any of these would send prompts with patient data to a service outside the building."""

LIST_SECONDS: Final = 5.0
"""Seconds to wait for a server's list of models."""

NO_KEY: Final = "none"
"""Sent where a server wants no key: the client refuses an empty one."""


@dataclass(frozen=True)
class OpenAISettings:
    """One server and model.

    ``adapter`` is the name or path of a LoRA adapter served there. With ``adapter_as="model"`` (vLLM) its name takes
    the place of the model's; with "extra_body" it is sent beside it under ``adapter_field`` (servers that switch
    adapters per request). ``timeout_s`` bounds connecting and each gap between two chunks, in seconds; ``max_retries``
    are tries beyond the first, before anything was received.
    """

    base_url: str
    model: str | None = None
    api_key: SecretStr | None = None
    adapter: str | None = None
    adapter_as: Literal["model", "extra_body"] = "model"
    adapter_field: str = "lora_adapter"
    timeout_s: float = 20.0
    max_retries: int = 1
    temperature: float = 0.0
    extra_body: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (self.model or (self.adapter and self.adapter_as == "model")):
            raise ValueError("a model name is needed, or an adapter that is served under its own name")

    @property
    def model_name(self) -> str:
        """The name asked for at the server."""
        if self.adapter and self.adapter_as == "model":
            return adapter_name(self.adapter)
        return str(self.model)

    @property
    def model_id(self) -> str:
        """Model, and adapter with its fingerprint, as the log names them."""
        if not self.adapter:
            return self.model_name
        return f"{self.model or 'served'}+{adapter_name(self.adapter)}@{adapter_fingerprint(self.adapter)[:12]}"


def build_chat_model(settings: OpenAISettings) -> ChatOpenAI:
    """The client. Opens no connection. Tracing to outside services is switched off for the whole process."""
    forbid_tracing()
    extra = dict(settings.extra_body)
    if settings.adapter and settings.adapter_as == "extra_body":
        extra[settings.adapter_field] = adapter_name(settings.adapter)
    return ChatOpenAI(
        model=settings.model_name,
        base_url=settings.base_url,
        api_key=settings.api_key or SecretStr(NO_KEY),
        timeout=settings.timeout_s,
        max_retries=settings.max_retries,
        temperature=settings.temperature,
        streaming=True,
        stream_usage=True,
        use_responses_api=False,
        extra_body=extra or None,
    )


def forbid_tracing() -> None:
    """Set every switch of LangSmith tracing to false, whatever the environment said."""
    for name in TRACING_VARIABLES:
        os.environ[name] = "false"
    langsmith.utils.get_env_var.cache_clear()  # type: ignore[attr-defined]  # it is an lru_cache: it remembers


def is_served(settings: OpenAISettings) -> bool:
    """Whether the server lists the model asked for. A server without a list of models is taken at its word."""
    if settings.adapter_as == "extra_body":
        return True
    client = openai.OpenAI(
        base_url=settings.base_url,
        api_key=(settings.api_key or SecretStr(NO_KEY)).get_secret_value(),
        timeout=min(settings.timeout_s, LIST_SECONDS),
        max_retries=0,
    )
    try:
        with client:
            return settings.model_name in {model.id for model in client.models.list()}
    except openai.NotFoundError:
        return True
    except (openai.APIError, httpx2.HTTPError):
        return False


def explain_failure(error: Exception) -> FailureReason | None:
    """The fixed word for an exception of the client; None for one that does not come from the network or the server."""
    match error:
        case openai.APITimeoutError() | httpx2.TimeoutException():
            return "timeout"
        case openai.RateLimitError():
            return "rate_limited"
        case openai.APIStatusError(status_code=status):
            return "http_5xx" if status >= 500 else "http_4xx"
        case openai.APIConnectionError() | httpx2.ConnectError():
            return "unreachable"
        case openai.APIError() | httpx2.TransportError() | json.JSONDecodeError() | UnicodeDecodeError():
            return "cut_stream"  # broke off or turned to garbage after it had begun
        case httpx2.HTTPError() | httpx2.StreamError():
            return "cut_stream"
        case _:
            return None


def adapter_name(name_or_path: str) -> str:
    """The name an adapter is served under: a path's last part, any other text as it is."""
    path = Path(name_or_path)
    return path.name if path.exists() and path.name else name_or_path


def adapter_fingerprint(name_or_path: str) -> str:
    """SHA-256 in hex: of an adapter's files with their names when it is a path here, otherwise of the name."""
    path = Path(name_or_path)
    digest = hashlib.sha256()
    if not path.exists():
        digest.update(b"name\0" + name_or_path.encode())
        return digest.hexdigest()
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    for file in files:
        relative = file.relative_to(path).as_posix() if path.is_dir() else file.name
        with file.open("rb") as content:
            digest.update(relative.encode() + b"\0" + hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()
