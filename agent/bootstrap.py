"""The only place that builds things from settings. ``python -m agent.bootstrap`` prepares a fresh machine."""

from __future__ import annotations

import gc
import sys
import threading
import time
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from agent.context import Clinic
from agent.library import ClinicLibrary
from agent.manager import AgentManager
from agent.models.factory import ModelChoice, build_model_line
from agent.models.openai_compatible import OpenAISettings
from agent.models.resilience import ModelLine
from agent.models.slot import ModelSlot
from agent.prompts import Prompt, load_prompt
from agent.safety.gate import OutputGate
from agent.safety.screen import InputScreener
from agent.safety.templates import Templates
from agent.settings import Settings
from agent.tools import TOOLS
from agent.triage.engine import TriageEngine
from agent.versions import CODE_VERSION, code_hash
from data.demo import demo_ehr, seed
from data.ehr.connector import EhrConnector
from data.ehr.fhir_server import FhirServer
from data.records import Records, open_records
from knowledge.embedding import Encoder
from knowledge.projection import load_projection
from knowledge.schema import KNOWLEDGE_DIR, Content, load_content
from knowledge.schema_intents import load_intents, load_phrasing
from knowledge.vector_cache import VectorCache

SYSTEM_PROMPT = "system_prompt.v1.md"
log = structlog.get_logger(__name__)
_shared: dict[str, AgentManager] = {}
_shared_lock = threading.Lock()


def create_agent_instance(settings: Settings | None = None) -> AgentManager:
    """The process's one AgentManager; settings come from PRELUDE_* variables when None.

    Settings given explicitly get an instance of their own home folder. The heavy parts load on first use or by
    ``warm_up()``, so this returns quickly.
    """
    chosen = settings or Settings()
    key = str(chosen.home.resolve())
    with _shared_lock:
        if key not in _shared:
            _shared[key] = build_manager(chosen)
        return _shared[key]


def build_manager(settings: Settings) -> AgentManager:
    """A new manager on its own parts, for tests and the shared instance. Raises ContentError for bad content."""
    _configure_logging()
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    zone = ZoneInfo(settings.timezone)
    records = open_records(settings.database, clock=now, new_id=new_id, zone=zone)
    if settings.demo:
        seed(records, today=now().astimezone(zone).date(), zone=zone)
    parts = _Parts(settings, records)
    manager = AgentManager(records, parts.clinic, parts.models, parts.metadata, parts.ready, parts.templates)
    manager.recover()
    return manager


def now() -> datetime:
    """The clock of the process, aware UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today in UTC, for the expiry of documents."""
    return now().date()


def new_id() -> str:
    """A fresh id without meaning."""
    return uuid.uuid4().hex


class _Parts:
    """Builds the heavy parts once, when first asked for."""

    def __init__(self, settings: Settings, records: Records) -> None:
        self._settings, self._records = settings, records
        self._lock = threading.RLock()
        self._encoder = Encoder()
        self._vectors = VectorCache(self._encoder, settings.home / "vectors")
        self._clinic: Clinic | None = None
        self._models: ModelSlot | None = None
        self._prompt: Prompt = load_prompt(SYSTEM_PROMPT)
        self._library = ClinicLibrary(KNOWLEDGE_DIR / "corpus", settings.index_dir, self._encoder, today)

    @cached_property
    def _content(self) -> Content:
        return load_content()

    @cached_property
    def _phrases(self) -> Mapping[str, str]:
        return load_phrasing(locale=self._settings.locale)

    def templates(self) -> Templates:
        """The fixed texts with the clinic's numbers; they need nothing loaded."""
        settings = self._settings
        values = {
            "emergency_number": settings.emergency_number,
            "crisis_line": settings.crisis_line,
            "clinic_phone": settings.clinic_phone,
        }
        return Templates(self._content.locales, settings.locale, values)

    def ready(self) -> bool:
        """Whether a turn can start without loading anything."""
        return self._clinic is not None

    def clinic(self) -> Clinic:
        """All parts of a turn, loaded."""
        with self._lock:
            if self._clinic is None:
                self._clinic = self._build()
            return self._clinic

    def models(self) -> ModelSlot:
        """The model line in use."""
        with self._lock:
            if self._models is None:
                self._models = ModelSlot(_llm(self._settings), self._model_line)
            return self._models

    def _model_line(self, llm: OpenAISettings | None) -> ModelLine:
        return build_model_line(
            ModelChoice(llm=llm),
            tools=TOOLS,
            encode=self._vectors.encode,
            intents=load_intents(),
            phrases=self._phrases,
            clock=time.monotonic,
        )

    def metadata(self) -> dict[str, Any]:
        """Versions and hashes for the record; the parts that are not loaded yet are named as they will be."""
        models = self.models()
        return {
            "model": models.model_id,
            "model_version": models.model_version,
            "adapter": models.adapter_name,
            "adapter_hash": models.adapter_hash,
            "prompt": self._prompt.label,
            "prompt_hash": self._prompt.sha256,
            "protocol_pack_hash": self._content.protocol_pack_hash,
            "index_snapshot": self._library.snapshot_id,
            "index_problem": self._library.problem,
            "encoder": self._encoder.version,
            "code_version": CODE_VERSION,
            "code_hash": _code_hash(),
        }

    def _build(self) -> Clinic:
        settings, content = self._settings, self._content
        self._encoder.load()
        engine = TriageEngine(
            content,
            encode=self._vectors.encode,
            projection=load_projection(),
            known_words=self._encoder.known_words(),
        )
        engine.warm()
        screener = InputScreener(content.policies, encode=self._vectors.encode)
        # The first text fits the crisis net, which takes seconds: no patient's to wait for.
        screener.screen("I do not feel quite well today.")
        self._library.load()
        self.models()
        templates = self.templates()
        # What is loaded stays for good. Left to the collector, its millions of objects are gone through again every few
        # turns, which then take 0.4 s longer.
        gc.collect()
        gc.freeze()
        return Clinic(
            settings=settings,
            records=self._records,
            content=content,
            engine=engine,
            screener=screener,
            gate=OutputGate(content.policies),
            templates=templates,
            library=self._library,
            ehr=_ehr(settings),
            system_prompt=self._prompt.text,
            prompt_version=self._prompt.label,
            now=now,
            link_hosts=frozenset(settings.citation_hosts),
            fixed_texts=templates.all_texts() | _care_texts(content) | _whole(self._phrases.values()),
        )


def _care_texts(content: Content) -> frozenset[str]:
    """Reviewed advice and questions of the protocols: fixed texts as far as the output gate is concerned."""
    texts: set[str] = set()
    for protocol in content.protocols.values():
        for advice in protocol.advice.values():
            texts.update(advice)
        texts.update(t for q in protocol.questions for t in (q.text, q.text_other) if t)
    return frozenset(texts)


def _llm(settings: Settings) -> OpenAISettings | None:
    if settings.llm_base_url is None:
        return None
    return OpenAISettings(
        base_url=str(settings.llm_base_url),
        model=settings.llm_model,
        api_key=settings.llm_api_key,
        adapter=settings.llm_adapter,
        timeout_s=settings.llm_timeout_s,
        max_retries=settings.llm_max_retries,
        temperature=settings.llm_temperature,
    )


def _whole(phrases: Iterable[str]) -> frozenset[str]:
    """The embedded model's reviewed sentences that have no gap to fill."""
    return frozenset(p for p in phrases if "{" not in p)


def _ehr(settings: Settings) -> EhrConnector:
    if settings.ehr == "server":
        return FhirServer(str(settings.ehr_url), timeout_s=settings.ehr_timeout_s, today=today)
    return demo_ehr()


@lru_cache(maxsize=1)
def _code_hash() -> str:
    return code_hash()


def _configure_logging() -> None:
    """Structured lines on standard error, without the values of any frame: they could hold patient data."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def main() -> int:
    """Make the database, the demo clinic and the index, and say so."""
    manager = create_agent_instance()
    sys.stdout.write("Preparing the clinic: database, demo data, guideline index …\n")
    sys.stdout.flush()
    manager.warm_up().join()
    facts = manager.get_agent_metadata()
    sys.stdout.write(f"Ready. Index {facts['index_snapshot'][:12]}, model {facts['model']}.\n")
    return 0 if manager.ready else 1


if __name__ == "__main__":
    raise SystemExit(main())
