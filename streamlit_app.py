"""The server: Streamlit as an ASGI app with a content security policy, sign-in routes, readiness and warm-up."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import streamlit as st
from starlette.middleware import Middleware

from pages.server.headers import SecurityHeaders
from pages.server.routes import ROUTES
from pages.server.startup import STARTUP


@contextlib.asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Load encoder, index and rules in the background, so that the first page does not wait for them."""
    STARTUP.begin()
    yield None


app = st.App("pages/shell.py", routes=ROUTES, middleware=[Middleware(SecurityHeaders)], lifespan=lifespan)
