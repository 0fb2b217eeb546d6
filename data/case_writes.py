"""How a case, its reviews and its report versions are written: always with the event that vouches for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from data.audit import AuditLog
from data.canonical import canonical_json
from data.clock import Clock, to_text
from data.ids import NewId
from data.par_diff import diff_par
from data.row_hashes import RowKey
from data.store import Store


class CaseWrites:
    """Single writes to the case tables. Every method runs inside the caller's `store.write()`."""

    def __init__(self, store: Store, audit: AuditLog, clock: Clock, new_id: NewId) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock
        self._new_id = new_id

    def insert(self, session_id: str, patient_id: str | None, values: Mapping[str, Any]) -> str:
        """A new case at version 1; its id."""
        case_id = f"cas_{self._new_id()}"
        fixed = {"case_id": case_id, "session_id": session_id, "patient_id": patient_id, "status": "new", "version": 1}
        self._store.insert("cases", {**fixed, "waiting_since": to_text(self._clock()), **values})
        return case_id

    def change(self, case_id: str, changes: Mapping[str, Any], version: int) -> None:
        """Set columns and the new version."""
        self._store.update("cases", "case_id", case_id, {**changes, "version": version})

    def keep_report(
        self, case_id: str, kind: str, account_id: str | None, version: int, par: Mapping[str, Any]
    ) -> list[RowKey]:
        """Add a report version with its diff from the newest generated one; the row to vouch for."""
        par_id = f"par_{self._new_id()}"
        before = self.newest_generated(case_id)
        row = {
            "par_id": par_id,
            "case_id": case_id,
            "kind": kind,
            "account_id": account_id,
            "case_version": version,
            "par": canonical_json(dict(par)),
            "diff": canonical_json(diff_par(before, dict(par)) if before is not None else []),
            "at": to_text(self._clock()),
        }
        self._store.insert("par_versions", row)
        return [("par_versions", par_id)]

    def newest_generated(self, case_id: str) -> dict[str, Any] | None:
        """The last report the software wrote, before any nurse's hand."""
        row = self._store.row(
            "SELECT par FROM par_versions WHERE case_id = ? AND kind = 'generated' ORDER BY rowid DESC LIMIT 1",
            (case_id,),
        )
        return dict(json.loads(row["par"])) if row else None

    def review(self, case_id: str, account_id: str, kind: str, version: int, review: Mapping[str, Any]) -> RowKey:
        """Add what a nurse did; the row to vouch for."""
        review_id = f"rev_{self._new_id()}"
        fixed = {"review_id": review_id, "case_id": case_id, "account_id": account_id, "kind": kind}
        moment = {"case_version": version, "at": to_text(self._clock())}
        self._store.insert("reviews", {**fixed, **moment, **review})
        return ("reviews", review_id)

    def record(
        self, event: str, case_id: str, actor: str, payload: Mapping[str, Any], rows: Sequence[RowKey] = ()
    ) -> None:
        """Append the event for a change of the case, and anchor it."""
        case = self._store.row("SELECT session_id, patient_id FROM cases WHERE case_id = ?", (case_id,))
        owner = case or {"session_id": None, "patient_id": None}
        self._audit.append(
            event,
            session_id=owner["session_id"],
            patient_id=owner["patient_id"],
            actor=actor,
            payload={"case_id": case_id, **payload},
            rows=[("cases", case_id), *rows],
        )
        self._audit.anchor()
