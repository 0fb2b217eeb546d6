"""The door: who gets in, what a refusal says, and that no page opens for anyone it is not meant for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from data.accounts import SIGN_IN_REFUSED
from tests.browser.conftest import Server, shoot
from tests.browser.patient_steps import PASSWORD, begin_chat, beside, come_in, newest_session, say, sign_in

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
CHAT_BOX = "Write here what is wrong"
RECORD_HEADING = "Appointments"
# role: username, and the pages it may see by address, each with a text only that page has
ROLES = {
    "patient": (
        "leila",
        {"start": "How can we help?", "chat": CHAT_BOX, "my-record": RECORD_HEADING},
    ),
    "nurse": ("nurse", {"triage": "Queue"}),
    "auditor": ("auditor", {"audit": "One conversation, turn by turn"}),
    "admin": ("admin", {"operations": "Operations", "audit": "One conversation, turn by turn"}),
}
ADDRESSES = ("audit", "triage", "operations", "chat", "start", "my-record")


def _mark(page: Page, wanted: str) -> Locator:
    """What only that page has: its words, its heading where a case may hold the same word, or the chat's own box."""
    if wanted == CHAT_BOX:
        return page.get_by_placeholder(wanted)
    if wanted == RECORD_HEADING:
        return page.get_by_role("heading", name=wanted, exact=True)
    return page.get_by_text(wanted)


def test_a_right_password_opens_the_role_s_own_page(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(server.url)
    expect(page.get_by_label("User name")).to_be_visible()
    shoot(page, "sign-in")
    sign_in(page, server, "amara")
    expect(page.get_by_role("heading", name="How can we help?")).to_be_visible()
    expect(page.get_by_text("Amara Nwosuki").first).to_be_visible()


def test_every_refusal_reads_the_same(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    for username, password in (("amara", "wrong"), ("nobody-here", PASSWORD), ("'; --", "x")):
        sign_in(page, server, username, password)
        expect(page.get_by_test_id("stAlertContentError")).to_contain_text(SIGN_IN_REFUSED)
        expect(page.get_by_role("button", name="Sign out")).to_have_count(0)


def test_an_empty_form_is_not_a_guess(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, server, "", "")
    expect(page.get_by_text("Please enter your user name and your password.")).to_be_visible()


def test_the_keyboard_alone_signs_in(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(server.url)
    page.get_by_label("User name").focus()
    page.keyboard.type("amara")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_signing_out_ends_the_session_on_the_server(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, server, "yuki")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    cookies = page.context.cookies()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("User name")).to_be_visible()
    page.context.add_cookies(cookies)  # a thief with the old cookie
    page.goto(server.url + "/my-record")
    expect(page.get_by_label("User name")).to_be_visible()


def test_the_cookie_is_out_of_reach_for_scripts(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, server, "yuki")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    session = next(c for c in page.context.cookies() if c["name"] == "prelude_session")
    assert session["httpOnly"] and session["sameSite"] == "Strict"


def test_a_demo_case_starts_in_the_chat_and_plays_itself(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(server.url)
    page.get_by_role("button", name="Start the demo").click()
    expect(page.get_by_text("message 1 of")).to_be_visible()
    expect(page.get_by_role("link", name="Call 911")).to_be_visible()  # nobody pressed anything
    expect(page.get_by_text("message 2 of")).to_be_visible()
    page.get_by_test_id("stCheckbox").filter(has_text="Play by itself").click()
    page.get_by_role("button", name="Send this message").click()
    expect(page.get_by_text("message 3 of")).to_be_visible()


def test_a_demo_case_can_be_typed(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(server.url)
    page.get_by_text("Play the patient's messages one by one").click()
    page.get_by_role("button", name="Start the demo").click()
    expect(page.get_by_text("I'm Prelude, the clinic's digital assistant")).to_be_visible()
    expect(page.get_by_text("Send this message")).to_have_count(0)


@pytest.mark.parametrize("role", ["Nurse", "Auditor", "Admin"])
def test_a_demo_starts_for_each_member_of_staff(server: Server, open_page: OpenPage, role: str) -> None:
    page = open_page()
    page.goto(server.url)
    page.get_by_role("button", name=role, exact=True).or_(page.get_by_role("radio", name=role, exact=True)).click()
    page.get_by_role("button", name="Start the demo").click()
    _, pages = ROLES[role.casefold()]
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(page.get_by_text(next(iter(pages.values()))).first).to_be_visible()


@pytest.mark.parametrize("role", [None, *ROLES])
def test_each_page_opens_only_for_its_roles(server: Server, open_page: OpenPage, role: str | None) -> None:
    page = open_page()
    allowed: dict[str, str] = {}
    if role:
        username, allowed = ROLES[role]
        if role == "patient":
            begin_chat(page, server, username)
        with beside(server) as records:
            account = next(a for a in records.accounts.all() if a.username == username)
            come_in(page, server, records.accounts.open_session(account.account_id))
    for address in ADDRESSES:
        page.goto(f"{server.url}/{address}")
        if address in allowed:
            expect(_mark(page, allowed[address]).first).to_be_visible()
        else:
            _stays_shut(page, address, signed_in=role is not None)


def _stays_shut(page: Page, address: str, *, signed_in: bool) -> None:
    """The page that is drawn is the visitor's own, not the one asked for."""
    own = page.get_by_role("button", name="Sign out") if signed_in else page.get_by_label("User name")
    expect(own).to_be_visible()
    wanted = {a: text for _, pages in ROLES.values() for a, text in pages.items()}[address]
    expect(_mark(page, wanted)).to_have_count(0)


def test_another_patient_s_conversation_cannot_be_opened(server: Server, open_page: OpenPage) -> None:
    page = open_page()
    begin_chat(page, server, "kwabena")
    say(page, "my elbow itches, codeword zebrafinch")
    expect(page.get_by_text("zebrafinch").first).to_be_visible()
    session_id = newest_session(server, "kwabena")
    other = open_page()
    begin_chat(other, server, "yuki")
    other.goto(f"{server.url}/chat?session={session_id}")
    expect(other.get_by_text("I'm Prelude, the clinic's digital assistant")).to_be_visible()
    expect(other.get_by_text("zebrafinch")).to_have_count(0)
