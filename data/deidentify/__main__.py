"""``python -m data.deidentify``: one JSON object in and one out per line; exit code 1 if any line was bad."""

import json
import sys
from collections.abc import Iterable
from typing import Any, TextIO

from data.deidentify import deidentify


def main(lines: Iterable[str], out: TextIO) -> int:
    """Clean each line's ``text``; return the exit code. A bad line is answered in its place, never with its content."""
    exit_code = 0
    for line in lines:
        if not line.strip():
            continue
        answer = _answer(line)
        exit_code = 1 if "error" in answer else exit_code
        out.write(json.dumps(answer, ensure_ascii=False) + "\n")
        out.flush()
    return exit_code


def _answer(line: str) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except ValueError:
        return {"id": None, "error": "not a line of JSON"}
    if not isinstance(asked, dict):
        return {"id": None, "error": "not a JSON object"}
    text, known = asked.get("text"), asked.get("known") or []
    if not isinstance(text, str):
        return {"id": asked.get("id"), "error": "text must be a string"}
    if not isinstance(known, list) or not all(isinstance(value, str) for value in known):
        return {"id": asked.get("id"), "error": "known must be a list of strings"}
    cleaned = deidentify(text, known)
    spans = [{"start": s.start, "end": s.end, "type": s.type.value} for s in cleaned.spans]
    return {"id": asked.get("id"), "text": cleaned.text, "spans": spans}


if __name__ == "__main__":
    sys.exit(main(sys.stdin, sys.stdout))
