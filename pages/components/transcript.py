"""The conversation as the record has it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from data.records import Message
from pages.components import citations
from pages.components.moments import clock_time
from pages.components.plain import escaped

_WHO = {"patient": ("user", ":material/person:"), "nurse": ("assistant", ":material/stethoscope:")}
_ASSISTANT = ("assistant", ":material/health_and_safety:")
_NAMES = {"patient": "You", "nurse": "Nurse", "assistant": "Prelude", "system": "Prelude"}


def show(
    messages: Sequence[Message], *, highlight_turn: int | None = None, names: dict[str, str] | None = None
) -> None:
    """Each writer's lines of a turn in one bubble, turn by turn.

    A message sent while a reply was under way stands after that reply, whatever was recorded first.
    """
    shown_names = _NAMES | (names or {})
    in_turns = sorted(messages, key=lambda m: (m.number, m.seq))
    for (number, role), group in groupby(in_turns, key=lambda m: (m.number, m.role)):
        lines = list(group)
        who, avatar = _WHO.get(role, _ASSISTANT)
        with st.chat_message(who, avatar=avatar):
            mark = " · selected" if number == highlight_turn else ""
            st.caption(f"{shown_names.get(role, role)} · {clock_time(lines[0].created_at)}{mark}")
            _lines(lines)


def _lines(lines: Sequence[Message]) -> None:
    """Plain sentences run on as one paragraph; notices stand on their own."""
    for is_text, group in groupby(lines, key=lambda m: m.kind == "text"):
        entries = list(group)
        if is_text:
            st.markdown(" ".join(citations.with_markers(escaped(m.text)) for m in entries))
            citations.show([c for m in entries for c in m.meta.get("citations", [])], key=entries[0].message_id)
            continue
        for message in entries:
            _notice(message)


def _notice(message: Message) -> None:
    text = escaped(message.text)
    match message.kind:
        case "emergency":
            st.error(text, icon=":material/emergency:")
        case "crisis":
            st.warning(text, icon=":material/support:")
        case "withheld":
            st.info(text, icon=":material/shield_person:")
        case "question":
            st.markdown(f"**{text}**")
            if message.meta.get("why"):
                st.caption(f"Why we ask: {escaped(message.meta['why'])}")
        case "consent":
            st.markdown(f":material/front_hand: {text}")
        case _:
            st.markdown(text)
