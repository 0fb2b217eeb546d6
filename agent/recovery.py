"""After a crash or a power cut: turns left open are closed, said on the transcript, and a nurse is told."""

from __future__ import annotations

from agent.results import reply_text
from data.records import Records, TurnRecord
from knowledge.levels import Disposition, Risk

WORDS = "I was interrupted before I could answer. A nurse will read what you wrote."


def close_broken_turns(records: Records) -> int:
    """Close every unfinished turn; how many there were. What was shown before the break stays as it is."""
    left = records.interactions.unfinished_turns()
    for turn in left:
        session = records.interactions.session(turn.session_id)
        level = Disposition(session.latched) if session.latched else Disposition.UNABLE_TO_ASSESS
        risk = level.risk if level.is_emergency else Risk.MEDIUM
        with records.store.write():
            records.interactions.append_message(turn.session_id, turn.turn_id, "assistant", "note", WORDS, {})
            records.cases.add_task(
                turn.session_id, turn.turn_id, "turn_failed", "A restart cut off a reply: read the chat.", risk.value
            )
            said = reply_text(records.interactions.transcript(turn.session_id), turn.turn_id)
            records.interactions.finish_turn(
                turn.turn_id,
                TurnRecord(reply_text=said, status="failed", error="interrupted", decision={"final": level.value}),
            )
    return len(left)
