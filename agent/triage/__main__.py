"""``python -m agent.triage``: JSON lines in, one triage decision a line out, in the same order.

``python -m agent.triage evaluate [--json] [--save]`` prints how well the engine rates the vignettes and ends the
simulated interviews, totals only.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from agent.triage.engine import TriageEngine
from agent.triage.evaluation import evaluate, lines_of
from agent.triage.simulation import interview_all, interview_lines
from agent.triage.types import PatientFacts, PatientMessage, TriageDecision
from knowledge.embedding import Encoder
from knowledge.errors import KnowledgeError
from knowledge.evaluation_file import save_evaluation
from knowledge.projection import PROJECTION_FILE, load_projection
from knowledge.schema import KNOWLEDGE_DIR, ContentError, load_content
from knowledge.schema_interviews import load_interviews
from knowledge.schema_vignettes import load_vignettes

BATCH = 16
"""Lines assessed together: enough to fill an encoder batch, few enough to stream."""

_WRITERS = frozenset({"user", "patient", "human", "carer", "caller", ""})


class BadLine(ValueError):
    """A line that is not a request. The text holds nothing of the line."""


Semantic = Annotated[bool, typer.Option(help="Match by meaning as well as by phrases.")]
ContentFolder = Annotated[Path, typer.Option(help="Folder of the clinical content.")]


def main(context: typer.Context, semantic: Semantic = True, content: ContentFolder = KNOWLEDGE_DIR) -> None:
    """Assess JSON lines of standard input. Exit code 1 at the end when a line was bad."""
    if context.invoked_subcommand is not None:
        return
    bad = run(_engine(content, Encoder(), semantic=semantic), sys.stdin, sys.stdout)
    raise typer.Exit(1 if bad else 0)


def evaluate_vignettes(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for all halves.")] = False,
    save: Annotated[bool, typer.Option(help="Keep the figures for the page in operations.")] = False,
    semantic: Semantic = True,
    content: ContentFolder = KNOWLEDGE_DIR,
) -> None:
    """Rate the clinic's own vignettes, interview the simulated patients, and print the totals of each half."""
    try:
        vignettes, sheets = load_vignettes(content), load_interviews(content)
    except ContentError as error:
        raise _refused(error) from None
    encoder = Encoder()
    engine = _engine(content, encoder, semantic=semantic)
    reports = evaluate(engine, vignettes)
    interviews = interview_all(engine, sheets, encoder.encode)
    figures = {
        **{report.half: report.to_json() for report in reports},
        "interviews": {report.half: report.to_json() for report in interviews},
    }
    if save:
        save_evaluation(figures, load_content(content).protocol_pack_hash, datetime.now(UTC).date().isoformat())
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        blocks = [*("\n".join(lines_of(r)) for r in reports), *("\n".join(interview_lines(r)) for r in interviews)]
        typer.echo("\n\n".join(blocks))


def _engine(content: Path, encoder: Encoder, *, semantic: bool) -> TriageEngine:
    try:
        loaded = load_content(content)
        projection = load_projection(content / "findings" / PROJECTION_FILE.name) if semantic else None
        known_words = encoder.known_words()
    except (ContentError, KnowledgeError) as error:
        raise _refused(error) from None
    encode = encoder.encode if semantic else None
    return TriageEngine(loaded, encode=encode, projection=projection, known_words=known_words)


def _refused(error: Exception) -> typer.Exit:
    typer.echo(f"agent.triage: {error}", err=True)
    return typer.Exit(2)


def run(engine: TriageEngine, lines: Iterable[str], out: TextIO) -> int:
    """Assess every line and write one result each; returns the number of bad lines."""
    source = (line for line in lines if line.strip())
    bad = 0
    while batch := list(islice(source, BATCH)):
        for result in _assess_batch(engine, batch):
            bad += "error" in result
            out.write(json.dumps(result, ensure_ascii=False) + "\n")
        out.flush()
    return bad


def _assess_batch(engine: TriageEngine, batch: list[str]) -> Iterator[dict[str, Any]]:
    requests = [_request(line) for line in batch]
    good = [(r[1], r[2]) for r in requests if not isinstance(r, dict)]
    decisions = iter(engine.assess_many(good))
    for request in requests:
        yield request if isinstance(request, dict) else result_of(request[0], next(decisions))


def _request(line: str) -> tuple[Any, list[PatientMessage], PatientFacts] | dict[str, Any]:
    """A request, or the error line in its place."""
    identity: Any = None
    try:
        data = json.loads(line)
        if not isinstance(data, dict):
            raise BadLine("a line must be a JSON object")
        identity = data.get("id")
        if "id" not in data:
            raise BadLine("the id is missing")
        return identity, _messages(data), _facts(data)
    except BadLine as error:
        return {"id": identity, "error": str(error)}
    except (json.JSONDecodeError, RecursionError):
        return {"id": None, "error": "not JSON"}


def _messages(data: dict[str, Any]) -> list[PatientMessage]:
    if "text" in data:
        if not isinstance(data["text"], str):
            raise BadLine("text must be a string")
        return [PatientMessage(1, data["text"])]
    raw = data.get("messages")
    if not isinstance(raw, list):
        raise BadLine("text or messages is missing")
    found: list[PatientMessage] = []
    for item in raw:
        text, role, asked = _message(item)
        if role in _WRITERS:
            found.append(PatientMessage(len(found) + 1, text, asked))
    return found


def _message(item: object) -> tuple[str, str, str | None]:
    if isinstance(item, str):
        return item, "", None
    if not isinstance(item, dict):
        raise BadLine("a message must be a string or an object")
    text = item.get("text", item.get("content"))
    role, asked = item.get("role", ""), item.get("asked")
    if not isinstance(text, str) or not isinstance(role, str) or not isinstance(asked, str | None):
        raise BadLine("a message needs text or content")
    return text, role.lower(), asked


def _facts(data: dict[str, Any]) -> PatientFacts:
    age, sex, pregnant = data.get("age"), data.get("sex"), data.get("pregnant")
    if age is not None and (isinstance(age, bool) or not isinstance(age, int | float) or not 0 <= age <= 130):
        raise BadLine("age must be a number of years from 0 to 130")
    if sex is not None and not isinstance(sex, str):
        raise BadLine("sex must be a word")
    if pregnant is not None and not isinstance(pregnant, bool):
        raise BadLine("pregnant must be true or false")
    word = {"f": "female", "female": "female", "woman": "female", "m": "male", "male": "male", "man": "male"}
    return PatientFacts(age_years=age, sex=word.get(sex.lower()) if sex else None, pregnant=pregnant)


def result_of(identity: object, decision: TriageDecision) -> dict[str, Any]:
    """The line for one decision."""
    full = decision.to_json()
    return {
        "id": identity,
        "disposition": full["disposition"],
        "risk": full["risk"],
        "needs_more": full["needs_more"],
        "red_flags": full["red_flags"],
        "findings": [
            {"id": f.id, "label": f.label, "present": f.present, "quote": f.quote, "attributes": dict(f.attributes)}
            for f in decision.findings
        ],
        "rules": [
            {
                "id": r["id"],
                "disposition": r["disposition"],
                "rationale": r["rationale"],
                "quotes": r["quotes"],
                "source": r["source"],
            }
            for r in full["rules"]
        ],
        "next_questions": full["next_questions"],
        "complaints": full["complaints"],
        "summary": full["explanation"]["summary"],
        "unmatched": full["unmatched"],
        "conflicts": full["conflicts"],
        "vitals": full["vitals"],
        "facts": {k: v for k, v in full["facts"].items() if v not in (None, [], ())},
        "about_health": full["about_health"],
    }


if __name__ == "__main__":
    # A traceback with local variables would show what patients wrote.
    app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
    app.callback(invoke_without_command=True)(main)
    app.command("evaluate")(evaluate_vignettes)
    app()
