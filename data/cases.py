"""The nurse's queue: the most dangerous case first, one nurse at a time, every report version kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from data.accounts import Account, require_role
from data.audit import AuditLog
from data.canonical import canonical_json, storable
from data.case_values import (
    REASON_CODES,
    Case,
    ParVersion,
    Review,
    Task,
    case_from_row,
    par_version_from_row,
)
from data.case_writes import CaseWrites
from data.clock import Clock, to_text
from data.errors import Conflict, NotFound
from data.ids import NewId
from data.interactions import Interactions
from data.levels import PRIORITIES, QUEUE_ORDER, RANKS, RISKS, WINDOW_HOURS, checked_disposition, is_worse
from data.row_hashes import RowKey
from data.store import Store
from data.tasks import NurseTasks

__all__ = ["REASON_CODES", "Case", "Cases", "ParVersion", "Review", "Task"]

_CASES = """
SELECT c.*, coalesce(p.given_name || ' ' || p.family_name, '') AS patient_name
FROM cases c LEFT JOIN patients p USING (patient_id)"""

Par = Mapping[str, Any]


class Cases(NurseTasks):
    """Cases, reviews, reports and tasks."""

    def __init__(
        self, store: Store, audit: AuditLog, clock: Clock, new_id: NewId, interactions: Interactions | None = None
    ) -> None:
        super().__init__(store, audit, clock, new_id)
        self._interactions = interactions or Interactions(store, audit, clock, new_id)
        self._writes = CaseWrites(store, audit, clock, new_id)

    def open_or_update(
        self,
        session_id: str,
        *,
        disposition: str,
        risk: str,
        priority: str,
        primary_concern: str,
        par: Par | None = None,
    ) -> Case:
        """Put the session into the queue, or bring its case up to date.

        A signed case that got worse is new again. A report a nurse has begun to edit is not overwritten: the generated
        one is kept beside it. Nothing new, nothing written.

        Raises:
            ValueError: not a disposition, risk or priority.
            NotFound: no such session.
        """
        level = _checked_level(disposition, risk, priority)
        with self._store.write():
            session = self._interactions.session(session_id)
            known = self.by_session(session_id)
            if known is None:
                return self._open(session_id, session.patient_id, level, primary_concern, par)
            return self._bring_up_to_date(known, level, primary_concern, par)

    def queue(self, statuses: Sequence[str] = ("new", "claimed")) -> list[Case]:
        """Cases of these statuses: most dangerous first, then longest waiting."""
        marks = ", ".join("?" * len(statuses))
        rows = self._store.rows(f"{_CASES} WHERE c.status IN ({marks}) ORDER BY c.waiting_since, c.rowid", [*statuses])
        return sorted(map(case_from_row, rows), key=lambda case: QUEUE_ORDER[case.risk])

    def get(self, case_id: str) -> Case:
        """One case.

        Raises:
            NotFound: no such case.
        """
        row = self._store.row(f"{_CASES} WHERE c.case_id = ?", (case_id,))
        if row is None:
            raise NotFound("no such case")
        return case_from_row(row)

    def by_session(self, session_id: str) -> Case | None:
        """The session's case, if it has one."""
        row = self._store.row(f"{_CASES} WHERE c.session_id = ?", (session_id,))
        return case_from_row(row) if row else None

    def claim(self, case_id: str, account: Account | str, version: int) -> Case:
        """Take a case from the queue.

        Raises:
            NotAllowed: not a nurse.
            Conflict: changed since it was read, signed, or another nurse has it.
        """
        with self._store.write():
            account_id, case = self._nurse_with(case_id, account, version)
            if case.status == "claimed" and case.claimed_by == account_id:
                return case
            if case.status != "new":
                raise Conflict("another nurse has this case")
            self._writes.change(case_id, {"status": "claimed", "claimed_by": account_id}, version + 1)
            return self._reviewed("claimed", case_id, account_id, version + 1, {})

    def override(
        self,
        case_id: str,
        account: Account | str,
        to_disposition: str,
        reason_code: str,
        comment: str,
        version: int,
    ) -> Case:
        """Set another level. Lower ones lower the session's latch too, in the nurse's name.

        Raises:
            NotAllowed: not a nurse.
            ValueError: not a disposition, unknown reason code, or no comment.
            Conflict: changed since it was read, or signed.
        """
        to = checked_disposition(to_disposition)
        if reason_code not in REASON_CODES or not comment.strip():
            raise ValueError("an override needs a reason code and a comment")
        with self._store.write():
            account_id, case = self._nurse_with(case_id, account, version)
            latched = self._interactions.session(case.session_id).latched
            if latched is not None and RANKS[to] < RANKS[latched]:
                self._interactions.lower_latch(case.session_id, to, account_id, f"{reason_code}: {comment}")
            elif is_worse(to, latched):
                self._interactions.latch(case.session_id, to)
            self._writes.change(case_id, _level(to) | {"due_at": self._due(to)}, version + 1)
            review = {"from_disposition": case.disposition, "to_disposition": to}
            review |= {"reason_code": reason_code, "comment": storable(comment.strip())}
            return self._reviewed("overridden", case_id, account_id, version + 1, review)

    def save_draft(self, case_id: str, account: Account | str, par: Par, version: int) -> Case:
        """Keep a nurse's edited report.

        Raises:
            NotAllowed: not a nurse.
            Conflict: changed since it was read, or signed.
        """
        with self._store.write():
            account_id, _case = self._nurse_with(case_id, account, version)
            rows = self._writes.keep_report(case_id, "draft", account_id, version + 1, par)
            self._writes.change(case_id, {"par_draft": canonical_json(dict(par))}, version + 1)
            return self._reviewed("drafted", case_id, account_id, version + 1, {}, rows)

    def sign(self, case_id: str, account: Account | str, par: Par, version: int) -> Case:
        """Sign the final report; the case leaves the queue.

        Raises:
            NotAllowed: not a nurse.
            Conflict: changed since it was read, or signed already.
        """
        with self._store.write():
            account_id, case = self._nurse_with(case_id, account, version)
            rows = self._writes.keep_report(case_id, "final", account_id, version + 1, par)
            changes = {
                "status": "signed",
                "par_final": canonical_json(dict(par)),
                "signed_by": account_id,
                "signed_at": to_text(self._clock()),
                "claimed_by": case.claimed_by or account_id,
            }
            self._writes.change(case_id, changes, version + 1)
            return self._reviewed("signed", case_id, account_id, version + 1, {}, rows)

    def reviews(self, case_id: str) -> list[Review]:
        """What nurses did to the case, oldest first."""
        rows = self._store.rows("SELECT * FROM reviews WHERE case_id = ? ORDER BY rowid", (case_id,))
        return [Review(**row) for row in rows]

    def par_versions(self, case_id: str) -> list[ParVersion]:
        """Every report the case ever had, oldest first: generated, drafts, final, each with its diff."""
        rows = self._store.rows("SELECT * FROM par_versions WHERE case_id = ? ORDER BY rowid", (case_id,))
        return [par_version_from_row(row) for row in rows]

    def _open(
        self, session_id: str, patient_id: str | None, level: Mapping[str, Any], concern: str, par: Par | None
    ) -> Case:
        values = {**level, "primary_concern": storable(concern), "due_at": self._due(level["disposition"])}
        if par is not None:
            values["par_draft"] = canonical_json(dict(par))
        case_id = self._writes.insert(session_id, patient_id, values)
        rows = self._writes.keep_report(case_id, "generated", None, 1, par) if par is not None else []
        self._writes.record("case.opened", case_id, "system", {**level, "primary_concern": concern}, rows)
        return self.get(case_id)

    def _bring_up_to_date(self, case: Case, level: Mapping[str, Any], concern: str, par: Par | None) -> Case:
        worse = is_worse(level["disposition"], case.disposition)
        if case.status == "signed" and not worse:
            return case
        changes: dict[str, Any] = {"primary_concern": storable(concern)}
        # Below an emergency, a level may come down as the interview goes on; what a nurse has touched only goes up.
        untouched = case.status == "new" and not any(r.to_disposition for r in self.reviews(case.case_id))
        provisional = untouched and RANKS[case.disposition] < RANKS["emergency_department_now"]
        if worse or (provisional and level["disposition"] != case.disposition):
            changes |= {**level, "due_at": self._due(level["disposition"])}
        if case.status == "signed":
            changes |= {"status": "new", "claimed_by": None, "waiting_since": to_text(self._clock())}
        changes = {name: value for name, value in changes.items() if getattr(case, name) != value}
        generated = par is not None and dict(par) != self._writes.newest_generated(case.case_id)
        if not changes and not generated:
            return case
        version = case.version + 1
        told = dict(changes)
        rows: list[RowKey] = []
        if par is not None and generated:
            rows = self._writes.keep_report(case.case_id, "generated", None, version, par)
            if not self._edited(case):
                changes["par_draft"] = canonical_json(dict(par))
        self._writes.change(case.case_id, changes, version)
        self._writes.record("case.updated", case.case_id, "system", told, rows)
        return self.get(case.case_id)

    def _edited(self, case: Case) -> bool:
        # A reopened case starts over from the new report; the signed one stays in its versions.
        since = case.signed_at or ""
        return case.status != "signed" and any(
            version.kind == "draft" and version.at > since for version in self.par_versions(case.case_id)
        )

    def _nurse_with(self, case_id: str, account: Account | str, version: int) -> tuple[str, Case]:
        account_id = require_role(self._store, account, "nurse")
        case = self.get(case_id)
        if case.version != version:
            raise Conflict("the case has changed since you opened it")
        if case.status == "signed":
            raise Conflict("the case is signed")
        return account_id, case

    def _reviewed(
        self,
        kind: str,
        case_id: str,
        account_id: str,
        version: int,
        review: Mapping[str, Any],
        rows: Sequence[RowKey] = (),
    ) -> Case:
        row = self._writes.review(case_id, account_id, kind, version, review)
        self._writes.record(f"case.{kind}", case_id, account_id, review, [row, *rows])
        return self.get(case_id)

    def _due(self, disposition: str) -> str | None:
        hours = WINDOW_HOURS[disposition]
        return None if hours is None else to_text(self._clock() + timedelta(hours=hours))


def _level(disposition: str) -> dict[str, str]:
    risk = RISKS[disposition]
    return {"disposition": disposition, "risk": risk, "priority": PRIORITIES[risk]}


def _checked_level(disposition: str, risk: str, priority: str) -> dict[str, str]:
    level = {"disposition": checked_disposition(disposition), "risk": str(risk), "priority": str(priority)}
    if level["risk"] not in QUEUE_ORDER or level["priority"] not in PRIORITIES.values():
        raise ValueError("unknown risk or priority")
    return level
