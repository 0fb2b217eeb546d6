"""A typed yes or no: what answers an offer, and the many things that must not."""

from __future__ import annotations

import pytest

from agent.consent_reply import typed_answer
from data.records import Offer

SCHEDULE = "referrals_and_scheduling"
SUPPLY = "commodity_orders_and_fulfillment"


def offer(text: str, tool: str = SUPPLY, offer_id: str = "") -> Offer:
    return Offer(offer_id or text, "s", None, tool, {}, text, "h", "pending", "", "")


VISIT = offer("Book Tuesday 17 November at 09:00 with Dr Lee (Same-day GP, Room 1)?", SCHEDULE)
THERMOMETER = offer("Order 1 × Digital thermometer (12.50 USD each)?")
GAUZE = offer("Order 2 × Sterile gauze (3.00 USD each)?")

ANSWERS: list[tuple[str, list[Offer], bool, Offer | None, bool | None]] = [
    # text, offers, question open, offer answered, granted
    ("yes", [VISIT], False, VISIT, True),
    ("Yes please", [VISIT], False, VISIT, True),
    ("yes, book it", [VISIT], False, VISIT, True),
    ("YES!", [VISIT], False, VISIT, True),
    ("ok go ahead", [VISIT], False, VISIT, True),
    ("sure, that sounds good, thank you", [VISIT], False, VISIT, True),
    ("no", [VISIT], False, VISIT, False),
    ("no thanks", [VISIT], False, VISIT, False),
    ("No, thank you", [VISIT], False, VISIT, False),
    ("nope", [THERMOMETER], False, THERMOMETER, False),
    ("don’t do that", [THERMOMETER], False, THERMOMETER, False),
    ("yes, order the thermometer", [VISIT, THERMOMETER], False, THERMOMETER, True),
    ("yes to the appointment", [VISIT, THERMOMETER], False, None, None),  # "to" is one word too many: the button it is
    ("book the appointment", [VISIT, THERMOMETER], False, VISIT, True),
    ("no thermometer", [VISIT, THERMOMETER], False, THERMOMETER, False),
    ("order the gauze please", [THERMOMETER, GAUZE], False, GAUZE, True),
    ("yes, order the thermometer", [THERMOMETER], True, THERMOMETER, True),  # names it: no triage question means that
    # what must not count
    ("yes", [], False, None, None),
    ("yes", [VISIT], True, None, None),
    ("no", [VISIT], True, None, None),
    ("yes", [VISIT, THERMOMETER], False, None, None),
    ("no thanks", [VISIT, THERMOMETER], False, None, None),
    ("order it", [THERMOMETER, GAUZE], False, None, None),
    ("yes but not that time", [VISIT], False, None, None),
    ("yes, but later", [VISIT], False, None, None),
    ("yes, wait", [VISIT], False, None, None),
    ("yes or no?", [VISIT], False, None, None),
    ("yes I have had it since Tuesday", [VISIT], False, None, None),
    ("yes, my chest hurts", [VISIT], False, None, None),
    ("yes it hurts", [VISIT], False, None, None),
    ("yes at 10:00", [VISIT], False, None, None),
    ("yes on Wednesday", [VISIT], False, None, None),
    ("yes with Dr Jones", [VISIT], False, None, None),
    ("yes, order 5", [THERMOMETER], False, None, None),
    ("yes, two of them", [THERMOMETER], False, None, None),
    ("is it yes or no", [VISIT], False, None, None),
    ("maybe", [VISIT], False, None, None),
    ("I said yes to my wife", [VISIT], False, None, None),
    ("what does it cost", [THERMOMETER], False, None, None),
    ("okay who is Dr Lee", [VISIT], False, None, None),
    ("ok", [VISIT], True, None, None),
    ("yes " * 13, [VISIT], False, None, None),
    ("book", [VISIT, THERMOMETER], False, None, None),
    ("book an appointment for my husband", [VISIT], False, None, None),
    ("no pain", [VISIT], False, None, None),
    ("not sure", [VISIT], False, None, None),
    ("no idea", [VISIT], False, None, None),
    ("no, I mean yes", [VISIT], False, None, None),
    ("no worries, yes please", [VISIT], False, None, None),
    ("", [VISIT], False, None, None),
    ("👍", [VISIT], False, None, None),
]


@pytest.mark.parametrize(("text", "pending", "question_open", "meant", "granted"), ANSWERS)
def test_a_typed_answer(
    text: str, pending: list[Offer], question_open: bool, meant: Offer | None, granted: bool | None
) -> None:
    read = typed_answer(text, pending, question_open=question_open)
    assert (read.offer if read else None) == meant
    assert (read.granted if read else None) is granted
