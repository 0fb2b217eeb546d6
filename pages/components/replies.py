"""Answering by button: the pending question's quick replies, and yes or no to each pending offer."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from agent import AgentManager, UserFacingError
from data.records import Message, Offer


def show(agent: AgentManager, session_id: str, question: Message | None, offers: Sequence[Offer]) -> None:
    """Buttons for all that waits for the patient. Each starts its turn at once; a second click changes nothing."""
    for offer in offers:
        with st.container(border=True, key=f"offer_{offer.offer_id}"):
            st.markdown(f":material/front_hand: **{offer.offer_text}**")
            with st.container(horizontal=True):
                st.button(
                    "Yes, go ahead",
                    key=f"yes_{offer.offer_id}",
                    type="primary",
                    icon=":material/check:",
                    on_click=_consent,
                    args=(agent, session_id, offer.offer_id, True),
                )
                st.button(
                    "No, thank you",
                    key=f"no_{offer.offer_id}",
                    icon=":material/close:",
                    on_click=_consent,
                    args=(agent, session_id, offer.offer_id, False),
                )
    if question is not None:
        with st.container(horizontal=True, key=f"choices_{question.message_id}"):
            for number, choice in enumerate(question.meta.get("choices", [])):
                st.button(
                    choice,
                    key=f"reply_{question.message_id}_{number}",
                    on_click=_say,
                    args=(agent, session_id, choice, f"reply-{question.message_id}"),
                )


def _say(agent: AgentManager, session_id: str, text: str, nonce: str) -> None:
    agent.stream_step(session_id, text, nonce=nonce)


def _consent(agent: AgentManager, session_id: str, offer_id: str, granted: bool) -> None:
    try:
        agent.stream_consent(session_id, offer_id, granted)
    except UserFacingError as error:
        st.session_state["chat_notice"] = str(error)
