"""Command line: JSON lines in, one JSON line out each, same order.

    python -m agent.safety            {"id", "text", "audience"?} -> {"id", "verdict", "violations": [{rule, sentence}]}
    python -m agent.safety --input    {"id", "text"}              -> {"id", "crisis", "injection"}

The input screen uses the sentence encoder where it is installed. There is no turn here: no receipts, no passages to
check a citation against, and the risk counts as open. A line that cannot be read gives {"id", "error"} and, once all
lines are answered, exit code 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO, cast

from agent.safety.gate import OutputGate, gate_or_block
from agent.safety.screen import InputScreener
from agent.safety.semantic import Encode
from agent.safety.splitter import split_sentences
from agent.safety.verdict import Audience, GateContext, Violation
from knowledge.embedding import Encoder
from knowledge.errors import EncoderUnavailable
from knowledge.schema_policies import Policies, load_policies

POLICY_DIR = Path(__file__).resolve().parents[2] / "knowledge" / "policies"
MAX_TEXT_CHARS = 40_000

Answer = dict[str, Any]
Answerer = Callable[[dict[str, Any]], Answer]


class BadLine(ValueError):
    """A line that is not the expected object. The text never repeats the line."""


def main(arguments: list[str], lines: Iterable[str], out: TextIO) -> int:
    """Answers every line; returns the exit code (0, 1 after a bad line, 2 for unknown arguments)."""
    if arguments not in ([], ["--input"]):
        out.write(f"{__doc__}\n")
        return 2
    policies = load_policies(POLICY_DIR)
    answer = _screen(policies) if arguments else _check(policies)
    failed = False
    for result in _answers(answer, lines):
        failed = failed or "error" in result
        out.write(json.dumps(result, ensure_ascii=False) + "\n")
        out.flush()
    return 1 if failed else 0


def _answers(answer: Answerer, lines: Iterable[str]) -> Iterator[Answer]:
    for line in lines:
        if not line.strip():
            continue
        name: object = None
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise BadLine("the line is not an object")
            name = row.get("id")
            if not isinstance(row.get("text"), str):
                raise BadLine("text is missing or not a string")
            yield {"id": name, **answer(row)}
        except json.JSONDecodeError:
            yield {"id": name, "error": "not a JSON line"}
        except (BadLine, RecursionError) as fault:
            yield {"id": name, "error": str(fault) if isinstance(fault, BadLine) else "not a JSON line"}


def _encoder() -> Encode | None:
    """The sentence encoder, or None (said on stderr) where its files are missing: the rules work without it."""
    encoder = Encoder()
    try:
        encoder.encode(["ready"])
    except EncoderUnavailable as fault:
        sys.stderr.write(f"screening by rules only: {fault}\n")
        return None
    return encoder.encode


def _screen(policies: Policies) -> Answerer:
    screener = InputScreener(policies, _encoder())

    def answer(row: dict[str, Any]) -> Answer:
        found = screener.screen(row["text"])
        return {
            "crisis": found.crisis,
            "injection": found.injection,
            "rules": [*found.crisis_rules, *found.injection_rules],
            "abuse_disclosure": found.abuse_disclosure,
        }

    return answer


def _check(policies: Policies) -> Answerer:
    gate = OutputGate(policies)

    def answer(row: dict[str, Any]) -> Answer:
        audience = row.get("audience", "patient")
        if audience not in ("patient", "nurse"):
            raise BadLine("audience is neither patient nor nurse")
        context = GateContext(audience=cast(Audience, audience), passages=None)
        violations = list(_violations(gate, row["text"], context))
        return {
            "verdict": "block" if violations else "pass",
            "violations": [{"rule": v.rule, "category": v.category, "sentence": v.sentence} for v in violations],
        }

    return answer


def _violations(gate: OutputGate, text: str, context: GateContext) -> Iterator[Violation]:
    if len(text) > MAX_TEXT_CHARS:
        yield Violation("too_long", "F", (0, len(text)), text[:200])
        return
    previous = ""
    for sentence in split_sentences(text):
        yield from gate_or_block(gate, sentence, previous=previous, context=context).violations
        previous = sentence


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin, sys.stdout))
