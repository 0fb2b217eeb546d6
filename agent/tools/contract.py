"""What all tools share: strict arguments, consent before any effect, and receipts after it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from langgraph.prebuilt import ToolRuntime
from pydantic import BaseModel, ConfigDict, ValidationError

from agent.context import RunContext
from agent.errors import ToolRefused
from data.errors import ConsentInvalid
from data.records import Receipt

BAD_ARGUMENTS = "This call's arguments are not valid."
_NO_RUNTIME: ToolRuntime[Any, Any] = ToolRuntime(
    state={}, context=None, config={}, stream_writer=lambda _: None, tool_call_id=None, store=None
)


class ToolArgs(BaseModel):
    """Arguments of a tool: unknown keys are refused, texts are bounded, and identity comes with the runtime."""

    model_config = ConfigDict(
        extra="forbid", arbitrary_types_allowed=True, str_max_length=400, str_strip_whitespace=True
    )
    runtime: ToolRuntime[Any, Any]


def checked_args(schema: type[ToolArgs], args: dict[str, Any]) -> dict[str, Any]:
    """A call's arguments as its tool would take them, for a call that is offered first and run later.

    Raises ToolRefused, without an echo, for arguments the tool would refuse.
    """
    try:
        if "runtime" in args:
            raise ToolRefused(BAD_ARGUMENTS)
        return schema.model_validate({**args, "runtime": _NO_RUNTIME}).model_dump(
            exclude={"runtime"}, exclude_none=True, exclude_unset=True
        )
    except ValidationError:
        raise ToolRefused(BAD_ARGUMENTS) from None


def as_json(result: dict[str, Any]) -> str:
    """A tool result as the model reads it."""
    return json.dumps(result, ensure_ascii=False, separators=(",", ":"))


def act_with_consent(
    runtime: ToolRuntime[RunContext, Any], tool: str, args: dict[str, Any], act: Callable[[dict[str, Any]], Receipt]
) -> str:
    """Run an effect that needs the patient's yes. The consent is spent and the effect made in one transaction.

    ``act`` gets the identity and idempotency keys every write takes. Raises ToolRefused where the yes is missing,
    spent, expired or given to another offer.
    """
    context = runtime.context
    offer_id = context.ledger.granted_offer
    if offer_id is None:
        raise ToolRefused("The patient has not agreed to this.")
    keys = {
        "session_id": context.session_id,
        "patient_id": context.patient_id,
        "turn_id": context.turn_id,
        "idempotency_key": offer_id,
    }
    try:
        with context.clinic.records.store.write():
            context.clinic.records.consents.use(offer_id, tool, args)
            receipt = act(keys)
    except ConsentInvalid as error:
        raise ToolRefused("The patient's agreement does not cover this.") from error
    context.ledger.add_receipt(receipt.action, receipt.text)
    return as_json(
        {
            "status": "done",
            "receipt": {"receipt_id": receipt.receipt_id, "action": receipt.action, "text": receipt.text},
        }
    )


def known_patient(runtime: ToolRuntime[RunContext, Any]) -> str:
    """The patient of this session. Raises ToolRefused where the session has none."""
    if runtime.context.patient_id is None:
        raise ToolRefused("There is no patient record in this session yet.")
    return runtime.context.patient_id


def given(args: dict[str, Any]) -> dict[str, Any]:
    """Arguments without the ones left at None, so that an offer's hash covers just what was asked."""
    return {key: value for key, value in args.items() if value is not None}
