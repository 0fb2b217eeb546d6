"""A real server on a fresh home, and a real browser at desktop and phone width."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "docs" / "screenshots"
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@dataclass(frozen=True)
class Server:
    """A running Prelude."""

    url: str
    home: Path

    @property
    def database(self) -> Path:
        return self.home / "prelude.db"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(home: Path, **settings: str) -> tuple[Server, subprocess.Popen[bytes]]:
    """Start the app; returns once it answers at all, not when everything is loaded."""
    port = free_port()
    env = os.environ | {"PRELUDE_HOME": str(home)} | settings
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)]
    log = (home.parent / f"server-{port}.log").open("wb")
    running = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    server = Server(f"http://localhost:{port}", home)
    wait_until(lambda: answers(server.url + "/_stcore/health"), 60, "the server does not answer")
    return server, running


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own server
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_until(condition, seconds: float, complaint: str) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            raise AssertionError(complaint)
        time.sleep(0.1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home") / "prelude"
    running_server, running = start_server(home)
    wait_until(lambda: answers(running_server.url + "/auth/ready"), 120, "the server does not get ready")
    yield running_server
    running.terminate()
    running.wait(30)


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium where it is; else Playwright's own."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    launched = playwright.chromium.launch(executable_path=found, args=ARGS)
    yield launched
    launched.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator:
    """Open a page of its own: nobody else's cookies."""
    contexts: list[BrowserContext] = []

    def opened(*, phone: bool = False, dark: bool = False) -> Page:
        context = browser.new_context(
            viewport=PHONE if phone else DESKTOP, color_scheme="dark" if dark else "light", reduced_motion="reduce"
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def shoot(page: Page, name: str) -> None:
    """Keep a picture for the README when PRELUDE_SCREENSHOTS is set; tests must not change tracked files."""
    if os.environ.get("PRELUDE_SCREENSHOTS"):
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(400)  # let the last animation end
        page.screenshot(path=SHOTS / f"{name}.png")
