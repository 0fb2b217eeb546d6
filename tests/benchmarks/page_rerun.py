"""How long a page takes to draw again: a click in a real browser, to the moment the script is idle."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGS, DESKTOP, answers, start_server, wait_until

RERUNS = 30
_RUNNING = "[data-testid='stApp'][data-test-script-state='running']"


def page_reruns() -> list[float]:
    """Milliseconds of reruns of the intake page of a signed-in patient."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server, running = start_server(Path(folder) / "prelude")
        try:
            wait_until(lambda: answers(server.url + "/auth/ready"), 120, "the server does not get ready")
            found = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = playwright.chromium.launch(executable_path=found, args=ARGS)
            page = browser.new_context(viewport=DESKTOP).new_page()
            page.goto(server.url)
            page.get_by_label("User name").fill("desmond")
            page.get_by_role("textbox", name="Password").fill("prelude-demo")
            page.get_by_role("button", name="Sign in").click()
            page.get_by_text("Who is this about?").wait_for()
            return [_rerun(page, number) for number in range(RERUNS)]
        finally:
            running.terminate()
            running.wait(30)


def _rerun(page: Page, number: int) -> float:
    """One click on a choice, until what depends on it is on the page and the script is idle."""
    label, shown = ("My child", "Their first name") if number % 2 == 0 else ("Me", "your record is linked")
    started = time.perf_counter()
    page.get_by_text(label, exact=True).click()
    page.get_by_text(shown).wait_for()
    page.locator(_RUNNING).wait_for(state="detached")
    return (time.perf_counter() - started) * 1000
