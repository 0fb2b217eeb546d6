"""What the triage engine costs beside encoding the same texts: one message at a time, and many lines at once."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from agent.triage import PatientMessage, TriageEngine
from agent.triage.__main__ import run
from knowledge.embedding import Encoder
from knowledge.projection import load_projection
from knowledge.schema import load_content
from knowledge.schema_vignettes import load_vignettes

SINGLE = 100
BULK = 300


@dataclass(frozen=True)
class TriageTimes:
    """Seconds: bare encoding and whole assessment of each single text, then of all texts in bulk."""

    encodes: list[float]
    assessments: list[float]
    bulk_encode: float
    bulk_assess: float


def triage_times() -> TriageTimes:
    """Time it on our open vignettes, no text seen before by the encoder it is measured with."""
    texts = [v.text for v in load_vignettes() if v.half == "tuned"]
    single, bulk = texts[:SINGLE], texts[SINGLE : SINGLE + BULK]
    bare = Encoder()
    bare.load()
    encodes = [_timed(partial(bare.encode, [text])) for text in single]
    bulk_encode = _timed(partial(bare.encode, bulk))
    own = Encoder()
    engine = TriageEngine(
        load_content(), encode=own.encode, projection=load_projection(), known_words=own.known_words()
    )
    engine.warm()
    engine.assess([PatientMessage(1, "I have a cough")])
    assessments = [_timed(partial(engine.assess, [PatientMessage(1, text)])) for text in single]
    lines = [json.dumps({"id": n, "text": text}) for n, text in enumerate(bulk)]
    return TriageTimes(encodes, assessments, bulk_encode, _timed(partial(run, engine, lines, io.StringIO())))


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
