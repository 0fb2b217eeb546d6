"""What staff do in the browser, and cases for them to work on."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, TimeoutError, expect

from data.clock import system_clock
from data.records import Records, TurnRecord, open_records
from knowledge.levels import Disposition
from tests.browser.conftest import Server
from tests.browser.patient_steps import sign_in


@contextmanager
def records_of(server: Server) -> Iterator[Records]:
    """The server's records, opened beside it."""
    records = open_records(server.database, clock=system_clock)
    yield records
    records.close()


def write_case(server: Server, patient_id: str, words: str, level: Disposition = Disposition.CLINICIAN_TODAY) -> str:
    """A session with one message and its case, as a turn would leave it; the case's id."""
    with records_of(server) as records:
        session_id = records.interactions.create_session(None, patient_id)
        write_turn(records, session_id, words)
        if level.is_emergency:
            records.interactions.latch(session_id, level.value)
        case = records.cases.open_or_update(
            session_id,
            disposition=level.value,
            risk=level.risk.value,
            priority=level.priority.value,
            primary_concern=words[:40],
        )
        return case.case_id


def write_turn(records: Records, session_id: str, words: str) -> str:
    """One finished turn; its id."""
    turn = records.interactions.begin_turn(session_id, words, uuid.uuid4().hex)
    records.interactions.finish_turn(turn.turn_id, TurnRecord(reply_text="", decision={}, latency_ms={"total": 1.0}))
    return turn.turn_id


def at_desk(page: Page, server: Server, username: str = "nurse") -> None:
    """Sign in as a nurse and wait for the queue."""
    sign_in(page, server, username)
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()


def card(page: Page, case_id: str) -> Locator:
    """The button that is a case's card in the queue."""
    return page.locator(f".st-key-case_{case_id}").get_by_role("button")


def open_case(page: Page, case_id: str) -> None:
    """Open a case from the queue and wait until its tabs are there."""
    card(page, case_id).click()
    expect(page.locator(f'[class*="st-key-card_open_"][class*="{case_id}"]')).to_be_visible()
    expect(page.get_by_role("tab", name="Evidence")).to_be_visible()


def is_signed(page: Page) -> None:
    """Wait until the open case is said to be signed, by whom and when."""
    expect(page.get_by_text(re.compile(r"^Signed by Nurse Siobhan Kettlewick, \d\d:\d\d"))).to_be_visible()


def choose(page: Page, label: str, option: str) -> None:
    """Pick an option of a select box by typing it: a long list draws only the options in sight.

    A list shuts when the page scrolls under it, as it does while a panel unfolds; then it is opened again.
    """
    box = page.get_by_role("combobox", name=label, exact=True)
    wanted = page.get_by_role("option", name=option).first
    for _attempt in range(3):
        box.click()
        box.fill("")
        box.fill(option)
        with suppress(TimeoutError):
            return wanted.click(timeout=4_000)
    raise AssertionError(f"{label} does not offer {option}")


def serious_barriers(page: Page) -> list[str]:
    """axe's serious and critical findings, in words."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{v['id']}: " + "; ".join(f"{n['target']} {n['failureSummary'][:200]}" for n in v["nodes"][:4])
        for v in found
        if v["impact"] in ("serious", "critical")
    ]
