"""The administrator's page: health, versions, a new index under live traffic, the adapter."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, shoot
from tests.browser.patient_steps import rows, sign_in
from tests.browser.staff_steps import serious_barriers

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


def at_operations(page: Page, server: Server) -> None:
    sign_in(page, server, "admin")
    expect(page.get_by_role("heading", name="Operations")).to_be_visible()
    expect(page.get_by_role("button", name="Reload the adapter")).to_be_visible()


def test_health_and_versions_are_said_in_words(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    at_operations(page, server)
    health = page.locator(".st-key-health")
    for words in ("engine and encoder are loaded", "Guidelines can be searched", "anchor is written", "open alerts"):
        expect(health).to_contain_text(words)
    versions = page.locator(".st-key-versions")
    for words in ("prelude-embedded-1", "System prompt, name and version", "Guideline index", "Sentence encoder"):
        expect(versions).to_contain_text(words)


def test_triage_figures_are_drawn_for_both_halves(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    at_operations(page, server)
    figures = page.get_by_role("heading", name="Triage quality")
    figures.scroll_into_view_if_needed()
    expect(page.get_by_text("Emergencies found").first).to_be_visible()
    expect(page.get_by_text("Simulated interviews")).to_be_visible()
    expect(page.locator('[data-testid="stVegaLiteChart"]')).to_have_count(2)
    page.get_by_role("radio", name="Open half").click()
    expect(page.locator('[data-testid="stVegaLiteChart"]')).to_have_count(2)
    shoot(page, "triage-figures")


def test_the_index_is_built_again_and_it_is_recorded(server: Server, open_page: OpenPage) -> None:
    built = "SELECT count(*) FROM events WHERE type = 'index.rebuilt' AND actor = 'acct-admin'"
    before = rows(server, built)[0][0]
    page = open_page()
    at_operations(page, server)
    page.get_by_role("button", name="Build the index again").click()
    expect(page.get_by_text("Built and in use:")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("The documents are the same as before.")).to_be_visible()
    assert rows(server, built)[0][0] == before + 1
    shoot(page, "operations")


def test_an_adapter_that_cannot_be_used_changes_nothing(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    at_operations(page, server)
    page.get_by_role("button", name="Reload the adapter").click()
    expect(page.get_by_text("Give the adapter's name or path.")).to_be_visible()
    page.get_by_label("Adapter name or path").fill("clinic-adapter-2")
    page.get_by_role("button", name="Reload the adapter").click()
    expect(page.get_by_text("Nothing has changed.")).to_be_visible()
    assert rows(server, "SELECT count(*) FROM events WHERE type = 'adapter.reloaded'")[0][0] == 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_serious_barriers_at_operations(server: Server, open_page: OpenPage, dark: bool) -> None:
    page = open_page(dark=dark)
    at_operations(page, server)
    barriers = serious_barriers(page)
    assert not barriers, "\n".join(barriers)
