"""Who may sign in, and how often somebody may guess."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from data.audit import AuditLog
from data.canonical import sha256_hex, storable
from data.clock import Clock, from_text, to_text
from data.errors import Conflict, NotAllowed, NotFound
from data.ids import NewId
from data.row_hashes import RowKey
from data.sign_in_throttle import SignInThrottle
from data.store import Row, Store

ROLES = frozenset({"patient", "nurse", "auditor", "admin"})
IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
SIGN_IN_REFUSED = (
    "We could not sign you in. Check your user name and password. After several tries, wait a while before the next."
)
"""The one answer to every refusal, so that it tells nobody which accounts exist."""

_SEEN_EVERY = timedelta(seconds=60)  # a page reruns on every click; one write a minute is enough
_TOKEN_BYTES = 32
_ACCOUNT = "account_id, username, display_name, role, patient_id, active"


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in. `role`: patient, nurse, auditor or admin."""

    account_id: str
    username: str
    display_name: str
    role: str
    patient_id: str | None


@dataclass(frozen=True)
class AuthResult:
    """The outcome of a sign-in; `message` is for the screen, the same for every refusal."""

    ok: bool
    account: Account | None
    message: str


class Accounts:
    """Accounts, passwords (argon2id) and revocable server sessions.

    Args:
        store: the database.
        audit: the event log.
        clock: the present.
        new_id: tokens for ids.
        hasher: argon2 parameters; the library's defaults follow RFC 9106's low-memory profile.
    """

    def __init__(
        self, store: Store, audit: AuditLog, clock: Clock, new_id: NewId, hasher: PasswordHasher | None = None
    ) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock
        self._new_id = new_id
        self._hasher = hasher or PasswordHasher()
        self._throttle = SignInThrottle(store, clock)
        self._decoy_hash: str | None = None

    def create(
        self,
        username: str,
        display_name: str,
        role: str,
        password: str,
        patient_id: str | None = None,
        *,
        account_id: str | None = None,
        actor: str = "system",
    ) -> Account:
        """Add an account; one that has this `account_id` already is returned as it is.

        Raises:
            ValueError: unknown role, or empty name or password.
            Conflict: the user name is taken.
        """
        name = _normal(username)
        if role not in ROLES or not name or not password:
            raise ValueError("an account needs a name, a password and a known role")
        known = self._row("account_id = ?", account_id or "")
        if known:
            return _account(known)
        password_hash = self._hasher.hash(storable(password))
        account_id = account_id or f"acc_{self._new_id()}"
        row = {
            "account_id": account_id,
            "username": name,
            "display_name": storable(display_name),
            "role": role,
            "patient_id": patient_id,
            "password_hash": password_hash,
            "active": 1,
            "created_at": to_text(self._clock()),
        }
        with self._store.write():
            if self._row("username = ?", name):
                raise Conflict("this user name is taken")
            self._store.insert("accounts", row)
            self._record("account.created", actor, account_id, {"role": role}, [("accounts", account_id)])
        return self.get(account_id)

    def get(self, account_id: str) -> Account:
        """One account, active or not.

        Raises:
            NotFound: no such account.
        """
        row = self._row("account_id = ?", account_id)
        if row is None:
            raise NotFound("no such account")
        return _account(row)

    def all(self) -> list[Account]:
        """Every account, by user name."""
        return [_account(row) for row in self._store.select("accounts", _ACCOUNT, order_by="username")]

    def authenticate(self, username: str, password: str) -> AuthResult:
        """Check a password. Unknown names cost the same time and get the same answer; too many tries go unread."""
        refused = AuthResult(ok=False, account=None, message=SIGN_IN_REFUSED)
        decoy = self._decoy()
        name = _normal(username)
        attempt = self._throttle.admit(name)
        if attempt is None:
            return refused
        row = self._store.row("SELECT * FROM accounts WHERE username = ?", (name,))
        right = self._matches(row["password_hash"] if row else decoy, password)
        if row is None or not row["active"] or not right:
            payload = {"known": row is not None}
            self._record("account.sign_in_refused", "system", row["account_id"] if row else None, payload, [])
            return refused
        self._throttle.forgive(attempt)
        self._record("account.signed_in", row["account_id"], row["account_id"], {}, [])
        return AuthResult(ok=True, account=_account(row), message="")

    def open_session(self, account_id: str) -> str:
        """A fresh random token for a signed-in account. Only its hash is kept."""
        self.get(account_id)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        digest, now = sha256_hex(token), to_text(self._clock())
        row = {"token_hash": digest, "account_id": account_id, "created_at": now, "last_seen_at": now}
        with self._store.write():
            self._store.insert("server_sessions", row)
            rows = [("server_sessions", digest)]
            self._record("server_session.opened", account_id, account_id, {}, rows)
        return token

    def account_for(self, token: str) -> Account | None:
        """Whose token this is now, role read afresh; None when unknown, revoked, idle for 30 min or older than 12 h.

        Use is noted at most once a minute, so a session may count as idle up to a minute early, never late.
        """
        digest = sha256_hex(storable(token))
        row = self._store.row(
            "SELECT s.created_at, s.last_seen_at, a.account_id, a.username, a.display_name, a.role, a.patient_id"
            " FROM server_sessions s JOIN accounts a USING (account_id)"
            " WHERE s.token_hash = ? AND s.revoked_at IS NULL AND a.active = 1",
            (digest,),
        )
        if row is None:
            return None
        now, seen = self._clock(), from_text(row["last_seen_at"])
        if now - seen >= IDLE_LIMIT or now - from_text(row["created_at"]) >= ABSOLUTE_LIMIT:
            return None
        if now - seen >= _SEEN_EVERY:
            with self._store.write():
                self._store.update("server_sessions", "token_hash", digest, {"last_seen_at": to_text(now)})
        return _account(row)

    def revoke(self, token: str) -> None:
        """End one server session at once. An unknown token changes nothing."""
        self._revoke("token_hash = ?", sha256_hex(storable(token)))

    def revoke_all(self, account_id: str) -> None:
        """End every server session of an account at once."""
        self._revoke("account_id = ?", account_id)

    def deactivate(self, account_id: str, actor: str) -> None:
        """Close an account: no more sign-ins, and its sessions end now."""
        self._change(account_id, {"active": 0}, "account.deactivated", actor)
        self.revoke_all(account_id)

    def set_role(self, account_id: str, role: str, actor: str) -> None:
        """Give an account another role, which holds from the next page view."""
        if role not in ROLES:
            raise ValueError("unknown role")
        self._change(account_id, {"role": role}, "account.role_changed", actor)

    def set_password(self, account_id: str, password: str, actor: str) -> None:
        """Replace the password; every server session of the account ends."""
        self._change(
            account_id, {"password_hash": self._hasher.hash(storable(password))}, "account.password_changed", actor
        )
        self.revoke_all(account_id)

    def _change(self, account_id: str, changes: dict[str, str | int], event: str, actor: str) -> None:
        with self._store.write():
            self.get(account_id)
            self._store.update("accounts", "account_id", account_id, changes)
            told = {name: value for name, value in changes.items() if name != "password_hash"}
            self._record(event, actor, account_id, told, [("accounts", account_id)])
            self._audit.anchor()

    def _revoke(self, condition: str, value: str) -> None:
        with self._store.write():
            still_open = f"{condition} AND revoked_at IS NULL"
            open_rows = self._store.select("server_sessions", "token_hash, account_id", still_open, (value,))
            for row in open_rows:
                changes = {"revoked_at": to_text(self._clock())}
                self._store.update("server_sessions", "token_hash", row["token_hash"], changes)
                rows = [("server_sessions", row["token_hash"])]
                self._record("server_session.revoked", row["account_id"], row["account_id"], {}, rows)

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, storable(password))
        except (VerificationError, InvalidHashError):
            return False

    def _decoy(self) -> str:
        # Made before the name is looked at, so that the first unknown name costs nothing extra.
        if self._decoy_hash is None:
            self._decoy_hash = self._hasher.hash(secrets.token_urlsafe(_TOKEN_BYTES))
        return self._decoy_hash

    def _row(self, condition: str, value: str) -> Row | None:
        return next(iter(self._store.select("accounts", _ACCOUNT, condition, (value,))), None)

    def _record(
        self, event: str, actor: str, account_id: str | None, payload: Mapping[str, object], rows: list[RowKey]
    ) -> None:
        self._audit.append(event, actor=actor, payload={"account_id": account_id, **payload}, rows=rows)


def require_role(store: Store, account: Account | str, *roles: str) -> str:
    """The id of an account that is active and holds one of the roles now, whatever the caller's copy says.

    Raises:
        NotAllowed: it is not.
    """
    account_id = account.account_id if isinstance(account, Account) else str(account)
    row = store.row("SELECT role FROM accounts WHERE account_id = ? AND active = 1", (account_id,))
    if row is None or row["role"] not in roles:
        raise NotAllowed("this account may not do that")
    return account_id


def _normal(username: str) -> str:
    return storable(username).strip().casefold()


def _account(row: Row) -> Account:
    return Account(
        account_id=row["account_id"],
        username=row["username"],
        display_name=row["display_name"],
        role=row["role"],
        patient_id=row["patient_id"],
    )
