"""Answering by button: the open question's quick replies, and yes or no to each pending offer."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from agent import AgentManager, UserFacingError
from data.records import Message, Offer
from pages.components import unsaved
from pages.components.plain import escaped

NOTICE = "chat_notice"
"""Where words about a click that could not be followed wait to be shown."""


def show(
    agent: AgentManager, session_id: str, question: Message | None, offers: Sequence[Offer], *, disabled: bool
) -> None:
    """A card for all that waits for the patient. Each button starts its turn at once; a second click changes nothing.

    ``disabled`` while a turn runs: the cards stay where they are, so that nothing jumps under a finger.
    """
    if question is not None:
        _question(agent, session_id, question, disabled)
    for offer in offers:
        _offer(agent, session_id, offer, disabled)


def _question(agent: AgentManager, session_id: str, question: Message, disabled: bool) -> None:
    with st.container(border=True, gap="xsmall", key=f"question_{question.message_id}"):
        st.markdown(f":material/contact_support: **{escaped(question.text)}**")
        if why := question.meta.get("why"):
            st.caption(f"Why we ask: {escaped(why)}")
        with st.container(horizontal=True):
            for number, choice in enumerate(question.meta.get("choices", [])):
                st.button(
                    escaped(choice),
                    key=f"reply_{question.message_id}_{number}",
                    disabled=disabled,
                    on_click=_say,
                    args=(agent, session_id, choice, f"reply-{question.message_id}"),
                )


def _offer(agent: AgentManager, session_id: str, offer: Offer, disabled: bool) -> None:
    with st.container(border=True, gap="xsmall", key=f"offer_{offer.offer_id}"):
        st.markdown(f":material/front_hand: **{escaped(offer.offer_text)}**")
        with st.container(horizontal=True):
            st.button(
                "Yes, go ahead",
                key=f"yes_{offer.offer_id}",
                type="primary",
                icon=":material/check:",
                disabled=disabled,
                on_click=_consent,
                args=(agent, session_id, offer.offer_id, True),
            )
            st.button(
                "No, thank you",
                key=f"no_{offer.offer_id}",
                icon=":material/close:",
                disabled=disabled,
                on_click=_consent,
                args=(agent, session_id, offer.offer_id, False),
            )


def _say(agent: AgentManager, session_id: str, text: str, nonce: str) -> None:
    st.session_state.pop(NOTICE, None)
    unsaved.keep(agent.stream_step(session_id, text, nonce=nonce))


def _consent(agent: AgentManager, session_id: str, offer_id: str, granted: bool) -> None:
    st.session_state.pop(NOTICE, None)
    try:
        agent.stream_consent(session_id, offer_id, granted)
    except UserFacingError as error:
        answered = any(o.offer_id == offer_id and o.answer_text for o in agent.records.consents.of_session(session_id))
        if not answered:  # a second click on an answered offer needs no words
            st.session_state[NOTICE] = str(error)
