"""The state one turn carries through the graph. It is rebuilt from the store each turn and never kept beside it."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.graph import add_messages

from agent.safety.screen import InputScreen
from agent.triage.types import TriageDecision
from knowledge.levels import Disposition


class AgentState(TypedDict, total=False):
    """Fields in the order a turn fills them."""

    session_id: str
    """The conversation."""
    user_id: str
    """The account that writes (identity for tools comes from the run context, not from here)."""
    user_message: str
    """The patient's words of this turn."""
    answered_offer: dict[str, Any] | None
    """The offer this turn answers, with ``granted``; None for an ordinary message."""
    prompt_version: str
    """Name@version of the system prompt."""
    chart: dict[str, Any]
    """De-identified chart summary; empty where there is none."""
    messages: Annotated[list[AnyMessage], add_messages]
    """Transcript window, then this turn's model messages and tool results."""
    screen: InputScreen | None
    """What the input screen found; None when the screen itself failed."""
    decision: TriageDecision | None
    """The engine's decision over all findings so far; None when the engine failed."""
    latched: Disposition | None
    """The highest disposition of the session: final = max(engine, LLM, highest so far)."""
    pending_consent: list[dict[str, Any]]
    """Offers that wait for an answer."""
    answers_question: str | None
    """Id of the triage question this message replies to."""
    open_question: str | None
    """Id of the triage question the patient has not answered yet."""
    alarm: bool
    """This turn brought something a nurse must hear of at once."""
    passages: list[dict[str, Any]]
    """Guideline passages of this turn with scores, numbered from 1."""
    tool_calls: list[dict[str, Any]]
    """Calls of this turn: name, args, result, milliseconds."""
    model_calls: int
    """How often the model was asked this turn."""
    verdicts: list[dict[str, Any]]
    """The gate's verdict for each sentence that was not passed."""
    final_response: str
    """All that the patient was shown, in order."""
    error: str | None
    """A fixed word for what went wrong; None when nothing did."""
