"""The nurse's desk: what is most urgent, what the report rests on, and what a nurse does about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from knowledge.levels import Disposition
from tests.browser.conftest import Server, shoot
from tests.browser.patient_steps import begin_chat, newest_session, reply_is_whole, rows, say
from tests.browser.staff_steps import (
    at_desk,
    card,
    choose,
    is_signed,
    open_case,
    records_of,
    serious_barriers,
    write_case,
    write_turn,
)

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
FIVE_SECONDS = 5_000
STROKE = "My face dropped on one side an hour ago and I cannot lift my left arm, my speech is slurred. No headache."


@pytest.fixture(scope="module")
def stroke_case(server: Server, browser) -> str:
    """A case a patient really wrote, with findings, negatives and red flags."""
    context = browser.new_context()
    page = context.new_page()
    begin_chat(page, server, "gunnar")
    say(page, STROKE)
    expect(page.get_by_role("link", name="Call 911")).to_be_visible()
    reply_is_whole(page)
    session_id = newest_session(server, "gunnar")
    context.close()
    return str(rows(server, "SELECT case_id FROM cases WHERE session_id = ?", session_id)[0][0])


def test_the_decision_comes_first_and_every_line_says_where_it_is_from(
    server: Server, open_page: OpenPage, stroke_case: str
) -> None:
    page = open_page()
    at_desk(page, server)
    open_case(page, stroke_case)
    head = page.locator(".st-key-level_critical")
    for words in ("Ambulance now", "ESI 1", "MTS red", "CTAS I", "Priority HIGH", "care at once", "Why:"):
        expect(head).to_contain_text(words)
    expect(page.locator(".st-key-par_flags")).to_contain_text("patient, turn 1: “")
    places = [
        page.locator(selector).first.bounding_box()["y"]
        for selector in (".st-key-level_critical", ".st-key-par_unknown", ".st-key-case_actions", ".st-key-par_view")
    ]
    assert places == sorted(places)
    findings = page.locator(".st-key-par_view li")
    assert findings.count() >= 3
    for line in findings.all_inner_texts():
        assert any(origin in line for origin in ("patient, turn", "chart:", "rule ", "from the record", "inference:"))
    page.get_by_role("tab", name="Evidence").click()
    expect(
        page.get_by_text("“My face dropped on one side").or_(page.get_by_text("“face dropped")).first
    ).to_be_visible()


def test_a_new_emergency_is_on_top_within_five_seconds_and_the_open_case_stays(
    server: Server, open_page: OpenPage
) -> None:
    calm = write_case(server, "demo-07", "A sore elbow since the weekend", Disposition.CLINICIAN_THIS_WEEK)
    page = open_page()
    at_desk(page, server)
    open_case(page, calm)
    new = write_case(server, "demo-12", "Tongue swelling and hard to breathe", Disposition.AMBULANCE_NOW)
    with records_of(server) as records:
        case = records.cases.get(new)
        records.cases.add_task(case.session_id, None, "emergency", "swelling of the tongue", "critical")
    expect(card(page, new)).to_be_visible(timeout=FIVE_SECONDS)
    order = page.locator('[class*="st-key-card_"]').evaluate_all("cards => cards.map(c => c.className)")
    risks = ["_critical_" in name for name in order if "_signed" not in name]
    assert risks == sorted(risks, reverse=True)
    expect(page.get_by_test_id("stToast").filter(has_text="Emergency").first).to_be_visible()
    expect(page.locator(f'[class*="st-key-card_open_"][class*="{calm}"]')).to_be_visible()
    expect(page.get_by_role("heading", name="Kwabena")).to_be_visible()


def test_no_click_is_lost_while_the_queue_is_live(server: Server, open_page: OpenPage) -> None:
    cases = [write_case(server, "demo-03", f"A cough, number {number}") for number in range(4)]
    page = open_page()
    at_desk(page, server)
    for case_id in [*cases, *reversed(cases)]:
        open_case(page, case_id)


def test_an_alert_is_acknowledged_by_name_and_stays_gone(server: Server, open_page: OpenPage) -> None:
    case_id = write_case(server, "demo-11", "I feel very unsafe at home")
    with records_of(server) as records:
        session_id = records.cases.get(case_id).session_id
        task_id = records.cases.add_task(session_id, None, "abuse", "Contact in private: zofia-alert", "critical")
    page = open_page()
    at_desk(page, server)
    more = page.locator(".st-key-more_alerts summary")
    alert = page.locator(f".st-key-alert_{task_id}")
    expect(alert.or_(more).first).to_be_visible()
    if more.count():
        more.click()
    expect(alert).to_contain_text("Possible abuse")
    alert.get_by_role("button", name="Acknowledge").click()
    expect(alert).to_have_count(0)
    seen = rows(server, "SELECT status, acknowledged_by FROM nurse_tasks WHERE task_id = ?", task_id)
    assert seen == [("acknowledged", "acct-nurse-1")]
    page.reload()
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    expect(alert).to_have_count(0)


def test_a_level_without_a_comment_is_refused_and_nothing_is_lost(server: Server, open_page: OpenPage) -> None:
    case_id = write_case(server, "demo-09", "Dizzy when I stand up")
    page = open_page()
    at_desk(page, server)
    open_case(page, case_id)
    page.get_by_role("button", name="Take this case").click()
    page.get_by_text("Change the level", exact=True).click()
    choose(page, "New level", "Emergency department now")
    choose(page, "Reason", "Clinical judgement")
    page.get_by_role("button", name="Set the new level").click()
    expect(page.get_by_text("Write a comment")).to_be_visible()
    assert rows(server, "SELECT disposition FROM cases WHERE case_id = ?", case_id) == [("clinician_today",)]
    page.get_by_role("textbox", name="Comment").fill("Pulse 38 on the phone")
    page.get_by_role("button", name="Set the new level").click()
    expect(page.locator(".st-key-level_high")).to_contain_text("Pulse 38 on the phone")
    assert rows(server, "SELECT disposition FROM cases WHERE case_id = ?", case_id) == [("emergency_department_now",)]
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_text("changed the level from Clinician today to")).to_be_visible()


def test_an_edited_line_carries_the_nurse_and_the_others_keep_their_origin(server: Server, open_page: OpenPage) -> None:
    case_id = write_case(server, "demo-08", "My ankle is swollen after a fall")
    page = open_page()
    at_desk(page, server)
    open_case(page, case_id)
    page.get_by_role("button", name="Take this case").click()
    page.get_by_text("Edit the report", exact=True).click()
    box = page.get_by_role("textbox", name="Recommended actions")
    expect(box).not_to_have_value("")
    box.fill(f"{box.input_value()}\nRing her back by noon")
    page.get_by_role("button", name="Save the edits").click()
    expect(page.get_by_text("Your edits are saved")).to_be_visible()
    line = page.locator(".st-key-par_view li").filter(has_text="Ring her back by noon")
    expect(line).to_contain_text("written by a nurse")
    page.get_by_role("button", name="Accept the level and sign").click()
    is_signed(page)
    with records_of(server) as records:
        case = records.cases.get(case_id)
        kinds = [version.kind for version in records.cases.par_versions(case_id)]
    assert case.status == "signed" and kinds == ["generated", "draft", "final"]
    origins = [action["origin"]["kind"] for action in case.par_final["recommended_actions"]]
    assert origins[-1] == "nurse" and "nurse" not in origins[:-1] and len(origins) >= 2


def test_two_nurses_at_one_case_are_told_plainly(server: Server, open_page: OpenPage) -> None:
    case_id = write_case(server, "demo-06", "Earache for two days")
    first, second = open_page(), open_page()
    for page, name in ((first, "nurse"), (second, "nurse2")):
        at_desk(page, server, name)
        open_case(page, case_id)
    first.get_by_role("button", name="Take this case").click()
    expect(first.get_by_role("button", name="Accept the level and sign")).to_be_visible()
    second.get_by_role("button", name="Take this case").click()
    told = second.get_by_text("Not done. Nurse Siobhan Kettlewick took this case a moment before you.")
    expect(told).to_be_visible()
    expect(second.get_by_text("Nurse Siobhan Kettlewick has this case")).to_be_visible()
    expect(second.get_by_role("button", name="Accept the level and sign")).to_have_count(0)
    assert rows(server, "SELECT claimed_by FROM cases WHERE case_id = ?", case_id) == [("acct-nurse-1",)]


def test_a_patient_who_writes_on_is_noticed_and_the_report_follows(server: Server, open_page: OpenPage) -> None:
    case_id = write_case(server, "demo-02", "Itchy eyes")
    page = open_page()
    at_desk(page, server)
    open_case(page, case_id)
    with records_of(server) as records:
        session_id = records.cases.get(case_id).session_id
        before = records.cases.get(case_id).par_draft["provenance"]["written_at"]
        write_turn(records, session_id, "Now one eye hurts as well")
    news = page.locator(".st-key-case_news")
    expect(news).to_contain_text("Now one eye hurts as well", timeout=FIVE_SECONDS)
    news.get_by_role("button", name="Show what is new").click()
    expect(news).to_have_count(0)
    page.get_by_role("button", name="Take this case").click()
    expect(page.get_by_role("button", name="Accept the level and sign")).to_be_visible()
    with records_of(server) as records:
        assert records.cases.get(case_id).par_draft["provenance"]["written_at"] > before


def test_what_a_nurse_types_survives_a_message_of_the_patient(server: Server, open_page: OpenPage) -> None:
    case_id = write_case(server, "demo-04", "She coughs at night")
    page = open_page()
    at_desk(page, server)
    open_case(page, case_id)
    page.get_by_role("button", name="Take this case").click()
    page.get_by_text("Edit the report", exact=True).click()
    page.get_by_role("textbox", name="Key findings").fill("Barking cough heard on the phone")
    with records_of(server) as records:
        write_turn(records, records.cases.get(case_id).session_id, "And now she breathes fast")
    page.locator(".st-key-case_news").get_by_role("button", name="Show what is new").click()
    expect(page.locator(".st-key-case_news")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Key findings")).to_have_value("Barking cough heard on the phone")
    page.get_by_role("button", name="Save the edits").click()
    expect(page.get_by_text("Your edits are saved")).to_be_visible()
    expect(page.get_by_text("The conversation went on after this report was edited")).to_be_visible()
    page.get_by_role("button", name="Write the report anew").click()
    expect(page.get_by_text("The conversation went on after this report was edited")).to_have_count(0)


def test_a_prescription_is_approved_or_declined_with_a_reason(server: Server, open_page: OpenPage) -> None:
    case_id = write_case(server, "demo-05", "I need my usual tablets")
    with records_of(server) as records:
        case = records.cases.get(case_id)
        for name in ("Amlodipine 5 mg tablet (test)", "Zopiclone 7.5 mg tablet (test)"):
            records.actions.propose_prescription(
                name,
                1,
                "",
                session_id=case.session_id,
                patient_id="demo-05",
                turn_id=None,
                idempotency_key=name + case_id,
            )
    page = open_page()
    at_desk(page, server)
    open_case(page, case_id)
    first = page.locator('[class*="st-key-proposal_"]').filter(has_text="Amlodipine")
    second = page.locator('[class*="st-key-proposal_"]').filter(has_text="Zopiclone")
    second.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("Not declined: write the reason first")).to_be_visible()
    second.get_by_role("textbox", name="Reason, if you decline").fill("Not with sleep apnoea")
    second.get_by_role("button", name="Decline").click()
    expect(second).to_have_count(0)
    first.get_by_role("button", name="Approve").click()
    expect(first).to_have_count(0)
    decided = rows(
        server,
        "SELECT status, decided_by, decision_reason FROM orders WHERE session_id = ? ORDER BY rowid",
        case.session_id,
    )
    assert decided == [("approved", "acct-nurse-1", None), ("declined", "acct-nurse-1", "Not with sleep apnoea")]


def test_the_keyboard_opens_a_case_and_the_focus_is_seen(server: Server, open_page: OpenPage) -> None:
    case_id = write_case(server, "demo-10", "A rash on my wrist")
    page = open_page()
    at_desk(page, server)
    button = card(page, case_id)
    button.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    outline = page.locator(f'[class*="st-key-card_"][class*="{case_id}"]').evaluate(
        "e => getComputedStyle(e).outlineWidth"
    )
    assert outline == "3px"
    page.keyboard.press("Enter")
    expect(page.locator(f'[class*="st-key-card_open_"][class*="{case_id}"]')).to_be_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_serious_barriers_at_the_desk(server: Server, open_page: OpenPage, stroke_case: str, dark: bool) -> None:
    page = open_page(dark=dark)
    at_desk(page, server)
    open_case(page, stroke_case)
    barriers = serious_barriers(page)
    page.get_by_role("tab", name="Evidence").click()
    barriers += serious_barriers(page)
    assert not barriers, "\n".join(barriers)
    page.get_by_role("tab", name="Report").click()
    page.locator('[data-testid="stMain"]').evaluate("main => main.scrollTo(0, 0)")
    shoot(page, "nurse-dark" if dark else "nurse-case")
