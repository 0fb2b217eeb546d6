"""What a patient does in the browser, step by step, for the tests of the patient's way in."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Locator, Page, expect

from data.records import Records, open_records
from tests.browser.conftest import Server

PASSWORD = "prelude-demo"
PLACEHOLDER = "Write here what is wrong"
CHEST_PAIN = "I have heavy pressure in my chest going down my left arm and I am sweating"
BOOK_AND_ORDER = "I have burning when I pee, can you book me for tomorrow and send me a thermometer?"


def sign_in(page: Page, server: Server, username: str, password: str = PASSWORD) -> None:
    """Fill in the form and press the button."""
    page.goto(server.url)
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def begin_chat(page: Page, server: Server, username: str) -> None:
    """Be signed in and at a new, empty conversation, without the way through the forms."""
    with beside(server) as records:
        account = next(a for a in records.accounts.all() if a.username == username)
        patient = str(account.patient_id)
        intake = {"age_years": records.patients.age_years(patient), "sex": records.patients.sex(patient)}
        records.interactions.create_session(account.account_id, patient, intake=intake)
        come_in(page, server, records.accounts.open_session(account.account_id))
    page.goto(server.url + "/chat")
    expect(page.get_by_text("I'm Prelude, the clinic's digital assistant")).to_be_visible()


def come_in(page: Page, server: Server, token: str) -> None:
    """Give the browser the cookie of an open server session."""
    page.context.add_cookies([{"name": "prelude_session", "value": token, "url": server.url}])


@contextmanager
def beside(server: Server) -> Iterator[Records]:
    """The server's records, opened by the test as a second process would."""
    records = open_records(server.database, clock=lambda: datetime.now(UTC), new_id=lambda: uuid.uuid4().hex)
    try:
        yield records
    finally:
        records.store.close()


def say(page: Page, text: str) -> None:
    """Type a message and send it."""
    box = page.get_by_placeholder(PLACEHOLDER)
    box.fill(text)
    box.press("Enter")


def bubbles(page: Page, text: str) -> Locator:
    """The chat messages that contain a text."""
    return page.get_by_test_id("stChatMessage").filter(has_text=text)


def reply_is_whole(page: Page) -> None:
    """Wait until a turn that was started has ended: the button to finish only stands there when nothing runs."""
    expect(page.get_by_role("button", name="Finish and send to the nurse")).to_be_visible()


def rows(server: Server, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What the server's database says, read beside the server."""
    with closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True)) as database:
        return database.execute(query, values).fetchall()


def newest_session(server: Server, username: str) -> str:
    """Id of the account's newest conversation."""
    query = """SELECT s.session_id FROM sessions s JOIN accounts a USING (account_id)
               WHERE a.username = ? ORDER BY s.rowid DESC LIMIT 1"""
    return str(rows(server, query, username)[0][0])
