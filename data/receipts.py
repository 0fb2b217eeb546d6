"""One request, one action, one receipt: however often the request arrives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.action_values import Receipt
from data.audit import AuditLog
from data.canonical import canonical_json, sha256_hex
from data.clock import Clock, to_text
from data.errors import Conflict, NotAllowed
from data.ids import NewId
from data.row_hashes import RowKey
from data.store import Store

_RECEIPT = "receipt_id, action, ref_id, text, at"


@dataclass(frozen=True)
class Request:
    """Who asks for what, in which turn, under which idempotency key (unique within the session)."""

    session_id: str
    patient_id: str
    turn_id: str | None
    idempotency_key: str
    action: str
    args: Mapping[str, Any]


@dataclass(frozen=True)
class Done:
    """What an action did: the row it is about, the words for the patient, and the rows it wrote."""

    ref_id: str
    text: str
    rows: Sequence[RowKey]


class Receipts:
    """Runs an action once and keeps its receipt."""

    def __init__(self, store: Store, audit: AuditLog, clock: Clock, new_id: NewId) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock
        self._new_id = new_id

    def once(self, request: Request, event: str, act: Callable[[], Done]) -> Receipt:
        """Run `act` in one write with its event and receipt; the same key again gets the same receipt.

        Raises:
            NotAllowed: the session is not about this patient.
            Conflict: the key was used for something else.
        """
        digest = sha256_hex(canonical_json([request.action, request.patient_id, dict(request.args)]))
        with self._store.write():
            self._check_patient(request)
            of_key = "session_id = ? AND idempotency_key = ?"
            keyed = (request.session_id, request.idempotency_key)
            for known in self._store.select("receipts", f"{_RECEIPT}, request_hash", of_key, keyed):
                if known.pop("request_hash") != digest:
                    raise Conflict("this request key was used for something else")
                return Receipt(**known)
            done = act()
            receipt = Receipt(f"rcp_{self._new_id()}", request.action, done.ref_id, done.text, to_text(self._clock()))
            row = vars(receipt) | {
                "session_id": request.session_id,
                "patient_id": request.patient_id,
                "turn_id": request.turn_id,
                "idempotency_key": request.idempotency_key,
                "request_hash": digest,
            }
            self._store.insert("receipts", row)
            self._audit.append(
                event,
                session_id=request.session_id,
                patient_id=request.patient_id,
                actor="system",
                payload={"turn_id": request.turn_id, "args": dict(request.args), **vars(receipt)},
                rows=[*done.rows, ("receipts", receipt.receipt_id)],
            )
            self._audit.anchor()
            return receipt

    def of_turn(self, turn_id: str) -> list[Receipt]:
        """The turn's receipts, oldest first."""
        return [Receipt(**row) for row in self._store.select("receipts", _RECEIPT, "turn_id = ?", (turn_id,))]

    def of_session(self, session_id: str) -> list[Receipt]:
        """The session's receipts, oldest first."""
        return [Receipt(**row) for row in self._store.select("receipts", _RECEIPT, "session_id = ?", (session_id,))]

    def _check_patient(self, request: Request) -> None:
        row = self._store.row("SELECT patient_id FROM sessions WHERE session_id = ?", (request.session_id,))
        if row is None or row["patient_id"] != request.patient_id:
            raise NotAllowed("this session is about another patient")
