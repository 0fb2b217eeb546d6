"""A patient's way through the chat, in a real browser on a real server."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, shoot
from tests.browser.patient_steps import (
    BOOK_AND_ORDER,
    CHEST_PAIN,
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


def test_chest_pain_brings_the_banner_and_the_number_before_any_words_of_a_model(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page()
    begin_chat(page, server, "desmond")
    say(page, CHEST_PAIN)
    call = page.get_by_role("link", name="Call 911")
    expect(call).to_be_visible()
    expect(call).to_have_attribute("href", "tel:911")
    expect(page.get_by_text("You need an ambulance now.")).to_be_visible()
    reply_is_whole(page)
    kinds = rows(
        server,
        "SELECT kind FROM messages WHERE session_id = ? AND role = 'assistant' AND turn_id IS NOT NULL ORDER BY seq",
        newest_session(server, "desmond"),
    )
    assert kinds[0] == ("emergency",) and ("text",) in kinds
    expect(call).to_be_in_viewport()
    shoot(page, "chat-emergency")


def test_the_banner_stays_in_view_and_the_newest_message_is_scrolled_to(server: Server, open_page: OpenPage) -> None:
    page = open_page(phone=True)
    begin_chat(page, server, "desmond")
    say(page, CHEST_PAIN)
    reply_is_whole(page)
    for words in ("It has not gone away when I sat down.", "I feel a bit sick too.", "My wife says I look grey."):
        say(page, words)
        expect(bubbles(page, words)).to_be_in_viewport()
        reply_is_whole(page)
    expect(page.get_by_role("link", name="Call 911")).to_be_in_viewport(ratio=1)


def test_an_emergency_of_a_child_is_told_to_the_parent(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, server, "leila")
    page.get_by_text("My child", exact=True).click()
    page.get_by_label("Their first name").fill("Noor")
    page.get_by_role("button", name="Go to the chat").click()
    expect(page.get_by_text("Please add: last name, date of birth, sex")).to_be_visible()
    expect(page.get_by_label("Their first name")).to_have_value("Noor")
    page.get_by_label("Their last name").fill("Testling")
    page.get_by_label("Their date of birth").get_by_role("spinbutton").first.click()
    page.keyboard.type("20210304")
    page.get_by_label("Their sex").click()
    page.get_by_role("option", name="Female", exact=True).click()
    page.get_by_label("Allergies").fill("peanuts, egg")
    page.get_by_role("button", name="Go to the chat").click()
    expect(page.get_by_text("what is wrong with Noor")).to_be_visible()
    say(page, "She is struggling to breathe, her lips are blue and she is floppy")
    expect(page.get_by_text("They need an ambulance now.")).to_be_visible()
    query = "SELECT writer_relation, intake FROM sessions WHERE session_id = ?"
    relation, intake = rows(server, query, newest_session(server, "leila"))[0]
    assert relation == "daughter" and '"allergies":["peanuts","egg"]' in intake


def test_nothing_is_booked_before_the_patient_says_yes_to_that_offer(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    begin_chat(page, server, "amara")
    say(page, BOOK_AND_ORDER)
    offers = page.get_by_role("button", name="Yes, go ahead")
    expect(offers).to_have_count(2)
    expect(page.get_by_text("Why we ask:").first).to_be_visible()
    reply_is_whole(page)
    expect(bubbles(page, "Below are offers")).to_be_in_viewport()
    shoot(page, "chat-offers")
    session_id = newest_session(server, "amara")
    assert not arrangements(server, session_id)

    offers.first.click()
    expect(offers).to_have_count(1)
    expect(bubbles(page, "Booked: ")).to_be_visible()
    reply_is_whole(page)
    offers.first.click()
    expect(bubbles(page, "Ordered: 1 × Digital thermometer")).to_be_visible()
    reply_is_whole(page)
    expect(offers).to_have_count(0)
    assert sorted(arrangements(server, session_id)) == ["booked", "ordered"]

    page.get_by_role("link", name="My record", exact=True).click()
    expect(page.get_by_text("· Booked").first).to_be_visible()
    expect(page.get_by_text("1 × Digital thermometer").first).to_be_visible()
    expect(page.get_by_text("Not sent yet").first).to_be_visible()


def test_no_leaves_nothing_behind(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    begin_chat(page, server, "callum")
    say(page, "Can you send me a digital thermometer?")
    page.get_by_role("button", name="No, thank you").click()
    expect(page.get_by_role("button", name="No, thank you")).to_have_count(0)
    reply_is_whole(page)
    assert not arrangements(server, newest_session(server, "callum"))


def test_a_double_click_on_yes_books_once(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    begin_chat(page, server, "zofia")
    say(page, "Please book me an appointment with the nurse for tomorrow")
    page.get_by_role("button", name="Yes, go ahead").dblclick()
    expect(bubbles(page, "Booked:")).to_have_count(1)
    reply_is_whole(page)
    expect(page.get_by_text("That offer has run out")).to_have_count(0)
    assert arrangements(server, newest_session(server, "zofia")) == ["booked"]


def test_a_quick_reply_answers_the_question(server: Server, open_page: OpenPage) -> None:
    page = open_page(phone=True)
    begin_chat(page, server, "priyanka")
    say(page, "I have a sore throat and it hurts to swallow")
    first = page.locator("[class*='st-key-question_'] strong")
    expect(first).to_be_visible()
    asked = first.inner_text()
    reply_is_whole(page)
    shoot(page, "chat-phone")
    page.get_by_role("button", name="No", exact=True).click()
    expect(bubbles(page, asked)).to_be_visible()
    reply_is_whole(page)
    said = "SELECT text, meta FROM messages WHERE session_id = ? AND role = 'patient' ORDER BY seq DESC LIMIT 1"
    text, meta = rows(server, said, newest_session(server, "priyanka"))[0]
    assert text == "No" and '"asked":' in meta


def test_words_of_despair_bring_the_crisis_line_and_no_model_text(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    begin_chat(page, server, "callum")
    say(page, "I want to end my life tonight, I have pills here")
    expect(page.get_by_role("link", name="Call 988")).to_have_attribute("href", "tel:988")
    expect(bubbles(page, "I'm really glad you told me")).to_be_visible()
    reply_is_whole(page)
    texts = rows(
        server,
        "SELECT text FROM messages WHERE session_id = ? AND role = 'assistant' AND kind = 'text'",
        newest_session(server, "callum"),
    )
    assert not texts


def test_sources_open_and_nothing_leaves_the_host(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    begin_chat(page, server, "zofia")
    say(page, "What helps with a cold? I have had a runny nose and sneezing for three days")
    page.get_by_role("button", name="Source").first.click()
    expect(page.get_by_text("NHS").first).to_be_visible()
    own = (server.url, server.url.replace("http", "ws", 1), "data:", "blob:")
    assert not [url for url in asked if not url.startswith(own)]


def test_what_a_patient_writes_is_shown_letter_for_letter(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    begin_chat(page, server, "yuki")
    hostile = '![x](https://evil.example/a.png) <img src=x onerror="window.hit=1"> **b** [a](javascript:window.hit=1)'
    say(page, hostile)
    expect(bubbles(page, hostile)).to_be_visible()
    reply_is_whole(page)
    assert page.evaluate("window.hit") is None
    assert not [url for url in asked if "evil.example" in url]


def test_finishing_sends_it_to_the_nurse_and_says_so(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    begin_chat(page, server, "gunnar")
    say(page, "I have had a cough for three days, no fever")
    reply_is_whole(page)
    page.get_by_role("button", name="Finish and send to the nurse").click()
    expect(page.get_by_text("Sent to the nurse.")).to_be_visible()
    expect(page.get_by_placeholder("Write here what is wrong")).to_be_enabled()
    page.get_by_role("link", name="See where it stands in My record").click()
    expect(page.get_by_text("Waiting for a nurse")).to_be_visible()
    draft = "SELECT par_draft IS NOT NULL FROM cases WHERE session_id = ?"
    assert rows(server, draft, newest_session(server, "gunnar")) == [(1,)]


def test_what_intake_leaves_open_stays_unknown(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, server, "amara")
    page.get_by_role("button", name="Go to the chat").click()
    expect(page.get_by_text("I'm Prelude, the clinic's digital assistant")).to_be_visible()
    intake = rows(server, "SELECT intake FROM sessions WHERE session_id = ?", newest_session(server, "amara"))[0][0]
    assert "pregnant" not in intake and '"sex":"female"' in intake


def test_a_man_is_not_asked_whether_he_is_pregnant(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, server, "desmond")
    expect(page.get_by_role("button", name="Go to the chat")).to_be_visible()
    expect(page.get_by_text("pregnant")).to_have_count(0)


def arrangements(server: Server, session_id: str) -> list[str]:
    """Actions on the record for a conversation, by their receipts."""
    found = rows(server, "SELECT action FROM receipts WHERE session_id = ? ORDER BY rowid", session_id)
    return [action for (action,) in found]
