"""AgentManager: sessions, turns, consent, the report, reload and metadata. One instance serves a process."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog

from agent.consent_reply import typed_answer
from agent.context import Clinic
from agent.errors import ParInvalid, UserFacingError
from agent.events import (
    ConsentRequested,
    CrisisNotice,
    EmergencyNotice,
    QuestionAsked,
    ReplySentence,
    ReplyWithheld,
    TurnEvent,
    TurnFinished,
    TurnResult,
)
from agent.models.slot import ModelSlot
from agent.nodes.recall import offer_view
from agent.par.write import write_par
from agent.recovery import close_broken_turns
from agent.results import result_of
from agent.safety.templates import Templates
from agent.testimony import OFFER_PREFIX, pending_question
from agent.turns import TurnFeed, TurnJob, TurnRunner, emergency_without_store
from data.errors import Conflict, ConsentInvalid, NotFound, StoreUnavailable
from data.records import Offer, Records, SessionRecord
from knowledge.errors import KnowledgeError

log = structlog.get_logger(__name__)
MAX_MESSAGE = 4000
"""Characters of one message; longer ones are refused before anything is recorded, so that nothing is cut."""


@dataclass(frozen=True)
class ParResult:
    """A report, or why there is none."""

    ok: bool
    par: dict[str, Any] | None = None
    error: str | None = None


class AgentManager:
    """The agent as pages, tests and the terminal use it. Safe to share between threads."""

    def __init__(
        self,
        records: Records,
        clinic: Callable[[], Clinic],
        models: Callable[[], ModelSlot],
        metadata: Callable[[], dict[str, Any]],
        is_ready: Callable[[], bool],
        templates: Callable[[], Templates],
    ) -> None:
        self.records = records
        self._clinic, self._models, self._metadata, self._is_ready = clinic, models, metadata, is_ready
        self._starting = threading.Lock()  # a submit that comes twice finds the first one's turn already running
        self._templates = templates
        self._runner = TurnRunner(clinic, lambda: models().line, metadata, is_ready)

    @property
    def ready(self) -> bool:
        """Whether encoder, index and rules are loaded; a turn before that waits for them with visible progress."""
        return self._is_ready()

    def warm_up(self) -> threading.Thread:
        """Load what a first turn needs, in the background."""
        thread = threading.Thread(target=self._clinic, name="warm-up", daemon=True)
        thread.start()
        return thread

    def greet(self, session_id: str) -> None:
        """Open a new conversation with the clinic's fixed words, recorded like all that is shown; once a session."""
        with self.records.store.write():
            session = self.records.interactions.session(session_id)
            if self.records.interactions.transcript(session_id):
                return
            key = "greeting" if session.writer_relation == "self" else "greeting_other"
            name = self.records.patients.get(session.patient_id).given_name if session.patient_id else ""
            words = self._templates().text(key, patient_name=name)
            self.records.interactions.append_message(session_id, None, "assistant", "note", words, {"greeting": True})

    def run_step(
        self,
        session_id: str,
        user_message: str,
        patient_id: str | None = None,
        streaming_callback: Callable[[str], None] | None = None,
    ) -> TurnResult:
        """One turn. ``streaming_callback`` gets each checked sentence, fixed texts included, in order.

        A session id nobody used yet opens a session. Raises UserFacingError for an empty or over-long message and
        for a session that is another patient's.
        """
        return _drain(self.stream_step(session_id, user_message, patient_id), streaming_callback)

    def stream_step(
        self, session_id: str, user_message: str, patient_id: str | None = None, *, nonce: str | None = None
    ) -> Iterator[TurnEvent]:
        """The same turn as typed events. It starts at the call, and goes on if nobody reads.

        ``nonce`` names the submit: the same one again gives the first turn's result, and nothing runs twice.
        """
        text = user_message.strip()
        if not text:
            raise UserFacingError("Please write a few words first.")
        if len(text) > MAX_MESSAGE:
            raise UserFacingError(f"That is too long to send at once. Please keep it under {MAX_MESSAGE} characters.")
        try:
            session = self._session(session_id, patient_id)
            transcript = self.records.interactions.transcript(session_id)
            question = pending_question(transcript)
            pending = self.records.consents.pending(session_id)
            answer = typed_answer(text, pending, question_open=question is not None)
            if answer:
                return iter(self._answer(session, answer.offer, answer.granted, text, nonce))
            return iter(self._begin(session, text, nonce, question))
        except StoreUnavailable:
            return self._without_log(text)

    def answer_consent(self, session_id: str, offer_id: str, granted: bool) -> TurnResult:
        """The patient's own yes or no to a pending offer, and the turn that follows from it.

        Raises UserFacingError when the offer is not open any more.
        """
        return _drain(self.stream_consent(session_id, offer_id, granted), None)

    def stream_consent(self, session_id: str, offer_id: str, granted: bool) -> Iterator[TurnEvent]:
        """``answer_consent`` as typed events. The offer's id is the nonce: two clicks are one answer."""
        try:
            offers = {o.offer_id: o for o in self.records.consents.of_session(session_id)}
            if offer_id not in offers:
                raise UserFacingError("That offer is not part of this conversation.")
            session = self.records.interactions.session(session_id)
            words = f"{'Yes' if granted else 'No'}: {offers[offer_id].offer_text}"
            return iter(self._answer(session, offers[offer_id], granted, words, f"consent-{offer_id}"))
        except StoreUnavailable as error:
            raise UserFacingError(self._clinic().templates.text("degraded.log")) from error

    def finish(self, session_id: str) -> ParResult:
        """The patient sends the conversation to the nurse: report written, case open, session marked sent."""
        result = self.generate_par(session_id)
        interactions = self.records.interactions
        if interactions.session(session_id).status == "open":
            interactions.set_status(session_id, "sent")
            interactions.append_message(
                session_id, None, "assistant", "note", self._clinic().templates.text("finished"), {"status": "sent"}
            )
        return result

    def generate_par(self, session_id: str) -> ParResult:
        """Write the session's Preliminary Assessment Report, ground it, and put it on the nurse's case."""
        try:
            par = write_par(self._clinic(), self._models().writer, self._metadata(), session_id)
        except (ParInvalid, NotFound) as error:
            return ParResult(ok=False, error=str(error))
        case = self.records.cases.by_session(session_id)
        self.records.cases.open_or_update(
            session_id,
            disposition=case.disposition if case else par["disposition"],
            risk=case.risk if case else par["risk"],
            priority=case.priority if case else par["triage_priority"],
            primary_concern=case.primary_concern if case else par["primary_concern"]["text"],
            par=par,
        )
        return ParResult(ok=True, par=par)

    def get_agent_metadata(self) -> dict[str, Any]:
        """Versions and hashes of everything that shapes an answer."""
        return self._metadata()

    def reload_adapter(self, name_or_path: str, actor: str = "system") -> dict[str, Any]:
        """Serve another LoRA adapter from the next turn on; running turns keep theirs. Recorded in the audit log.

        Raises UserFacingError when no language model is configured or the adapter cannot be used.
        """
        slot = self._models()
        before = slot.adapter_hash
        slot.reload(name_or_path)
        after = {"from": before, "to": slot.adapter_hash, "adapter": slot.adapter_name}
        self.records.audit.append("adapter.reloaded", actor=actor, payload=after)
        return after

    def rebuild_index(self, actor: str = "system", progress: Callable[[int, int], None] | None = None) -> str:
        """Build the guideline index anew and swap it in; returns the snapshot id. Recorded in the audit log.

        ``progress`` is called with passages encoded so far and passages in all.
        Raises UserFacingError when it cannot be built; the old snapshot then stays in use.
        """
        try:
            snapshot = self._clinic().library.rebuild(progress)
        except KnowledgeError as error:
            raise UserFacingError(f"The index was not built: {error}") from error
        self.records.audit.append("index.rebuilt", actor=actor, payload={"snapshot": snapshot})
        return snapshot

    def is_running(self, session_id: str) -> bool:
        """Whether a turn of this session is still under way."""
        turns = self.records.interactions.turns(session_id)
        return bool(turns) and turns[-1].status == "running"

    def activity(self, session_id: str) -> list[TurnEvent]:
        """What the session's running turn has done so far, for a page that joins it (a reload, a second tab)."""
        return self._runner.activity(session_id)

    def recover(self) -> int:
        """Close turns that a crash or a power cut left open: said on the transcript, and a nurse is told."""
        return close_broken_turns(self.records)

    def _session(self, session_id: str, patient_id: str | None) -> SessionRecord:
        interactions = self.records.interactions
        try:
            session = interactions.session(session_id)
        except NotFound:
            with suppress(Conflict):  # another thread opened it in between
                interactions.create_session(None, patient_id, session_id=session_id)
            try:
                session = interactions.session(session_id)
            except NotFound as error:
                raise UserFacingError("The clinic has no record of this patient.") from error
        if patient_id is not None and session.patient_id != patient_id:
            raise UserFacingError("This conversation belongs to another record.")
        return session

    def _begin(
        self, session: SessionRecord, text: str, nonce: str | None, asked: str | None
    ) -> TurnFeed | list[TurnEvent]:
        with self._starting:
            start = self.records.interactions.begin_turn(
                session.session_id, text, nonce or uuid.uuid4().hex, asked=asked
            )
            if not start.duplicate:
                return self._runner.run(TurnJob(session, start, text))
        return self._again(session.session_id, start.turn_id)

    def _answer(
        self, session: SessionRecord, offer: Offer, granted: bool, words: str, nonce: str | None
    ) -> TurnFeed | list[TurnEvent]:
        consents, asked = self.records.consents, f"{OFFER_PREFIX}{offer.offer_id}"
        try:
            with self._starting:
                with self.records.store.write():
                    start = self.records.interactions.begin_turn(
                        session.session_id, words, nonce or uuid.uuid4().hex, asked=asked
                    )
                    if not start.duplicate:
                        offer = consents.answer(session.session_id, offer.offer_id, granted, words, start.turn_id)
                if not start.duplicate:
                    view = offer_view(offer) | {"args": dict(offer.args), "granted": granted}
                    return self._runner.run(TurnJob(session, start, words, view))
        except ConsentInvalid as error:
            answered_in = consents.get(offer.offer_id).answer_turn_id
            if answered_in is None:
                raise UserFacingError(self._clinic().templates.text("consent.expired")) from error
            return self._again(session.session_id, answered_in)
        return self._again(session.session_id, start.turn_id)

    def _again(self, session_id: str, turn_id: str) -> TurnFeed | list[TurnEvent]:
        """A turn that was submitted before: joined while it runs, else its result."""
        feed = self._runner.running(session_id, turn_id)
        if feed is not None:
            return feed
        pending = [offer_view(o) for o in self.records.consents.pending(session_id)]
        return [TurnFinished(result_of(self.records.interactions.turn(turn_id), pending))]

    def _without_log(self, text: str) -> Iterator[TurnEvent]:
        """The record cannot be written: no model, no action; the emergency text still comes, and plain words."""
        log.error("store_unavailable")
        clinic = self._clinic()
        events: list[TurnEvent] = []
        level = emergency_without_store(clinic, text, events.append)
        words = clinic.templates.text("degraded.log")
        shown = [e.text for e in events if isinstance(e, EmergencyNotice)]
        result = TurnResult(
            ok=False, text="\n\n".join([*shown, words]), error="store_unavailable", disposition=level.value,
            risk=level.risk.value,
        )  # fmt: skip
        return iter([*events, ReplyWithheld(words), TurnFinished(result)])


def _drain(events: Iterator[TurnEvent], callback: Callable[[str], None] | None) -> TurnResult:
    """Read a turn to its end, passing on each text that was shown."""
    shown = (EmergencyNotice, CrisisNotice, ReplySentence, ReplyWithheld, QuestionAsked, ConsentRequested)
    for event in events:
        if isinstance(event, TurnFinished):
            return event.result
        if callback and isinstance(event, shown):
            callback(event.text)
    raise RuntimeError("a turn ended without a result")  # the runner's finally makes this unreachable
