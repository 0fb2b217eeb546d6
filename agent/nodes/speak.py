"""Saying something to the patient: committed first, shown after. Model text passes the gate sentence by sentence."""

from __future__ import annotations

import re
import time
from typing import Any

from agent.context import RunContext
from agent.events import QuestionAsked, ReplySentence, ReplyWithheld
from agent.safety.gate import gate_or_block
from agent.safety.splitter import SentenceSplitter
from agent.safety.verdict import GateContext, Verdict
from agent.triage.types import NextQuestion, TriageDecision
from knowledge.levels import Disposition

_MARKER = re.compile(r"\[(\d{1,2})\]")


def say_fixed(
    context: RunContext, kind: str, key: str = "", *, text: str | None = None, meta: dict[str, Any] | None = None
) -> str:
    """Commit a fixed text of the clinic to the transcript; the caller then emits its event."""
    words = text if text is not None else context.clinic.templates.text(key)
    context.clinic.records.interactions.append_message(
        context.session_id, context.turn_id, "assistant", kind, words, meta or {}
    )
    return words


def ask(context: RunContext, question: NextQuestion) -> None:
    """Ask the engine's next question with its quick replies."""
    choices = tuple(c.label for c in question.choices)
    say_fixed(
        context,
        "question",
        text=question.text,
        meta={"question_id": question.id, "why": question.why, "choices": list(choices)},
    )
    context.emit(QuestionAsked(question.id, question.text, question.why, choices))


class CheckedReply:
    """One model message on its way to the screen: each sentence is held until its verdict, committed, then shown.

    Sentences that only repeat the engine's own question are dropped, since the question itself follows by code.
    """

    def __init__(self, context: RunContext, decision: TriageDecision | None, latched: Disposition | None) -> None:
        self._context = context
        self._splitter = SentenceSplitter()
        self._previous = ""
        self._question = decision.next_questions[0].text if decision and decision.next_questions else ""
        self._open_risk = decision is None or decision.needs_more or decision.disposition.rank != 1
        self._open_risk = self._open_risk or bool(latched and latched.rank > 1)
        self._quotes = tuple(
            m.text for m in context.clinic.records.interactions.transcript(context.session_id) if m.role == "patient"
        )
        self._own = (
            context.clinic.records.patients.identifiers(context.patient_id) if context.patient_id else frozenset()
        )
        self.shown: list[str] = []
        self.verdicts: list[dict[str, Any]] = []

    def feed(self, text: str) -> None:
        """Take streamed text; show the sentences it completes."""
        for sentence in self._splitter.feed(text):
            self._check(sentence)

    def close(self) -> None:
        """The message is complete: show what is left."""
        for sentence in self._splitter.flush():
            self._check(sentence)

    def discard(self) -> None:
        """The model broke off: the unfinished sentence is never shown."""
        self._splitter.flush()

    def _check(self, raw: str) -> None:
        sentence = raw.strip()
        if not sentence or (self._question and sentence in self._question):
            return
        started = time.perf_counter()
        verdict = gate_or_block(
            self._context.clinic.gate, sentence, previous=self._previous, context=self._gate_context()
        )
        self._context.ledger.add_time("check", started)
        self._previous = sentence
        if verdict.passed:
            self._show(sentence)
        else:
            self._withhold(sentence, verdict)

    def _gate_context(self) -> GateContext:
        clinic, ledger = self._context.clinic, self._context.ledger
        return GateContext(
            audience="patient",
            receipts=frozenset(ledger.receipts),
            passages={n: p.text for n, p in enumerate(ledger.passages, 1)},
            open_risk=self._open_risk,
            patient_identifiers=self._own,
            allowed_hosts=clinic.link_hosts,
            patient_quotes=self._quotes,
            fixed_texts=clinic.fixed_texts | ledger.receipt_texts,
        )

    def _show(self, sentence: str) -> None:
        citations = citations_in(sentence, self._context)
        meta = {"citations": citations} if citations else {}
        say_fixed(self._context, "text", text=sentence, meta=meta)
        self.shown.append(sentence)
        self._context.emit(ReplySentence(sentence))

    def _withhold(self, sentence: str, verdict: Verdict) -> None:
        self.verdicts.append(
            {
                "status": verdict.status,
                "template": verdict.template,
                "sentence": sentence,
                "violations": [{"rule": v.rule, "category": v.category} for v in verdict.violations],
            }
        )
        words = self._context.clinic.templates.text(verdict.template or "withheld")
        if words in self.shown:
            return
        say_fixed(self._context, "withheld", text=words, meta={"rules": [v.rule for v in verdict.violations]})
        self.shown.append(words)
        self._context.emit(ReplyWithheld(words))


def citations_in(sentence: str, context: RunContext) -> list[dict[str, Any]]:
    """The passages a sentence cites, by the number they have this turn."""
    cited = []
    for number in dict.fromkeys(int(n) for n in _MARKER.findall(sentence)):
        if 0 < number <= len(context.ledger.passages):
            cited.append(citation(number, context))
    return cited


def citation(number: int, context: RunContext) -> dict[str, Any]:
    """One passage as the page shows it."""
    passage = context.ledger.passages[number - 1]
    return {
        "n": number,
        "id": passage.id,
        "title": passage.title,
        "section": passage.section,
        "snippet": passage.snippet,
        "text": passage.text,
        "score": round(float(passage.score), 3),
        "source": passage.source,
        "url": passage.url,
    }
