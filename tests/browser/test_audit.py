"""The auditor's page: find an event, read a turn, take the log along, prove that it is whole."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, shoot
from tests.browser.patient_steps import begin_chat, newest_session, reply_is_whole, rows, say, sign_in
from tests.browser.staff_steps import choose, serious_barriers, write_case

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
WORDS = "I have had a stuffy nose and a tickly throat since Tuesday, and no fever"


@pytest.fixture(scope="module")
def cold_session(server: Server, browser) -> str:
    """A conversation a patient really had; its id."""
    context = browser.new_context()
    page = context.new_page()
    begin_chat(page, server, "yuki")
    say(page, WORDS)
    expect(page.get_by_text(WORDS)).to_be_visible()
    reply_is_whole(page)
    context.close()
    return newest_session(server, "yuki")


def at_audit(page: Page, server: Server) -> None:
    sign_in(page, server, "auditor")
    expect(page.get_by_role("heading", name="Audit")).to_be_visible()
    expect(page.get_by_role("button", name="Export JSONL")).to_be_visible()


def one_conversation(page: Page, session_id: str) -> None:
    """Narrow the filters to one conversation, by the end of its id."""
    box = page.get_by_role("combobox", name="Conversation", exact=True)
    box.click()
    box.fill(session_id[-6:])
    page.get_by_role("option").first.click()


def count_words(page: Page, count: int) -> None:
    words = "1 event," if count == 1 else f"{count} events,"
    expect(page.get_by_text(f"{words} newest first.")).to_be_visible()


def test_filters_narrow_the_log_to_what_was_asked_for(server: Server, open_page: OpenPage, cold_session: str) -> None:
    page = open_page()
    at_audit(page, server)
    one_conversation(page, cold_session)
    events = "SELECT count(*) FROM events WHERE session_id = ?"
    count_words(page, rows(server, events, cold_session)[0][0])
    choose(page, "Kind of event", "Text shown")
    shown = rows(server, events + " AND type = 'message.recorded'", cold_session)[0][0]
    assert shown >= 1
    count_words(page, shown)
    choose(page, "Kind of event", "Patient wrote")
    count_words(page, 1)
    page.get_by_label("Text in the record").fill("TICKLY throat")
    page.get_by_label("Text in the record").press("Enter")
    count_words(page, 1)
    page.get_by_label("Text in the record").fill("warfarin")
    page.get_by_label("Text in the record").press("Enter")
    expect(page.get_by_text("No event fits these filters.")).to_be_visible()


def test_filters_by_patient_and_time(server: Server, open_page: OpenPage) -> None:
    write_case(server, "demo-11", "Hay fever again")
    page = open_page()
    at_audit(page, server)
    choose(page, "Patient", "Zofia")
    count_words(page, rows(server, "SELECT count(*) FROM events WHERE patient_id = 'demo-11'")[0][0])
    # A date field is made of segments; typing goes from one to the next.
    page.get_by_role("group", name="Until").get_by_role("spinbutton").first.click()
    a_year_ago = datetime.now(UTC) - timedelta(days=365)
    page.keyboard.type(f"{a_year_ago:%Y%m%d}0000")
    page.keyboard.press("Escape")  # the calendar; closing it sets the filter
    expect(page.get_by_text("No event fits these filters.")).to_be_visible()


def test_an_event_is_read_with_the_keyboard_words_before_the_record(
    server: Server, open_page: OpenPage, cold_session: str
) -> None:
    page = open_page()
    at_audit(page, server)
    one_conversation(page, cold_session)
    choose(page, "Kind of event", "Patient wrote")
    count_words(page, 1)
    box = page.get_by_role("combobox", name="Read one event")
    box.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    one = page.locator(".st-key-audit_one")
    expect(one).to_contain_text(f"Turn 1: “{WORDS}”")
    expect(one).to_contain_text("Vouches for the rows: interactions")
    expect(one.get_by_test_id("stJson")).not_to_be_visible()


def test_a_turn_is_told_as_a_timeline_and_reading_it_is_recorded(
    server: Server, open_page: OpenPage, cold_session: str
) -> None:
    page = open_page()
    at_audit(page, server)
    one_conversation(page, cold_session)
    read = "SELECT count(*) FROM events WHERE type = 'conversation.viewed' AND session_id = ?"
    assert rows(server, read, cold_session)[0][0] == 0
    page.get_by_role("tab", name="One conversation, turn by turn").click()
    timeline = page.locator(".st-key-timeline")
    for heading in (
        "What was said",
        "What was decided",
        "What was found",
        "What ran",
        "Guideline passages",
        "Safety check",
        "By which versions",
        "How long it took",
    ):
        expect(timeline.get_by_role("heading", name=heading)).to_be_visible()
    expect(timeline.get_by_test_id("stChatMessage").filter(has_text=WORDS)).to_be_visible()
    expect(timeline.get_by_text("Rated the urgency")).to_be_visible()
    expect(timeline.get_by_text("match 0.").first).to_be_visible()
    expect(timeline.get_by_test_id("stVegaLiteChart")).to_be_visible()
    assert rows(server, read, cold_session)[0][0] == 1
    shoot(page, "audit")
    barriers = serious_barriers(page)
    assert not barriers, "\n".join(barriers)


def test_exports_hold_every_event_that_fits(
    server: Server, open_page: OpenPage, cold_session: str, tmp_path: Path
) -> None:
    page = open_page()
    at_audit(page, server)
    one_conversation(page, cold_session)
    choose(page, "Kind of event", "Text shown")
    wanted = rows(
        server,
        "SELECT seq, hash FROM events WHERE session_id = ? AND type = 'message.recorded' ORDER BY seq",
        cold_session,
    )
    count_words(page, len(wanted))
    for button, name in (("Export JSONL", "events.jsonl"), ("Export CSV", "events.csv")):
        with page.expect_download() as caught:
            page.get_by_role("button", name=button).click()
        caught.value.save_as(tmp_path / name)
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [(line["seq"], line["hash"]) for line in lines] == wanted
    with (tmp_path / "events.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [(int(row["seq"]), row["hash"]) for row in table] == wanted
    assert json.loads(table[0]["payload"])["text"] == lines[0]["payload"]["text"]
    assert rows(server, "SELECT count(*) FROM events WHERE type = 'audit.exported'")[0][0] == 2


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_whole_log_is_said_to_be_whole(server: Server, open_page: OpenPage, dark: bool) -> None:
    page = open_page(dark=dark)
    at_audit(page, server)
    page.get_by_role("button", name="Verify the log").click()
    expect(page.get_by_text("The log is whole.")).to_be_visible()
    expect(page.get_by_text("The anchor outside the database agrees.")).to_be_visible()
    barriers = serious_barriers(page)
    assert not barriers, "\n".join(barriers)
