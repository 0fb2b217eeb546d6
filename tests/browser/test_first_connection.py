"""Each page as the very first connection of a fresh server: a folder of pages must not be a way around the sign-in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, start_server
from tests.browser.patient_steps import beside, come_in

pytestmark = pytest.mark.browser
# page, a role it is not for, and words that only this page has
PAGES = [
    ("audit", "acct-nurse-1", "One conversation, turn by turn"),
    ("triage", "acct-demo-01", "Queue"),
    ("operations", "acct-auditor", "Guideline index"),
    ("chat", "acct-nurse-1", "the clinic's digital assistant"),
    ("start", "acct-admin", "How can we help?"),
    ("my-record", "acct-auditor", "My record"),
]


@pytest.mark.parametrize("visitor", ["nobody", "the wrong role"])
@pytest.mark.parametrize(("address", "wrong_role", "words"), PAGES, ids=[p[0] for p in PAGES])
def test_the_guard_fails_closed(
    server: Server, open_page: Callable[..., Page], visitor: str, address: str, wrong_role: str, words: str
) -> None:
    fresh, running = start_server(server.home)
    try:
        page = open_page()
        if visitor == "nobody":
            shown = page.get_by_label("User name")
        else:
            with beside(server) as records:
                come_in(page, fresh, records.accounts.open_session(wrong_role))
            shown = page.get_by_role("button", name="Sign out")
        page.goto(f"{fresh.url}/{address}")
        expect(shown).to_be_visible(timeout=30_000)
        expect(page.get_by_text(words)).to_have_count(0)
    finally:
        running.kill()
        running.wait(30)
