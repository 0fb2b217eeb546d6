"""Sessions: whose conversation it is, where it stands, and the highest risk it has reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.accounts import Account, require_role
from data.audit import AuditLog
from data.canonical import canonical_json, storable
from data.clock import Clock, to_text
from data.conversation import SessionRecord, session_from_row
from data.errors import NotFound
from data.ids import NewId
from data.levels import checked_disposition, is_worse
from data.row_hashes import RowKey
from data.store import Row, Store

_COLUMNS = "session_id, account_id, patient_id, writer_relation, intake, status, latched, created_at, demo_case"


class Sessions:
    """Conversations as a whole."""

    def __init__(self, store: Store, audit: AuditLog, clock: Clock, new_id: NewId) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock
        self._new_id = new_id

    def create_session(
        self,
        account_id: str | None,
        patient_id: str | None,
        writer_relation: str = "self",
        intake: Mapping[str, Any] | None = None,
        demo_case: str | None = None,
        *,
        session_id: str | None = None,
    ) -> str:
        """Open a conversation; its id. `session_id` lets a caller bring its own (`run_step` on a new id)."""
        session_id = session_id or f"ses_{self._new_id()}"
        row = {
            "session_id": session_id,
            "account_id": account_id,
            "patient_id": patient_id,
            "writer_relation": storable(writer_relation),
            "intake": canonical_json(dict(intake or {})),
            "status": "open",
            "demo_case": demo_case,
            "created_at": self._now(),
        }
        with self._store.write():
            self._store.insert("sessions", row)
            payload = {"writer_relation": writer_relation, "intake": dict(intake or {}), "demo_case": demo_case}
            self._record("session.created", session_id, payload, [("sessions", session_id)])
        return session_id

    def session(self, session_id: str) -> SessionRecord:
        """One session.

        Raises:
            NotFound: no such session.
        """
        return session_from_row(self._session_row(session_id))

    def sessions_of(self, account_id: str) -> list[SessionRecord]:
        """The sessions an account opened, newest first."""
        return self._sessions("account_id = ?", account_id)

    def sessions_of_patient(self, patient_id: str) -> list[SessionRecord]:
        """The sessions about a patient, newest first."""
        return self._sessions("patient_id = ?", patient_id)

    def latch(self, session_id: str, disposition: str) -> str:
        """Raise the session's highest disposition; never lowers it. The one that now holds."""
        new = checked_disposition(disposition)
        with self._store.write():
            old = self._session_row(session_id)["latched"]
            if not is_worse(new, old):
                return str(old)
            self._store.update("sessions", "session_id", session_id, {"latched": new})
            self._record("risk.latched", session_id, {"from": old, "to": new}, [("sessions", session_id)])
            return new

    def lower_latch(self, session_id: str, disposition: str, nurse: Account | str, reason: str) -> None:
        """Lower the session's highest disposition: only a named nurse (Account or its id), only with a reason.

        Raises:
            NotAllowed: not an active nurse account.
            ValueError: no reason, or not a disposition.
        """
        new = checked_disposition(disposition)
        if not reason.strip():
            raise ValueError("lowering a risk needs a reason")
        with self._store.write():
            account_id = require_role(self._store, nurse, "nurse")
            old = self._session_row(session_id)["latched"]
            self._store.update("sessions", "session_id", session_id, {"latched": new})
            payload = {"from": old, "to": new, "reason": reason}
            self._record("risk.lowered", session_id, payload, [("sessions", session_id)], actor=account_id)
            self._audit.anchor()

    def set_status(self, session_id: str, status: str) -> None:
        """Note where the session stands (`open`, `handed_over`, `closed` …)."""
        with self._store.write():
            old = self._session_row(session_id)["status"]
            if old != status:
                self._store.update("sessions", "session_id", session_id, {"status": status})
                self._record("session.status", session_id, {"from": old, "to": status}, [("sessions", session_id)])

    def _session_row(self, session_id: str) -> Row:
        found = self._store.select("sessions", _COLUMNS, "session_id = ?", (session_id,))
        if not found:
            raise NotFound("no such session")
        return found[0]

    def _sessions(self, condition: str, value: str) -> list[SessionRecord]:
        newest_first = "created_at DESC, rowid DESC"
        return [
            session_from_row(r) for r in self._store.select("sessions", _COLUMNS, condition, (value,), newest_first)
        ]

    def _record(
        self, event: str, session_id: str, payload: Mapping[str, Any], rows: list[RowKey], actor: str | None = None
    ) -> None:
        session = self._session_row(session_id)
        self._audit.append(
            event,
            session_id=session_id,
            patient_id=session["patient_id"],
            actor=actor or session["account_id"] or "system",
            payload=payload,
            rows=rows,
        )

    def _now(self) -> str:
        return to_text(self._clock())
