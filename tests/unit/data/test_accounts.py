"""Who gets in, for how long, and how slowly guessing goes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from data.accounts import SIGN_IN_REFUSED, Account, Accounts
from data.errors import Conflict, NotFound
from data.records import Records
from tests.unit.data.conftest import Desk, FakeClock, counting_ids, quick_accounts

PASSWORD = "another pass phrase"


class CountingHasher:
    """Counts what is really evaluated; knows one password."""

    def __init__(self) -> None:
        self.evaluated = 0

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password_hash: str, password: str) -> bool:
        self.evaluated += 1
        return password_hash == f"hash of {password}"


@pytest.fixture
def accounts(records: Records, desk: Desk, clock: FakeClock) -> Accounts:
    return quick_accounts(records, clock)


def test_the_right_password_gets_in_and_letter_case_of_the_name_does_not_matter(accounts: Accounts, desk: Desk) -> None:
    for name in ("nora", " NORA "):
        result = accounts.authenticate(name, PASSWORD)
        assert (result.ok, result.account) == (True, desk.nurse)


@pytest.mark.parametrize(
    ("name", "password"),
    [("nora", "wrong"), ("nora", ""), ("nobody", PASSWORD), ("", ""), ("nora\x00", PASSWORD), ("nora\ud800", "\ud800")],
)
def test_every_refusal_says_the_same(accounts: Accounts, name: str, password: str) -> None:
    result = accounts.authenticate(name, password)
    assert (result.ok, result.account, result.message) == (False, None, SIGN_IN_REFUSED)


def test_an_unknown_name_takes_as_long_as_a_wrong_password(records: Records, clock: FakeClock) -> None:
    accounts = Accounts(records.store, records.audit, clock, counting_ids())  # argon2 at full strength
    accounts.create("nora", "Nora", "nurse", PASSWORD)

    def took(name: str) -> float:
        clock.advance(hours=2)  # past any lock
        begun = time.perf_counter()
        accounts.authenticate(name, "wrong")
        return time.perf_counter() - begun

    took("warm up")
    known = statistics.median(took("nora") for _ in range(5))
    unknown = statistics.median(took(f"nobody {n}") for n in range(5))
    assert 0.2 < unknown / known < 5  # without the decoy hash it would be below 0.01


def test_passwords_are_not_kept(records: Records, desk: Desk) -> None:
    rows = records.store.rows("SELECT * FROM accounts")
    assert all(row["password_hash"].startswith("$argon2id$") for row in rows)
    assert "pass phrase" not in repr(rows) + records.audit.export_jsonl()


@pytest.mark.parametrize("name", ["nora", "nobody"])
@pytest.mark.parametrize("pause_s", [0.36, 15])
def test_of_thousands_of_guesses_an_hour_at_most_twenty_are_evaluated(
    records: Records, desk: Desk, clock: FakeClock, name: str, pause_s: float
) -> None:
    hasher = CountingHasher()
    accounts = Accounts(records.store, records.audit, clock, counting_ids(), hasher=hasher)
    for _ in range(min(10_000, int(3600 / pause_s))):
        assert not accounts.authenticate(name, "wrong").ok
        clock.advance(seconds=pause_s)
    assert 5 <= hasher.evaluated <= 20


def test_the_owner_signing_in_does_not_hand_an_attacker_new_tries(records: Records, clock: FakeClock) -> None:
    hasher = CountingHasher()
    accounts = Accounts(records.store, records.audit, clock, counting_ids(), hasher=hasher)
    accounts.create("nora", "Nora", "nurse", PASSWORD)
    wrong = 0
    for _ in range(1000):
        if not accounts.authenticate("nora", PASSWORD).ok:
            clock.advance(seconds=1)
        before = hasher.evaluated
        accounts.authenticate("nora", "wrong")
        wrong += hasher.evaluated - before
        clock.advance(seconds=1.6)
    assert 5 <= wrong <= 20


def test_guessing_over_many_names_slows_down_too(records: Records, clock: FakeClock) -> None:
    hasher = CountingHasher()
    accounts = Accounts(records.store, records.audit, clock, counting_ids(), hasher=hasher)
    for number in range(10_000):
        accounts.authenticate(f"name {number}", "wrong")
        clock.advance(seconds=0.36)
    assert 100 <= hasher.evaluated <= 200


def test_guesses_at_once_are_counted_before_they_are_evaluated(records: Records, desk: Desk, clock: FakeClock) -> None:
    hasher = CountingHasher()
    accounts = Accounts(records.store, records.audit, clock, counting_ids(), hasher=hasher)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: accounts.authenticate("nora", "wrong"), range(64)))
    assert hasher.evaluated == 5


def test_a_lock_ends(accounts: Accounts, clock: FakeClock) -> None:
    for _ in range(6):
        accounts.authenticate("nora", "wrong")
    assert not accounts.authenticate("nora", PASSWORD).ok
    clock.advance(seconds=16)
    assert accounts.authenticate("nora", PASSWORD).ok


SESSIONS: dict[str, tuple[Callable[[Accounts, str, Account, FakeClock], object], bool]] = {
    "at once": (lambda a, t, n, c: None, True),
    "after 29 minutes": (lambda a, t, n, c: c.advance(minutes=29), True),
    "after 30 idle minutes": (lambda a, t, n, c: c.advance(minutes=30), False),
    "kept busy for 11 h 40": (lambda a, t, n, c: [(c.advance(minutes=20), a.account_for(t)) for _ in range(35)], True),
    "kept busy for 12 h": (lambda a, t, n, c: [(c.advance(minutes=20), a.account_for(t)) for _ in range(36)], False),
    "revoked": (lambda a, t, n, c: a.revoke(t), False),
    "all revoked": (lambda a, t, n, c: a.revoke_all(n.account_id), False),
    "another one revoked": (lambda a, t, n, c: a.revoke(a.open_session(n.account_id)), True),
    "account closed": (lambda a, t, n, c: a.deactivate(n.account_id, "acc_admin"), False),
    "password changed": (lambda a, t, n, c: a.set_password(n.account_id, "x", "acc_admin"), False),
}


@pytest.mark.parametrize("name", SESSIONS)
def test_how_long_a_server_session_lasts(accounts: Accounts, desk: Desk, clock: FakeClock, name: str) -> None:
    act, still_in = SESSIONS[name]
    token = accounts.open_session(desk.nurse.account_id)
    act(accounts, token, desk.nurse, clock)
    assert accounts.account_for(token) == (desk.nurse if still_in else None)


@pytest.mark.parametrize("token", ["", "x", "\ud800", "' OR 1=1 --"])
def test_a_made_up_token_is_nobody(accounts: Accounts, token: str) -> None:
    assert accounts.account_for(token) is None
    accounts.revoke(token)


def test_tokens_are_kept_as_hashes_only(accounts: Accounts, records: Records, desk: Desk) -> None:
    token = accounts.open_session(desk.nurse.account_id)
    assert token not in repr(records.store.rows("SELECT * FROM server_sessions")) + records.audit.export_jsonl()


def test_a_new_role_holds_from_the_next_look(accounts: Accounts, desk: Desk) -> None:
    token = accounts.open_session(desk.nurse.account_id)
    accounts.set_role(desk.nurse.account_id, "auditor", "acc_admin")
    account = accounts.account_for(token)
    assert account is not None
    assert account.role == "auditor"


def test_creating_is_idempotent_on_the_id_and_names_are_unique(accounts: Accounts) -> None:
    first = accounts.create("demo", "Demo", "nurse", PASSWORD, account_id="acc_demo")
    assert accounts.create("demo", "Changed", "admin", "other", account_id="acc_demo") == first
    with pytest.raises(Conflict):
        accounts.create("DEMO", "Somebody else", "nurse", PASSWORD)


@pytest.mark.parametrize(("name", "role", "password"), [("", "nurse", "x"), ("x", "boss", "x"), ("x", "nurse", "")])
def test_an_incomplete_account_is_refused(accounts: Accounts, name: str, role: str, password: str) -> None:
    with pytest.raises(ValueError, match="an account needs"):
        accounts.create(name, "X", role, password)


def test_a_session_for_nobody_is_refused(accounts: Accounts) -> None:
    with pytest.raises(NotFound):
        accounts.open_session("acc_nobody")
