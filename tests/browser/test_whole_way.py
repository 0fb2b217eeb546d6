"""The whole way of one emergency, on a server of its own: patient, nurse, auditor, and a hand in the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, answers, start_server, wait_until
from tests.browser.patient_steps import CHEST_PAIN, begin_chat, newest_session, reply_is_whole, rows, say, sign_in
from tests.browser.staff_steps import at_desk, choose, is_signed, open_case

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
SECONDS_TO_THE_TOP = 5
"""From the moment the patient's message is on the record to the moment the nurse's browser shows the case on top."""


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Nobody else's cases, and a database that may be spoilt."""
    server, running = start_server(tmp_path_factory.mktemp("whole") / "prelude")
    wait_until(lambda: answers(server.url + "/auth/ready"), 120, "the server does not get ready")
    yield server
    running.terminate()
    running.wait(30)


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])
def test_from_the_patients_words_to_the_proof(own_server: Server, open_page: OpenPage, phone: bool) -> None:
    username = "desmond" if phone else "gunnar"
    nurse, patient = open_page(), open_page(phone=phone)
    at_desk(nurse, own_server)
    begin_chat(patient, own_server, username)

    say(patient, CHEST_PAIN)
    top = nurse.locator('[class*="st-key-card_"]').first
    expect(top).to_contain_text("Desmond" if phone else "Gunnar")
    expect(top).to_contain_text("Ambulance now")
    shown_at = datetime.now(UTC)
    session_id = newest_session(own_server, username)
    written_at = rows(
        own_server, "SELECT created_at FROM messages WHERE session_id = ? AND role = 'patient'", session_id
    )
    assert (shown_at - datetime.fromisoformat(written_at[0][0])).total_seconds() < SECONDS_TO_THE_TOP
    case_id = str(rows(own_server, "SELECT case_id FROM cases WHERE session_id = ?", session_id)[0][0])
    expect(patient.get_by_role("link", name="Call 911")).to_be_visible()
    reply_is_whole(patient)

    _nurse_signs_a_changed_level(nurse, case_id)
    _auditor_finds_each_step(open_page(), own_server, session_id)


def test_a_row_edited_by_hand_is_named(own_server: Server, open_page: OpenPage) -> None:
    patient = open_page()
    begin_chat(patient, own_server, "yuki")
    say(patient, "I have a sore throat")
    reply_is_whole(patient)
    page = open_page()
    sign_in(page, own_server, "auditor")
    page.get_by_role("button", name="Verify the log").click()
    expect(page.get_by_text("The log is whole.")).to_be_visible()
    message_id = _edit_a_message(own_server.database)
    page.get_by_role("button", name="Verify the log").click()
    result = page.locator(".st-key-verify_result")
    expect(result).to_contain_text("The log is NOT whole.")
    expect(result).to_contain_text(f"messages {message_id}: the row differs from what event")
    seq = rows(own_server, "SELECT seq FROM events WHERE row_hashes LIKE ? ORDER BY seq DESC", f"%{message_id}%")[0][0]
    expect(result).to_contain_text(f"The first bad event is number {seq}")


def _nurse_signs_a_changed_level(nurse: Page, case_id: str) -> None:
    open_case(nurse, case_id)
    expect(nurse.locator(".st-key-par_flags")).to_contain_text("patient, turn 1: “")
    nurse.get_by_role("button", name="Take this case").click()
    nurse.get_by_text("Change the level", exact=True).click()
    choose(nurse, "New level", "Emergency department now")
    choose(nurse, "Reason", "Seen or spoken to by a clinician")
    nurse.get_by_role("textbox", name="Comment").fill("Spoke to him: pain has gone, his brother drives him in")
    nurse.get_by_role("button", name="Set the new level").click()
    expect(nurse.locator(".st-key-level_high")).to_contain_text("his brother drives him in")
    nurse.get_by_role("button", name="Accept the level and sign").click()
    is_signed(nurse)


def _auditor_finds_each_step(page: Page, server: Server, session_id: str) -> None:
    sign_in(page, server, "auditor")
    box = page.get_by_role("combobox", name="Conversation", exact=True)
    box.click()
    box.fill(session_id[-6:])
    page.get_by_role("option").first.click()
    steps = {
        "Patient wrote": CHEST_PAIN,
        "Nurses alerted": "Emergency:",
        "Level changed by a nurse": "From Ambulance now to Emergency department now. Seen or spoken to by a clinician",
        "Report signed": "A nurse signed the final report",
    }
    for kind, words in steps.items():
        choose(page, "Kind of event", kind)
        expect(page.get_by_text("1 event, newest first.")).to_be_visible()
        choose(page, "Read one event", kind)
        expect(page.locator(".st-key-audit_one")).to_contain_text(words)
    page.get_by_role("button", name="Verify the log").click()
    expect(page.get_by_text("The log is whole.")).to_be_visible()


def _edit_a_message(path: Path) -> str:
    """Soften a patient's words with plain SQL, as somebody with the file could; the guards are put back after it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA busy_timeout = 5000")
        guard = database.execute("SELECT sql FROM sqlite_master WHERE name = 'messages_refuse_update'").fetchone()[0]
        database.execute("BEGIN IMMEDIATE")
        database.execute("DROP TRIGGER messages_refuse_update")
        message_id = database.execute("SELECT message_id FROM messages WHERE role = 'patient' LIMIT 1").fetchone()[0]
        database.execute("UPDATE messages SET text = 'I feel fine' WHERE message_id = ?", (message_id,))
        database.execute(guard)
        database.execute("COMMIT")
    return str(message_id)
