"""Nurse tasks: what staff must look at, once per turn and kind."""

from __future__ import annotations

from typing import Any

from data.accounts import Account, require_role
from data.audit import AuditLog
from data.canonical import storable
from data.case_values import Task
from data.clock import Clock, to_text
from data.errors import NotFound
from data.ids import NewId
from data.levels import QUEUE_ORDER
from data.store import Row, Store


class NurseTasks:
    """Tasks and their acknowledgement."""

    def __init__(self, store: Store, audit: AuditLog, clock: Clock, new_id: NewId) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock
        self._new_id = new_id

    def add_task(self, session_id: str, turn_id: str | None, kind: str, text: str, risk: str) -> str:
        """Tell the nurses; the task's id. A second one of the same turn and kind is the first.

        Raises:
            ValueError: unknown risk.
        """
        risk = str(risk)
        if risk not in QUEUE_ORDER:
            raise ValueError("unknown risk")
        with self._store.write():
            known = self._store.row(
                "SELECT task_id FROM nurse_tasks WHERE session_id = ? AND turn_id = ? AND kind = ?",
                (session_id, turn_id, kind),
            )
            if known:
                return str(known["task_id"])
            task_id = f"tsk_{self._new_id()}"
            row = {
                "task_id": task_id,
                "session_id": session_id,
                "turn_id": turn_id,
                "kind": kind,
                "text": storable(text),
                "risk": risk,
                "status": "open",
                "alerts": 0,
                "created_at": to_text(self._clock()),
            }
            self._store.insert("nurse_tasks", row)
            payload = {"kind": kind, "text": text, "risk": risk, "turn_id": turn_id}
            self._record("task.added", row, "system", payload)
            self._audit.anchor()
        return task_id

    def tasks(self, status: str | None = "open") -> list[Task]:
        """Tasks of a status (None: all), most dangerous first, then oldest first."""
        rows = self._store.rows(
            "SELECT * FROM nurse_tasks WHERE ? IS NULL OR status = ? ORDER BY created_at, rowid", (status, status)
        )
        return sorted((Task(**row) for row in rows), key=lambda task: QUEUE_ORDER[task.risk])

    def acknowledge(self, task_id: str, account: Account | str) -> Task:
        """A nurse has seen it. Done twice, the first stands.

        Raises:
            NotAllowed: not a nurse.
            NotFound: no such task.
        """
        with self._store.write():
            account_id = require_role(self._store, account, "nurse")
            row = self._row(task_id)
            if row["status"] == "open":
                changes = {
                    "status": "acknowledged",
                    "acknowledged_by": account_id,
                    "acknowledged_at": to_text(self._clock()),
                }
                self._store.update("nurse_tasks", "task_id", task_id, changes)
                self._record("task.acknowledged", row, account_id, {})
                self._audit.anchor()
            return Task(**self._row(task_id))

    def note_alert(self, task_id: str) -> Task:
        """Count one more reminder to staff about an open task."""
        with self._store.write():
            row = self._row(task_id)
            self._store.update("nurse_tasks", "task_id", task_id, {"alerts": row["alerts"] + 1})
            self._record("task.alerted", row, "system", {"alerts": row["alerts"] + 1})
            return Task(**self._row(task_id))

    def _row(self, task_id: str) -> Row:
        row = self._store.row("SELECT * FROM nurse_tasks WHERE task_id = ?", (task_id,))
        if row is None:
            raise NotFound("no such task")
        return row

    def _record(self, event: str, row: Row, actor: str, payload: dict[str, Any]) -> None:
        session = self._store.row("SELECT patient_id FROM sessions WHERE session_id = ?", (row["session_id"],))
        self._audit.append(
            event,
            session_id=row["session_id"],
            patient_id=session["patient_id"] if session else None,
            actor=actor,
            payload={"task_id": row["task_id"], **payload},
            rows=[("nurse_tasks", row["task_id"])],
        )
