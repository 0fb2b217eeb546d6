"""The report as plain text, for the clipboard and for printing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.par.schema import SECTIONS

TITLES = {
    "red_flags": "Red flags",
    "not_asked_or_unknown": "Not asked or unknown",
    "conflicts": "Conflicts",
    "key_findings": "Key findings",
    "pertinent_negatives": "Pertinent negatives",
    "recommended_actions": "Recommended actions",
    "actions_taken": "Actions taken",
    "safety_events": "Safety events",
}


def origin_words(origin: Mapping[str, Any]) -> str:
    """Where a line comes from, in a few words."""
    match origin["kind"]:
        case "patient":
            return f"patient, turn {origin['turn']}: “{origin['quote']}”"
        case "chart":
            return f"chart: {origin['item']}"
        case "guideline":
            return f"guideline {origin['passage_id']}"
        case "rule":
            return f"rule {origin['id']}"
        case "record":
            return f"record {origin['id']}"
        case "nurse":
            return "nurse"
        case _:
            return f"inference: {origin['basis']}"


def as_text(par: Mapping[str, Any]) -> str:
    """Level first, then what is open, then findings and actions; each line with its origin in brackets."""
    head = f"Preliminary Assessment Report\n{par['triage_priority']} · {par['disposition'].replace('_', ' ')}"
    parts = [head, f"Concern: {par['primary_concern']['text']} [{origin_words(par['primary_concern']['origin'])}]"]
    for section in SECTIONS:
        lines = par.get(section) or ()
        if lines:
            body = "\n".join(f"- {line['text']} [{origin_words(line['origin'])}]" for line in lines)
            parts.append(f"{TITLES[section]}\n{body}")
    return "\n\n".join([*parts, str(par["disclaimer"])])
