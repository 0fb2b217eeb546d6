"""Fits a phone, reads in the dark, works without a mouse, and asks nothing of another host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Server
from tests.browser.patient_steps import (
    BOOK_AND_ORDER,
    CHEST_PAIN,
    PLACEHOLDER,
    begin_chat,
    reply_is_whole,
    say,
    sign_in,
)

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
SMALLEST_TARGET = 40
"""Height in CSS pixels of a button on a phone (WCAG 2.5.8 asks for 24)."""


def check(page: Page, place: str) -> None:
    """In light and dark: no serious barrier. On a phone: no sideways scrolling, room for thumbs."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator(".stApp")).to_have_css("color-scheme", scheme)
        found = Axe().run(page).response["violations"]
        serious = [_told(v) for v in found if v["impact"] in ("serious", "critical")]
        assert not serious, f"{place}, {scheme}:\n" + "\n".join(serious)
    page.set_viewport_size(PHONE)
    for element in ("document.documentElement", "document.querySelector('.stMain')"):
        assert page.evaluate(f"{element}.scrollWidth <= {element}.clientWidth"), f"{place}: {element} scrolls sideways"
    for target in page.locator(".stButton button, .stFormSubmitButton button, .prelude-call").all():
        box = target.bounding_box()
        assert box and box["height"] >= SMALLEST_TARGET, f"{place}: {target.inner_text()} is small"
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light")


def test_the_way_in_has_no_barriers(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(server.url)
    expect(page.get_by_label("User name")).to_be_visible()
    check(page, "sign-in")
    sign_in(page, server, "amara")
    expect(page.get_by_role("heading", name="How can we help?")).to_be_visible()
    check(page, "intake")
    page.get_by_text("My child", exact=True).click()
    expect(page.get_by_label("Their first name")).to_be_visible()
    check(page, "intake for a child")


def test_the_chat_and_the_record_have_no_barriers(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    at_offers(page, server)
    check(page, "chat with a question and offers")
    page.get_by_role("button", name="Yes, go ahead").first.click()
    reply_is_whole(page)
    page.get_by_role("link", name="My record", exact=True).click()
    expect(page.get_by_role("heading", name="Appointments")).to_be_visible()
    check(page, "my record")


def test_the_emergency_chat_has_no_barriers(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    begin_chat(page, server, "desmond")
    say(page, CHEST_PAIN)
    expect(page.get_by_role("link", name="Call 911")).to_be_visible()
    reply_is_whole(page)
    check(page, "emergency")


def test_the_crisis_chat_has_no_barriers(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    begin_chat(page, server, "callum")
    say(page, "I want to end my life tonight")
    expect(page.get_by_role("link", name="Call 988")).to_be_visible()
    reply_is_whole(page)
    check(page, "crisis")


def at_offers(page: Page, server: Server) -> None:
    begin_chat(page, server, "amara")
    say(page, BOOK_AND_ORDER)
    expect(page.get_by_role("button", name="Yes, go ahead")).to_have_count(2)
    reply_is_whole(page)


def test_the_console_stays_clean_and_nothing_is_missing(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.on("response", lambda r: complaints.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    sign_in(page, server, "amara")  # by the front door: a page opened by address makes Streamlit probe for its root
    page.get_by_role("button", name="Go to the chat").click()
    say(page, BOOK_AND_ORDER)
    page.get_by_role("button", name="Yes, go ahead").first.click()
    reply_is_whole(page)
    page.get_by_role("link", name="My record", exact=True).click()
    expect(page.get_by_role("heading", name="Appointments")).to_be_visible()
    page.get_by_role("link", name="Chat", exact=True).click()
    expect(page.get_by_placeholder(PLACEHOLDER)).to_be_visible()
    assert not complaints, complaints


def test_the_content_security_policy_stands_on_every_answer(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    for path in ("/", "/auth/ready", "/_stcore/health"):
        answer = page.request.get(server.url + path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
        assert "'unsafe-eval'" not in policy and "script-src 'self' 'unsafe-inline'" not in policy


def test_the_keyboard_reaches_the_offers_and_the_focus_is_seen(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    at_offers(page, server)
    page.get_by_role("link", name="Start", exact=True).focus()
    names: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name, ring = page.evaluate(
            "() => { const e = document.activeElement; const s = getComputedStyle(e);"
            " const p = e.closest('.stChatInput > div') ? getComputedStyle(e.closest('.stChatInput > div')) : s;"
            " return [(e.innerText || e.ariaLabel || e.placeholder || '').trim(),"
            " s.outlineStyle !== 'none' || p.outlineStyle !== 'none']; }"
        )
        names.append(name)
        assert ring, f"no focus ring on {name!r}"
        if "Yes, go ahead" in name:
            break
    assert "Yes, go ahead" in names[-1], names
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Yes, go ahead")).to_have_count(1)


def test_the_page_does_not_flicker_while_a_turn_runs(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    begin_chat(page, server, "yuki")
    say(page, "I have a sore throat")
    reply_is_whole(page)
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()
    # Mark the first bubbles; a page that is thrown away and drawn again would lose the marks.
    page.evaluate("document.querySelectorAll('.stChatMessage').forEach(e => e.dataset.seen = 'yes')")
    marked = page.locator(".stChatMessage[data-seen=yes]")
    before = marked.count()
    say(page, "It started yesterday")
    expect(page.get_by_test_id("stChatMessage").filter(has_text="It started yesterday")).to_be_visible()
    reply_is_whole(page)
    assert marked.count() == before >= 3


def _told(violation: dict[str, Any]) -> str:
    nodes = "; ".join(f"{n['target']} {n['failureSummary'][:160]}" for n in violation["nodes"][:3])
    return f"{violation['id']} ({violation['impact']}): {nodes}"
