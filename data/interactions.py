"""Sessions, turns and every text of a conversation. The store is the memory: state is rebuilt from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.canonical import canonical_json, storable
from data.conversation import (
    MESSAGE_KINDS,
    MESSAGE_ROLES,
    TURN_JSON,
    Interaction,
    Message,
    SessionRecord,
    TurnRecord,
    TurnStart,
    interaction_from_row,
    message_from_row,
)
from data.errors import Conflict, NotFound
from data.sessions import Sessions
from data.store import Row

__all__ = ["Interaction", "Interactions", "Message", "SessionRecord", "TurnRecord", "TurnStart"]


class Interactions(Sessions):
    """Appends to conversations; nothing said is ever changed."""

    def begin_turn(
        self, session_id: str, user_text: str, nonce: str, *, role: str = "patient", asked: str | None = None
    ) -> TurnStart:
        """Record what was written, durably, before anything else looks at it.

        A nonce seen before in this session changes nothing: the earlier turn comes back with `duplicate`.

        Raises:
            NotFound: no such session.
            StoreUnavailable: nothing was recorded; do not go on.
        """
        text = storable(user_text)
        with self._store.write():
            self._session_row(session_id)
            known = self._store.row(
                "SELECT turn_id, number FROM interactions WHERE session_id = ? AND nonce = ?",
                (session_id, storable(nonce)),
            )
            if known:
                return TurnStart(known["turn_id"], known["number"], duplicate=True)
            turn_id = f"trn_{self._new_id()}"
            number = self._last_number(session_id) + 1
            row = {
                "turn_id": turn_id,
                "session_id": session_id,
                "number": number,
                "nonce": storable(nonce),
                "role": role,
                "user_text": text,
                "status": "running",
                "started_at": self._now(),
            }
            self._store.insert("interactions", row)
            message = self._insert_message(
                session_id, turn_id, number, role, "text", text, {"asked": asked} if asked else {}
            )
            self._record(
                "turn.begun",
                session_id,
                {"turn_id": turn_id, "number": number, "asked": asked, **_said(message)},
                [("interactions", turn_id), ("messages", message.message_id)],
            )
            return TurnStart(turn_id, number, duplicate=False)

    def append_message(
        self,
        session_id: str,
        turn_id: str | None,
        role: str,
        kind: str,
        text: str,
        meta: Mapping[str, Any] | None = None,
    ) -> Message:
        """Record a text before it is shown.

        Raises:
            ValueError: unknown role or kind.
            NotFound: no such session, or the turn is not one of its turns.
        """
        with self._store.write():
            self._session_row(session_id)
            number = self._turn_row(turn_id, session_id)["number"] if turn_id else self._last_number(session_id)
            message = self._insert_message(session_id, turn_id, number, role, kind, storable(text), meta or {})
            payload = {"turn_id": turn_id, "number": number, **_said(message)}
            self._record("message.recorded", session_id, payload, [("messages", message.message_id)])
            return message

    def finish_turn(self, turn_id: str, record: TurnRecord) -> None:
        """Close the turn with all that led to its reply.

        Raises:
            NotFound: no such turn.
            Conflict: the turn is finished already.
        """
        if record.status not in {"done", "failed"}:
            raise ValueError("a finished turn is done or failed")
        with self._store.write():
            row = self._turn_row(turn_id)
            if row["status"] != "running":
                raise Conflict("the turn is finished already")
            values = _turn_values(record)
            changes: dict[str, Any] = {name: canonical_json(value) for name, value in values.items()}
            changes |= {
                "status": record.status,
                "reply_text": storable(record.reply_text),
                "model": record.model,
                "error": storable(record.error) if record.error else None,
                "finished_at": self._now(),
            }
            self._store.update("interactions", "turn_id", turn_id, changes)
            payload = {"turn_id": turn_id, "number": row["number"], "status": record.status, "model": record.model}
            payload |= {"reply_text": record.reply_text, "error": record.error, **values}
            self._record("turn.finished", row["session_id"], payload, [("interactions", turn_id)])
            self._audit.anchor()

    def transcript(self, session_id: str) -> list[Message]:
        """Every text of the session in the order it was recorded."""
        rows = self._store.rows("SELECT * FROM messages WHERE session_id = ? ORDER BY seq", (session_id,))
        return [message_from_row(row) for row in rows]

    def turns(self, session_id: str) -> list[Interaction]:
        """The session's turns in order."""
        rows = self._store.rows("SELECT * FROM interactions WHERE session_id = ? ORDER BY number", (session_id,))
        return [interaction_from_row(row) for row in rows]

    def turn(self, turn_id: str) -> Interaction:
        """One turn.

        Raises:
            NotFound: no such turn.
        """
        return interaction_from_row(self._turn_row(turn_id))

    def unfinished_turns(self) -> list[Interaction]:
        """Turns that never closed: a crash or a stop broke them off. Oldest first."""
        rows = self._store.rows("SELECT * FROM interactions WHERE status = 'running' ORDER BY started_at, rowid")
        return [interaction_from_row(row) for row in rows]

    def _insert_message(
        self,
        session_id: str,
        turn_id: str | None,
        number: int,
        role: str,
        kind: str,
        text: str,
        meta: Mapping[str, Any],
    ) -> Message:
        if role not in MESSAGE_ROLES or kind not in MESSAGE_KINDS:
            raise ValueError("unknown message role or kind")
        last = self._store.row("SELECT max(seq) AS seq FROM messages WHERE session_id = ?", (session_id,))
        row: Row = {
            "message_id": f"msg_{self._new_id()}",
            "session_id": session_id,
            "turn_id": turn_id,
            "number": number,
            "seq": ((last or {}).get("seq") or 0) + 1,
            "role": role,
            "kind": kind,
            "text": text,
            "meta": canonical_json(dict(meta)),
            "created_at": self._now(),
        }
        self._store.insert("messages", row)
        return message_from_row(row)

    def _turn_row(self, turn_id: str, session_id: str | None = None) -> Row:
        row = self._store.row("SELECT * FROM interactions WHERE turn_id = ?", (turn_id,))
        if row is None or session_id not in {None, row["session_id"]}:
            raise NotFound("no such turn")
        return row

    def _last_number(self, session_id: str) -> int:
        row = self._store.row("SELECT max(number) AS number FROM interactions WHERE session_id = ?", (session_id,))
        return int((row or {}).get("number") or 0)


def _said(message: Message) -> dict[str, Any]:
    # The words themselves are in the log too: the screen can be rebuilt from it alone.
    names = ("message_id", "seq", "role", "kind", "text", "meta")
    return {name: getattr(message, name) for name in names}


def _turn_values(record: TurnRecord) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in TURN_JSON}
    return {
        name: dict(value) if isinstance(value, Mapping) else [dict(part) for part in value]
        for name, value in values.items()
    }
