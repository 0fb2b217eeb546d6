"""The schema, in numbered steps that never change once shipped.

Tables are STRICT; moments are ISO-8601 UTC text, money is integer cents, structured values are JSON text.
A column added later is NULL for older rows: row hashes leave NULLs out, so old events still vouch for old rows.
`table.transform()` drops triggers without a word: a step that uses it must create them again.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from data.schema_guards import guard_triggers

MIGRATIONS = Migrations("prelude")


@MIGRATIONS()
def m001_people(db: Database) -> None:
    """Patients, accounts and their server sessions."""
    _run(
        db,
        """CREATE TABLE patients (
            patient_id TEXT PRIMARY KEY, given_name TEXT NOT NULL, family_name TEXT NOT NULL, birth_date TEXT,
            sex TEXT, phone TEXT, email TEXT, address TEXT, record_number TEXT, language TEXT NOT NULL,
            chart TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT""",
        """CREATE TABLE accounts (
            account_id TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, display_name TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('patient', 'nurse', 'auditor', 'admin')),
            patient_id TEXT REFERENCES patients, password_hash TEXT NOT NULL,
            active INTEGER NOT NULL CHECK (active IN (0, 1)), created_at TEXT NOT NULL) STRICT""",
        """CREATE TABLE server_sessions (
            token_hash TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts, created_at TEXT NOT NULL,
            last_seen_at TEXT NOT NULL, revoked_at TEXT) STRICT""",
        "CREATE INDEX server_sessions_by_account ON server_sessions (account_id)",
        """CREATE TABLE sign_in_throttles (
            throttle_key TEXT PRIMARY KEY, evaluated_at TEXT NOT NULL) STRICT""",
    )


@MIGRATIONS()
def m002_event_log(db: Database) -> None:
    """The hash-chained event log."""
    _run(
        db,
        """CREATE TABLE events (
            seq INTEGER PRIMARY KEY, at TEXT NOT NULL, type TEXT NOT NULL, session_id TEXT, patient_id TEXT,
            actor TEXT NOT NULL, payload TEXT NOT NULL, row_hashes TEXT NOT NULL, prev_hash TEXT NOT NULL,
            hash TEXT NOT NULL) STRICT""",
        "CREATE INDEX events_by_session ON events (session_id)",
        "CREATE INDEX events_by_patient ON events (patient_id)",
        "CREATE INDEX events_by_type ON events (type)",
    )


@MIGRATIONS()
def m003_conversations(db: Database) -> None:
    """Sessions, a row per turn, and every text that was shown or written."""
    _run(
        db,
        """CREATE TABLE sessions (
            session_id TEXT PRIMARY KEY, account_id TEXT REFERENCES accounts, patient_id TEXT REFERENCES patients,
            writer_relation TEXT NOT NULL, intake TEXT NOT NULL, status TEXT NOT NULL, latched TEXT, demo_case TEXT,
            created_at TEXT NOT NULL) STRICT""",
        "CREATE INDEX sessions_by_account ON sessions (account_id)",
        "CREATE INDEX sessions_by_patient ON sessions (patient_id)",
        """CREATE TABLE interactions (
            turn_id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions, number INTEGER NOT NULL,
            nonce TEXT NOT NULL, role TEXT NOT NULL, user_text TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed')), reply_text TEXT, tools TEXT,
            passages TEXT, findings TEXT, decision TEXT, verdicts TEXT, model TEXT, versions TEXT, latency_ms TEXT,
            error TEXT, started_at TEXT NOT NULL, finished_at TEXT,
            UNIQUE (session_id, number), UNIQUE (session_id, nonce)) STRICT""",
        "CREATE INDEX interactions_running ON interactions (started_at) WHERE status = 'running'",
        """CREATE TABLE messages (
            message_id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions,
            turn_id TEXT REFERENCES interactions, number INTEGER NOT NULL, seq INTEGER NOT NULL,
            role TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, meta TEXT NOT NULL, created_at TEXT NOT NULL,
            UNIQUE (session_id, seq)) STRICT""",
        """CREATE TABLE consents (
            offer_id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions,
            turn_id TEXT REFERENCES interactions, tool TEXT NOT NULL, args TEXT NOT NULL, offer_text TEXT NOT NULL,
            offer_hash TEXT NOT NULL, status TEXT NOT NULL CHECK (status IN ('pending', 'granted', 'declined', 'used')),
            asked_at TEXT NOT NULL, expires_at TEXT NOT NULL, answered_at TEXT, answer_text TEXT,
            answer_turn_id TEXT REFERENCES interactions, used_at TEXT) STRICT""",
        "CREATE INDEX consents_by_session ON consents (session_id)",
    )


@MIGRATIONS()
def m004_cases(db: Database) -> None:
    """The nurse's queue: cases, reviews, report versions, tasks."""
    _run(
        db,
        """CREATE TABLE cases (
            case_id TEXT PRIMARY KEY, session_id TEXT NOT NULL UNIQUE REFERENCES sessions, patient_id TEXT,
            disposition TEXT NOT NULL, risk TEXT NOT NULL, priority TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('new', 'claimed', 'signed')), primary_concern TEXT NOT NULL,
            waiting_since TEXT NOT NULL, due_at TEXT, claimed_by TEXT REFERENCES accounts, version INTEGER NOT NULL,
            par_draft TEXT, par_final TEXT, signed_by TEXT REFERENCES accounts, signed_at TEXT) STRICT""",
        "CREATE INDEX cases_by_status ON cases (status)",
        """CREATE TABLE reviews (
            review_id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases, account_id TEXT NOT NULL
            REFERENCES accounts, kind TEXT NOT NULL, from_disposition TEXT, to_disposition TEXT, reason_code TEXT,
            comment TEXT, case_version INTEGER NOT NULL, at TEXT NOT NULL) STRICT""",
        "CREATE INDEX reviews_by_case ON reviews (case_id)",
        """CREATE TABLE par_versions (
            par_id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases, kind TEXT NOT NULL
            CHECK (kind IN ('generated', 'draft', 'final')), account_id TEXT REFERENCES accounts,
            case_version INTEGER NOT NULL, par TEXT NOT NULL, diff TEXT NOT NULL, at TEXT NOT NULL) STRICT""",
        "CREATE INDEX par_versions_by_case ON par_versions (case_id)",
        """CREATE TABLE nurse_tasks (
            task_id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions, turn_id TEXT, kind TEXT NOT NULL,
            text TEXT NOT NULL, risk TEXT NOT NULL, status TEXT NOT NULL CHECK (status IN ('open', 'acknowledged')),
            alerts INTEGER NOT NULL, created_at TEXT NOT NULL, acknowledged_by TEXT REFERENCES accounts,
            acknowledged_at TEXT, UNIQUE (turn_id, kind)) STRICT""",
        "CREATE INDEX nurse_tasks_by_status ON nurse_tasks (status)",
    )


@MIGRATIONS()
def m005_actions(db: Database) -> None:
    """What can be arranged: services, clinicians, slots, the catalogue; what was: appointments, orders, receipts."""
    _run(
        db,
        """CREATE TABLE services (
            service_id TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL) STRICT""",
        """CREATE TABLE clinicians (
            clinician_id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL) STRICT""",
        """CREATE TABLE slots (
            slot_id TEXT PRIMARY KEY, clinician_id TEXT NOT NULL REFERENCES clinicians,
            service_id TEXT NOT NULL REFERENCES services, starts_at TEXT NOT NULL, ends_at TEXT NOT NULL,
            location TEXT NOT NULL) STRICT""",
        "CREATE INDEX slots_by_start ON slots (starts_at)",
        """CREATE TABLE appointments (
            appointment_id TEXT PRIMARY KEY, slot_id TEXT NOT NULL REFERENCES slots,
            patient_id TEXT NOT NULL REFERENCES patients, session_id TEXT REFERENCES sessions, turn_id TEXT,
            reason TEXT NOT NULL, status TEXT NOT NULL CHECK (status IN ('booked', 'cancelled', 'moved')),
            created_at TEXT NOT NULL, ended_at TEXT) STRICT""",
        "CREATE UNIQUE INDEX appointments_one_a_slot ON appointments (slot_id) WHERE status = 'booked'",
        "CREATE INDEX appointments_by_patient ON appointments (patient_id)",
        """CREATE TABLE referrals (
            referral_id TEXT PRIMARY KEY, service_id TEXT NOT NULL REFERENCES services,
            patient_id TEXT NOT NULL REFERENCES patients, session_id TEXT REFERENCES sessions, turn_id TEXT,
            reason TEXT NOT NULL, status TEXT NOT NULL, created_at TEXT NOT NULL) STRICT""",
        "CREATE INDEX referrals_by_patient ON referrals (patient_id)",
        """CREATE TABLE items (
            item_id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL
            CHECK (kind IN ('commodity', 'otc', 'rx')), description TEXT NOT NULL,
            price_cents INTEGER NOT NULL CHECK (price_cents >= 0), currency TEXT NOT NULL,
            stock INTEGER NOT NULL CHECK (stock >= 0), min_age_years REAL, pregnancy TEXT NOT NULL,
            ingredients TEXT NOT NULL, interacts_with TEXT NOT NULL, keywords TEXT NOT NULL, pack TEXT NOT NULL
            ) STRICT""",
        """CREATE TABLE orders (
            order_id TEXT PRIMARY KEY, patient_id TEXT NOT NULL REFERENCES patients,
            session_id TEXT REFERENCES sessions, turn_id TEXT, item_id TEXT REFERENCES items, item_name TEXT NOT NULL,
            kind TEXT NOT NULL, quantity INTEGER NOT NULL CHECK (quantity > 0), total_cents INTEGER, currency TEXT,
            status TEXT NOT NULL CHECK (status IN ('placed', 'cancelled', 'proposed', 'approved', 'declined')),
            note TEXT NOT NULL, decided_by TEXT REFERENCES accounts, decision_reason TEXT, decided_at TEXT,
            created_at TEXT NOT NULL) STRICT""",
        "CREATE INDEX orders_by_patient ON orders (patient_id)",
        """CREATE TABLE receipts (
            receipt_id TEXT PRIMARY KEY, action TEXT NOT NULL, ref_id TEXT NOT NULL, text TEXT NOT NULL,
            session_id TEXT NOT NULL, patient_id TEXT NOT NULL, turn_id TEXT, idempotency_key TEXT NOT NULL,
            request_hash TEXT NOT NULL, at TEXT NOT NULL, UNIQUE (session_id, idempotency_key)) STRICT""",
        "CREATE INDEX receipts_by_turn ON receipts (turn_id)",
    )


@MIGRATIONS()
def m006_guards(db: Database) -> None:
    """The triggers that keep history as it was written."""
    _run(db, *guard_triggers().values())


def _run(db: Database, *statements: str) -> None:
    for statement in statements:
        db.execute(statement)
