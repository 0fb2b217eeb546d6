"""The page may vanish at any moment: the turn goes on, and what comes back is whole, once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, start_server, wait_until
from tests.browser.patient_steps import (
    CHEST_PAIN,
    PLACEHOLDER,
    begin_chat,
    bubbles,
    newest_session,
    reply_is_whole,
    rows,
    say,
    sign_in,
)

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


def test_a_reload_in_the_middle_of_a_reply_loses_and_repeats_nothing(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    begin_chat(page, server, "maureen")
    say(page, "I have a sore throat and a runny nose since yesterday")
    expect(bubbles(page, "sore throat and a runny nose")).to_be_visible()
    page.reload()
    reply_is_whole(page)
    _screen_is_the_record(page, server, "maureen")
    turns = rows(server, "SELECT status FROM interactions WHERE session_id = ?", newest_session(server, "maureen"))
    assert turns == [("done",)]


def test_a_closed_tab_does_not_stop_the_turn(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    begin_chat(page, server, "maureen")
    say(page, CHEST_PAIN)
    expect(bubbles(page, CHEST_PAIN)).to_be_visible()
    cookies = page.context.cookies()
    page.close()
    again = open_page()
    again.context.add_cookies(cookies)
    again.goto(server.url + "/chat")
    reply_is_whole(again)
    expect(again.get_by_role("link", name="Call 911")).to_be_visible()
    _screen_is_the_record(again, server, "maureen")


def test_two_tabs_show_one_conversation(server: Server, open_page: OpenPage) -> None:
    first = open_page()
    begin_chat(first, server, "priyanka")
    second = first.context.new_page()
    second.goto(server.url + "/chat")
    expect(second.get_by_text("I'm Prelude, the clinic's digital assistant")).to_be_visible()
    say(first, "I have a sore throat")
    expect(bubbles(second, "I have a sore throat")).to_be_visible()  # without touching the second tab
    reply_is_whole(first)
    reply_is_whole(second)
    say(second, "It started yesterday")
    expect(bubbles(first, "It started yesterday")).to_be_visible()
    reply_is_whole(first)
    _screen_is_the_record(first, server, "priyanka")


def test_both_tabs_press_the_same_button_and_it_counts_once(server: Server, open_page: OpenPage) -> None:
    first = open_page()
    begin_chat(first, server, "kwabena")
    say(first, "Please book me an appointment with the nurse for tomorrow")
    yes = first.get_by_role("button", name="Yes, go ahead")
    expect(yes).to_be_visible()
    second = first.context.new_page()
    second.goto(server.url + "/chat")
    expect(second.get_by_role("button", name="Yes, go ahead")).to_be_enabled()
    yes.click(no_wait_after=True)
    second.get_by_role("button", name="Yes, go ahead").click(no_wait_after=True, force=True)
    expect(bubbles(first, "Booked:")).to_have_count(1)
    reply_is_whole(first)
    booked = "SELECT count(*) FROM receipts WHERE session_id = ? AND action = 'booked'"
    assert rows(server, booked, newest_session(server, "kwabena")) == [(1,)]


def test_words_typed_while_a_turn_runs_stay_in_the_box(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    begin_chat(page, server, "gunnar")
    say(page, "I have a cough")
    page.get_by_placeholder(PLACEHOLDER).press_sequentially("and also a sore throat since Tuesday", delay=30)
    reply_is_whole(page)
    expect(page.get_by_placeholder(PLACEHOLDER)).to_have_value("and also a sore throat since Tuesday")


def test_two_messages_in_a_row_are_both_answered_in_order(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    begin_chat(page, server, "gunnar")
    say(page, "I have a cough since Monday")
    # Streamlit keeps the later of two texts sent before the server has seen the first: nobody types that fast.
    expect(bubbles(page, "I have a cough since Monday")).to_be_visible()
    say(page, "and a runny nose")
    expect(bubbles(page, "and a runny nose")).to_be_visible()

    def turns() -> list[tuple[Any, ...]]:
        query = "SELECT status FROM interactions WHERE session_id = ?"
        return rows(server, query, newest_session(server, "gunnar"))

    # The button to finish may still stand there from the first turn: the record says when both have ended.
    wait_until(lambda: turns() == [("done",), ("done",)], 60, "the two messages are not both answered")
    reply_is_whole(page)
    _screen_is_the_record(page, server, "gunnar")


def test_a_first_message_at_once_after_a_cold_start_waits_in_sight(
    server: Server, tmp_path: Path, open_page: OpenPage
) -> None:
    home = tmp_path / "home"
    for made_at_installation in ("index", "vectors"):
        shutil.copytree(server.home / made_at_installation, home / made_at_installation)
    fresh, running = start_server(home)
    try:
        page = open_page()
        page.set_default_timeout(60_000)
        sign_in(page, fresh, "desmond")
        page.get_by_role("button", name="Go to the chat").click(timeout=60_000)
        expect(page.get_by_text("I'm Prelude, the clinic's digital assistant")).to_be_visible(timeout=60_000)
        say(page, CHEST_PAIN)
        expect(page.get_by_text("Reading your message").or_(page.get_by_text("Getting ready")).first).to_be_visible()
        expect(page.get_by_role("link", name="Call 911")).to_be_visible(timeout=90_000)
    finally:
        running.terminate()
        running.wait(60)


def _screen_is_the_record(page: Page, server: Server, username: str) -> None:
    """Each text of the record stands on the page, and as often as it was said."""
    said = "SELECT text FROM messages WHERE session_id = ?"
    record = [text for (text,) in rows(server, said, newest_session(server, username))]
    screen = page.locator(".stMainBlockContainer").inner_text()
    for text in record:
        assert screen.count(text) == sum(other.count(text) for other in record), text
