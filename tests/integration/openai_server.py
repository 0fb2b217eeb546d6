"""A real HTTP server on 127.0.0.1 that speaks the OpenAI chat-completions protocol, and goes wrong on demand."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self

from tests.integration.openai_brain import ScriptedReply, sensible_brain

Brain = Callable[[Mapping[str, Any]], ScriptedReply]
HTTP_FAULTS = {"http_400": 400, "http_401": 401, "http_404": 404, "http_429": 429, "http_500": 500, "http_503": 503}
PIECE = 7
"""Characters of one delta: small and odd, so that words, JSON and tool arguments are all split."""


class ScriptedOpenAIServer:
    """Use as a context manager; ``base_url`` is what a client needs.

    Args:
        brain: Decides each reply; the default behaves sensibly with the clinic's seven tools.
        script: Replies given first, in order, before the brain is asked.
        models: Names listed at /v1/models; None answers 404 there.
        hang_s: Longest a hanging request is held, in seconds; it ends at once when the server closes.
    """

    def __init__(
        self,
        brain: Brain = sensible_brain,
        *,
        script: Iterator[ScriptedReply] | tuple[ScriptedReply, ...] = (),
        models: tuple[str, ...] | None = ("clinic-model",),
        hang_s: float = 30.0,
    ) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.models, self.hang_s = models, hang_s
        self.closing = threading.Event()
        self._brain, self._script = brain, iter(script)
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        handler = type("Handler", (_Handler,), {"server_state": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def base_url(self) -> str:
        """Address with /v1."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def decide(self, request: dict[str, Any], headers: dict[str, str]) -> tuple[ScriptedReply, int]:
        """The reply to a request, and its number."""
        with self._lock:
            self.requests.append(request)
            self.headers.append(headers)
            scripted = next(self._script, None)
            return scripted or self._brain(request), next(self._ids)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state: ClassVar[ScriptedOpenAIServer]

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def do_GET(self) -> None:
        models = self.server_state.models
        if self.path != "/v1/models" or models is None:
            self._json(404, {"error": {"message": "not found"}})
            return
        self._json(
            200,
            {"object": "list", "data": [{"id": m, "object": "model", "created": 0, "owned_by": "t"} for m in models]},
        )

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/chat/completions":
            self._json(404, {"error": {"message": "not found"}})
            return
        reply, number = self.server_state.decide(body, {k.lower(): v for k, v in self.headers.items()})
        if reply.fault in HTTP_FAULTS:
            self._json(HTTP_FAULTS[reply.fault], {"error": {"message": "scripted", "type": "scripted"}})
        elif reply.fault == "hang":
            self.server_state.closing.wait(self.server_state.hang_s)
            self.close_connection = True
        elif reply.fault == "reset":
            self.close_connection = True
        elif body.get("stream"):
            self._stream(reply, number, body)
        else:
            self._json(200, _completion(reply, number, body))

    def _json(self, status: int, value: Mapping[str, Any]) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, reply: ScriptedReply, number: int, body: Mapping[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            if reply.fault == "drip":
                self._drip()
                return
            for event in _events(reply, number, body):
                self._send(event if isinstance(event, str) else f"data: {json.dumps(event)}\n\n")
            if reply.fault in ("cut_text", "cut_tool_json"):
                self.close_connection = True  # no end of the chunked body: the connection just goes
                return
            if reply.fault != "no_finish":
                self._send("data: [DONE]\n\n")
            self.wfile.write(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _drip(self) -> None:
        ends = time.monotonic() + self.server_state.hang_s
        while time.monotonic() < ends and not self.server_state.closing.wait(0.05):
            self._send(": still there\n\n")
        self.close_connection = True

    def _send(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


def _pieces(text: str) -> list[str]:
    return [text[i : i + PIECE] for i in range(0, len(text), PIECE)]


def _events(reply: ScriptedReply, number: int, body: Mapping[str, Any]) -> Iterator[dict[str, Any] | str]:
    base = {"id": f"chatcmpl-{number}", "object": "chat.completion.chunk", "created": 0, "model": body.get("model")}

    def delta(content: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return base | {"choices": [{"index": 0, "delta": content, "finish_reason": finish}]}

    yield delta({"role": "assistant", "content": ""})
    text = _pieces(reply.text)
    for piece in text[: len(text) // 2 + 1] if reply.fault == "cut_text" else text:
        yield delta({"content": piece})
    match reply.fault:
        case "cut_text" | "no_finish":
            return
        case "garbage_sse":
            yield "data: {this is no json\n\n"
            return
        case "error_event":
            yield {"error": {"message": "scripted", "type": "server_error", "code": 500}}
            return
        case "empty":
            yield delta({}, "stop")
            return
        case "length":
            yield delta({}, "length")
            return
        case _:
            pass
    for index, (name, args) in enumerate(_calls(reply)):
        call = {"index": index, "id": f"call_{number}_{index}", "type": "function"}
        yield delta({"tool_calls": [call | {"function": {"name": name, "arguments": ""}}]})
        for piece in _pieces(args):
            yield delta({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    if reply.fault == "cut_tool_json":
        return
    yield delta({}, reply.finish_reason or ("tool_calls" if _calls(reply) else "stop"))
    if (body.get("stream_options") or {}).get("include_usage"):
        yield base | {"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}}


def _calls(reply: ScriptedReply) -> list[tuple[str, str]]:
    match reply.fault:
        case "garbage_tool_json":
            return [("referrals_and_scheduling", '{"action": "search", on: tomorrow!!')]
        case "cut_tool_json":
            return [("commodity_orders_and_fulfillment", '{"action": "place", "item_id": "thermometer", "quanti')]
        case "unknown_tool":
            return [("delete_all_patients", "{}")]
        case "loop":
            return [("triage_and_risk_flagging", "{}")]
        case _:
            return [(name, json.dumps(dict(args))) for name, args in reply.calls]


def _completion(reply: ScriptedReply, number: int, body: Mapping[str, Any]) -> dict[str, Any]:
    calls = [
        {"id": f"call_{number}_{i}", "type": "function", "function": {"name": name, "arguments": args}}
        for i, (name, args) in enumerate(_calls(reply))
    ]
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if calls:
        message["tool_calls"] = calls
    finish = "tool_calls" if calls else "stop"
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": body.get("model"),
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }
