"""Readiness, and the two routes that turn a checked sign-in into a cookie no script can read."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pages.server.startup import STARTUP
from pages.server.tickets import TICKETS

COOKIE = "prelude_session"
_ENTER = """
(() => {
  const { ticket, next } = document.getElementById("prelude-ticket").dataset;
  const page = new URL(next, location.origin).pathname;
  fetch("/auth/enter", { method: "POST", body: ticket }).then(() => location.replace(page));
})();
"""
_LEAVE = """
fetch("/auth/leave", { method: "POST" }).then(() => location.replace("/"));
"""


async def ready(_: Request) -> JSONResponse:
    """Whether a turn can start at once; 503 until then, for a load balancer."""
    state = {"ready": STARTUP.ready, "problem": STARTUP.problem}
    return JSONResponse(state, status_code=200 if STARTUP.ready else 503)


async def enter(request: Request) -> Response:
    """Exchange a one-time ticket for the session cookie."""
    token = TICKETS.redeem((await request.body()).decode("ascii", "replace")[:200])
    if token is None:
        return Response(status_code=403)
    response = Response(status_code=204)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=secure, path="/")
    return response


async def leave(request: Request) -> Response:
    """Revoke the server session and drop the cookie."""
    token = request.cookies.get(COOKIE)
    if token:
        await run_in_threadpool(_revoke, token)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response


def _revoke(token: str) -> None:
    from agent import create_agent_instance  # not at the top: the sign-in page must not wait for it

    create_agent_instance().records.accounts.revoke(token)


def _script(source: str) -> Response:
    return Response(source, media_type="text/javascript", headers={"cache-control": "no-store"})


async def enter_script(_: Request) -> Response:
    """The few lines that post the ticket."""
    return _script(_ENTER)


async def leave_script(_: Request) -> Response:
    """The few lines that sign out."""
    return _script(_LEAVE)


ROUTES = [
    Route("/auth/ready", ready),
    Route("/auth/enter", enter, methods=["POST"]),
    Route("/auth/leave", leave, methods=["POST"]),
    Route("/auth/enter.js", enter_script),
    Route("/auth/leave.js", leave_script),
]
