"""Which rows are history, and the triggers that keep them so."""

from __future__ import annotations

APPEND_ONLY = frozenset({"events", "messages", "reviews", "par_versions", "receipts"})
"""Written once, never changed or deleted."""

KEYS = {
    "patients": "patient_id",
    "accounts": "account_id",
    "server_sessions": "token_hash",
    "sessions": "session_id",
    "interactions": "turn_id",
    "messages": "message_id",
    "cases": "case_id",
    "reviews": "review_id",
    "par_versions": "par_id",
    "nurse_tasks": "task_id",
    "consents": "offer_id",
    "services": "service_id",
    "clinicians": "clinician_id",
    "slots": "slot_id",
    "appointments": "appointment_id",
    "referrals": "referral_id",
    "items": "item_id",
    "orders": "order_id",
    "receipts": "receipt_id",
}
"""Every table of records, with its key. The event log carries a hash of each of their rows."""

# A row in one of these states has said its last word.
_FINAL_STATES = {
    "interactions": "OLD.status <> 'running'",
    "consents": "OLD.status IN ('used', 'declined')",
}


def guard_triggers() -> dict[str, str]:
    """Every trigger by name, as the schema stores it. `verify` reports one that is missing or different."""
    triggers = {"events_continue_the_chain": _EVENTS_CONTINUE}
    for table in sorted(APPEND_ONLY):
        triggers |= _refuse(table, "update", f"{table} rows are never changed")
    for table in ("events", *KEYS):
        triggers |= _refuse(table, "delete", f"{table} rows are never deleted")
    for table, state in _FINAL_STATES.items():
        triggers |= _refuse(table, "update", f"finished {table} rows are never changed", when=state)
    for table, key in KEYS.items():
        # INSERT OR REPLACE deletes without meeting a delete trigger, unless the connection asked for it.
        same_key = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608 - names from KEYS above
        triggers |= _refuse(table, "insert", f"{table} rows are never replaced", when=same_key)
    return triggers


def _refuse(table: str, verb: str, message: str, *, when: str = "1") -> dict[str, str]:
    name = f"{table}_refuse_{verb}"
    return {
        name: f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    }


_EVENTS_CONTINUE = """CREATE TRIGGER events_continue_the_chain BEFORE INSERT ON events
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events)
  OR NEW.prev_hash IS NOT coalesce((SELECT hash FROM events ORDER BY seq DESC LIMIT 1), '')
BEGIN SELECT RAISE(ABORT, 'an event continues the chain'); END"""
