"""Write a report: by the language model where there is one and its lines hold, else by the deterministic builder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import ValidationError

from agent.context import Clinic
from agent.errors import ParInvalid
from agent.par.build import complete, write_lines
from agent.par.ground import ground, lines_of
from agent.par.material import ParMaterial, gather
from agent.par.schema import Par, WrittenLines
from agent.prompts import load_prompt
from agent.safety.gate import gate_or_block
from agent.safety.verdict import GateContext
from agent.testimony import SHOWN_AS_REPLY

log = structlog.get_logger(__name__)
PAR_PROMPT = "par.v1.md"


def write_par(
    clinic: Clinic, writer: BaseChatModel | None, metadata: Mapping[str, Any], session_id: str
) -> dict[str, Any]:
    """The grounded report of a session as JSON types; ``writer`` None writes it without a language model.

    Raises ParInvalid, or NotFound for an unknown session.
    """
    material = gather(clinic, session_id)
    provenance = {**metadata, "session_id": session_id, "written_at": clinic.now().isoformat(timespec="milliseconds")}
    if writer is not None:
        try:
            par = _by_model(writer, material, provenance, clinic)
            return par.model_dump(mode="json")
        except Exception as error:  # the model's edge: whatever it returned, the deterministic report stands in
            log.warning("par_by_model_refused", kind=type(error).__name__)
            provenance["fallback"] = _fallback_word(error)
    par = complete(write_lines(material), material, provenance | {"writer": "deterministic"})
    ground(par, material)
    return par.model_dump(mode="json")


def _by_model(model: BaseChatModel, material: ParMaterial, provenance: dict[str, Any], clinic: Clinic) -> Par:
    """Ask for the lines by one tool call; code adds the rest and grounds it all."""
    prompt = load_prompt(PAR_PROMPT)
    asked = model.bind_tools([WrittenLines], tool_choice="WrittenLines")
    answer = asked.invoke([SystemMessage(prompt.text), HumanMessage(_as_data(material))])
    calls = getattr(answer, "tool_calls", [])
    if len(calls) != 1 or calls[0]["name"] != "WrittenLines":
        raise ParInvalid("the model did not call the report's tool once")
    lines = WrittenLines.model_validate(calls[0]["args"])
    par = complete(lines, material, provenance | {"writer": "model", "par_prompt": prompt.label})
    ground(par, material)
    _check_words(lines, material, clinic)
    return par


def _check_words(lines: WrittenLines, material: ParMaterial, clinic: Clinic) -> None:
    """A model's lines pass the gate for nurses: no action nobody took, no link, nobody else's identifier."""
    patient_id = material.session.patient_id
    context = GateContext(
        audience="nurse",
        receipts=frozenset(action for _, _, action in material.receipts()),
        passages=None,
        patient_identifiers=clinic.records.patients.identifiers(patient_id) if patient_id else frozenset(),
        allowed_hosts=clinic.link_hosts,
        patient_quotes=tuple(m.text for m in material.testimony()),
        fixed_texts=clinic.fixed_texts,
    )
    for _, _, line in lines_of(lines):
        if not gate_or_block(clinic.gate, line.text, context=context).passed:
            raise ParInvalid("a line did not pass the check for nurses")


def _as_data(material: ParMaterial) -> str:
    """The session as one JSON text: data, never instructions."""
    decision = material.decision
    return json.dumps(
        {
            "triage_priority": material.priority.value,
            "disposition": material.level.value,
            "transcript": [
                {"turn": m.number, "role": m.role, "text": m.text}
                for m in material.transcript
                if m.role == "patient" or m.kind in SHOWN_AS_REPLY  # a greeting names the patient
            ],
            "rules": [{"id": r.id, "why": r.rationale} for r in (decision.rules if decision else ())],
            "not_asked_or_unknown": list(decision.not_asked_or_unknown if decision else ()),
            "chart": dict(material.chart),
            "passages": [{"id": i, "text": p["text"]} for i, p in material.passages.items()],
        },
        ensure_ascii=False,
        default=str,
    )


def _fallback_word(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "schema"
    return "not_grounded" if isinstance(error, ParInvalid) else "model_failed"
