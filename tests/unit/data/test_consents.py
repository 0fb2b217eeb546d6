"""Consent is to one exact offer, by its own patient, once, for ten minutes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from data.errors import ConsentInvalid
from data.records import Offer, Records, open_records
from tests.unit.data.conftest import Desk, FakeClock

TOOL, ARGS, TEXT = "referrals_and_scheduling", {"action": "book", "slot_id": "slo_1"}, "Book Tuesday at 9?"


@pytest.fixture
def offer(records: Records, desk: Desk) -> Offer:
    return records.consents.offer(desk.session_id, None, TOOL, ARGS, TEXT)


def grant(records: Records, offer: Offer) -> Offer:
    return records.consents.answer(offer.session_id, offer.offer_id, True, "yes please", None)


def test_granted_consent_can_be_used_for_what_was_offered(records: Records, offer: Offer) -> None:
    assert (offer.status, offer.args, offer.expires_at) == ("pending", ARGS, "2026-11-16T09:10:00.000Z")
    granted = grant(records, offer)
    assert (granted.status, granted.answer_text) == ("granted", "yes please")
    # The same arguments in another order are the same arguments.
    used = records.consents.use(offer.offer_id, TOOL, dict(reversed(ARGS.items())), session_id=offer.session_id)
    assert used.status == "used"


USES: dict[str, Callable[[Records, Offer, Desk, FakeClock], object]] = {
    "not answered": lambda r, o, d, c: r.consents.use(o.offer_id, TOOL, ARGS),
    "declined": lambda r, o, d, c: (
        r.consents.answer(o.session_id, o.offer_id, False, "no", None),
        r.consents.use(o.offer_id, TOOL, ARGS),
    ),
    "used twice": lambda r, o, d, c: (grant(r, o), [r.consents.use(o.offer_id, TOOL, ARGS) for _ in range(2)]),
    "other arguments": lambda r, o, d, c: (grant(r, o), r.consents.use(o.offer_id, TOOL, ARGS | {"slot_id": "slo_2"})),
    "an argument more": lambda r, o, d, c: (grant(r, o), r.consents.use(o.offer_id, TOOL, ARGS | {"extra": 1})),
    "number for text": lambda r, o, d, c: (grant(r, o), r.consents.use(o.offer_id, TOOL, ARGS | {"slot_id": 1})),
    "other tool": lambda r, o, d, c: (grant(r, o), r.consents.use(o.offer_id, "pharmacy", ARGS)),
    "other session": lambda r, o, d, c: (
        grant(r, o),
        r.consents.use(o.offer_id, TOOL, ARGS, session_id=d.other_session_id),
    ),
    "ten minutes later": lambda r, o, d, c: (
        grant(r, o),
        c.advance(minutes=10),
        r.consents.use(o.offer_id, TOOL, ARGS),
    ),
    "no such offer": lambda r, o, d, c: r.consents.use("ofr_x", TOOL, ARGS),
}


@pytest.mark.parametrize("name", USES)
def test_nothing_else_is_consent(records: Records, offer: Offer, desk: Desk, clock: FakeClock, name: str) -> None:
    with pytest.raises(ConsentInvalid):
        USES[name](records, offer, desk, clock)


def test_a_moment_before_the_ten_minutes_it_still_holds(records: Records, offer: Offer, clock: FakeClock) -> None:
    grant(records, offer)
    clock.advance(minutes=9, seconds=59)
    assert records.consents.use(offer.offer_id, TOOL, ARGS).status == "used"


ANSWERS: dict[str, Callable[[Records, Offer, Desk, FakeClock], object]] = {
    "twice": lambda r, o, d, c: (grant(r, o), grant(r, o)),
    "yes after no": lambda r, o, d, c: (r.consents.answer(o.session_id, o.offer_id, False, "no", None), grant(r, o)),
    "too late": lambda r, o, d, c: (c.advance(minutes=11), grant(r, o)),
    "another session": lambda r, o, d, c: r.consents.answer(d.other_session_id, o.offer_id, True, "yes", None),
    "no such offer": lambda r, o, d, c: r.consents.answer(o.session_id, "ofr_x", True, "yes", None),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_counts_once_in_time_and_from_its_session(
    records: Records, offer: Offer, desk: Desk, clock: FakeClock, name: str
) -> None:
    with pytest.raises(ConsentInvalid):
        ANSWERS[name](records, offer, desk, clock)


def test_pending_lists_what_waits_and_forgets_what_lapsed(
    records: Records, offer: Offer, desk: Desk, clock: FakeClock
) -> None:
    second = records.consents.offer(desk.session_id, None, TOOL, ARGS | {"slot_id": "slo_2"}, "Or Wednesday?")
    assert [o.offer_id for o in records.consents.pending(desk.session_id)] == [offer.offer_id, second.offer_id]
    assert records.consents.pending(desk.other_session_id) == []
    grant(records, offer)
    assert [o.offer_id for o in records.consents.pending(desk.session_id)] == [second.offer_id]
    clock.advance(minutes=10)
    assert records.consents.pending(desk.session_id) == []
    assert records.consents.get(second.offer_id).status == "expired"


def test_asking_the_same_again_in_a_turn_is_one_offer(records: Records, offer: Offer, desk: Desk) -> None:
    assert records.consents.offer(desk.session_id, None, TOOL, ARGS, TEXT) == offer
    assert records.consents.offer(desk.session_id, None, TOOL, ARGS, "Other words?").offer_id != offer.offer_id


def test_a_pending_offer_survives_a_restart(records: Records, offer: Offer, path: Path, clock: FakeClock) -> None:
    records.close()
    again = open_records(path, clock=clock)
    assert again.consents.pending(offer.session_id) == [offer]
    again.close()


def test_of_twenty_uses_at_once_one_wins(records: Records, offer: Offer) -> None:
    grant(records, offer)

    def use(_: int) -> bool:
        try:
            records.consents.use(offer.offer_id, TOOL, ARGS)
        except ConsentInvalid:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(use, range(20))) == 1


def test_consent_spent_in_a_failed_action_is_not_spent(records: Records, offer: Offer) -> None:
    grant(records, offer)
    with pytest.raises(RuntimeError), records.store.write():
        records.consents.use(offer.offer_id, TOOL, ARGS)
        raise RuntimeError
    assert records.consents.get(offer.offer_id).status == "granted"
