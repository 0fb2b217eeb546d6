"""Consent: one exact offer, one answer by the patient, used once within ten minutes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from data.audit import AuditLog
from data.canonical import canonical_json, sha256_hex, storable
from data.clock import Clock, to_text
from data.errors import ConsentInvalid
from data.ids import NewId
from data.store import Row, Store

_OFFER = "SELECT * FROM consents WHERE offer_id = ?"


@dataclass(frozen=True)
class Offer:
    """What the patient was asked. `status`: pending, granted, declined, used, or expired (unanswered or unused)."""

    offer_id: str
    session_id: str
    turn_id: str | None
    tool: str
    args: dict[str, Any]
    offer_text: str
    offer_hash: str
    status: str
    asked_at: str
    expires_at: str
    answered_at: str | None = None
    answer_text: str | None = None
    answer_turn_id: str | None = None
    used_at: str | None = None


class Consents:
    """Offers and their answers."""

    def __init__(self, store: Store, audit: AuditLog, clock: Clock, new_id: NewId) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock
        self._new_id = new_id

    def offer(
        self,
        session_id: str,
        turn_id: str | None,
        tool: str,
        args: Mapping[str, Any],
        offer_text: str,
        valid_minutes: float = 10,
    ) -> Offer:
        """Record what the patient is being asked. The same open question in one turn stays one offer."""
        now = self._clock()
        digest = offer_hash(session_id, tool, args, offer_text)
        with self._store.write():
            for known in self.pending(session_id):
                if known.offer_hash == digest and known.turn_id == turn_id:
                    return known
            offer_id = f"ofr_{self._new_id()}"
            row = {
                "offer_id": offer_id,
                "session_id": session_id,
                "turn_id": turn_id,
                "tool": tool,
                "args": canonical_json(dict(args)),
                "offer_text": storable(offer_text),
                "offer_hash": digest,
                "status": "pending",
                "asked_at": to_text(now),
                "expires_at": to_text(now + timedelta(minutes=valid_minutes)),
            }
            self._store.insert("consents", row)
            payload = {"offer_id": offer_id, "tool": tool, "offer_text": offer_text, "offer_hash": digest}
            self._record("consent.offered", row, "system", payload | {"turn_id": turn_id})
            return self._get(offer_id)

    def get(self, offer_id: str) -> Offer:
        """One offer.

        Raises:
            ConsentInvalid: no such offer.
        """
        return self._get(offer_id)

    def pending(self, session_id: str) -> list[Offer]:
        """Offers of the session that still wait for an answer, oldest first."""
        rows = self._store.rows(
            "SELECT * FROM consents WHERE session_id = ? AND status = 'pending' AND expires_at > ?"
            " ORDER BY asked_at, rowid",
            (session_id, to_text(self._clock())),
        )
        return [self._as_offer(row) for row in rows]

    def of_session(self, session_id: str) -> list[Offer]:
        """Every offer of the session, oldest first."""
        rows = self._store.rows("SELECT * FROM consents WHERE session_id = ? ORDER BY asked_at, rowid", (session_id,))
        return [self._as_offer(row) for row in rows]

    def answer(self, session_id: str, offer_id: str, granted: bool, answer_text: str, turn_id: str | None) -> Offer:
        """Record the patient's own answer.

        Raises:
            ConsentInvalid: unknown, another session's, answered already, or expired.
        """
        with self._store.write():
            offer = self._get(offer_id)
            if offer.session_id != session_id:
                raise ConsentInvalid("this offer was made in another session")
            if offer.status != "pending":
                raise ConsentInvalid("this offer is no longer open")
            status = "granted" if granted else "declined"
            changes = {
                "status": status,
                "answered_at": to_text(self._clock()),
                "answer_text": storable(answer_text),
                "answer_turn_id": turn_id,
            }
            self._store.update("consents", "offer_id", offer_id, changes)
            payload = {"offer_id": offer_id, "status": status, "answer_text": answer_text, "turn_id": turn_id}
            self._record("consent.answered", {"offer_id": offer_id, "session_id": session_id}, None, payload)
            self._audit.anchor()
            return self._get(offer_id)

    def use(self, offer_id: str, tool: str, args: Mapping[str, Any], *, session_id: str | None = None) -> Offer:
        """Spend a granted consent on exactly what was offered; open the same `store.write()` around the action itself.

        Raises:
            ConsentInvalid: not granted, used, expired, other tool or arguments, another session, or altered since.
        """
        with self._store.write():
            offer = self._get(offer_id)
            if session_id is not None and offer.session_id != session_id:
                raise ConsentInvalid("this offer was made in another session")
            if offer.status != "granted":
                raise ConsentInvalid("there is no live consent to this")
            if offer_hash(offer.session_id, tool, args, offer.offer_text) != offer.offer_hash:
                raise ConsentInvalid("consent was given to something else")
            self._store.update("consents", "offer_id", offer_id, {"status": "used", "used_at": to_text(self._clock())})
            row = {"offer_id": offer_id, "session_id": offer.session_id}
            self._record("consent.used", row, "system", {"offer_id": offer_id, "tool": tool})
            return self._get(offer_id)

    def _get(self, offer_id: str) -> Offer:
        row = self._store.row(_OFFER, (offer_id,))
        if row is None:
            raise ConsentInvalid("no such offer")
        return self._as_offer(row)

    def _as_offer(self, row: Row) -> Offer:
        lapsed = row["status"] in {"pending", "granted"} and row["expires_at"] <= to_text(self._clock())
        return Offer(**(row | {"args": json.loads(row["args"]), "status": "expired" if lapsed else row["status"]}))

    def _record(self, event: str, row: Mapping[str, Any], actor: str | None, payload: dict[str, Any]) -> None:
        session = self._store.row(
            "SELECT account_id, patient_id FROM sessions WHERE session_id = ?", (row["session_id"],)
        )
        owner = session or {"account_id": None, "patient_id": None}
        self._audit.append(
            event,
            session_id=row["session_id"],
            patient_id=owner["patient_id"],
            actor=actor or owner["account_id"] or "system",
            payload=payload,
            rows=[("consents", row["offer_id"])],
        )


def offer_hash(session_id: str, tool: str, args: Mapping[str, Any], offer_text: str) -> str:
    """SHA-256 over session, tool, arguments and the very words shown."""
    return sha256_hex(canonical_json([session_id, tool, dict(args), offer_text]))
