"""Every setting of a deployment, read once from PRELUDE_* variables and frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings with units and meaning. The defaults run the demo clinic with no key and no network."""

    model_config = SettingsConfigDict(env_prefix="PRELUDE_", frozen=True, extra="ignore")

    home: Path = Field(Path(".prelude"), description="Folder of the database, index and keys; made with mode 0700.")
    clinic_name: str = Field("Prelude Demo Clinic", description="Shown to patients.")
    clinic_phone: str = Field("555-0100", description="The clinic's own number, shown when something fails.")
    emergency_number: str = Field("911", description="Local emergency number, shown big on an emergency.")
    crisis_line: str = Field("988", description="Local crisis line for people thinking of suicide or self-harm.")
    locale: str = Field("en", description="Which set of fixed texts patients see.")
    timezone: str = Field("UTC", description="IANA time zone of the clinic; slots and 'tomorrow' are in it.")
    demo: bool = Field(True, description="Seed the demo clinic and offer demo sessions on the sign-in page.")

    llm_base_url: HttpUrl | None = Field(None, description="OpenAI-compatible server; unset runs embedded.")
    llm_model: str | None = Field(None, description="Model name at that server.")
    llm_api_key: SecretStr | None = Field(None, description="Key for that server, where it wants one.")
    llm_adapter: str | None = Field(None, description="Name or path of a LoRA adapter served there.")
    llm_timeout_s: float = Field(20.0, gt=0, le=60, description="Seconds to wait for a reply or between two chunks.")
    llm_max_retries: int = Field(1, ge=0, le=3, description="Tries beyond the first before the embedded model answers.")
    llm_temperature: float = Field(0.0, ge=0, le=1, description="Sampling temperature.")

    max_model_calls: int = Field(8, ge=1, le=20, description="Model calls in one turn.")
    max_tool_calls: int = Field(12, ge=1, le=40, description="Tool calls in one turn.")
    turn_seconds: float = Field(60.0, gt=1, le=300, description="Seconds after which a turn stops asking the model.")
    transcript_window: int = Field(30, ge=4, le=200, description="Messages of the session the model sees.")
    consent_minutes: int = Field(10, ge=1, le=60, description="Minutes an offer can be answered.")
    passages: int = Field(4, ge=1, le=10, description="Guideline passages per search.")
    citation_hosts: tuple[str, ...] = Field((), description="Hosts beside the corpus's own that a reply may link to.")

    ehr: Literal["files", "server"] = Field("files", description="Where charts come from.")
    ehr_url: HttpUrl | None = Field(None, description="Base URL of a FHIR R4 server, with ehr=server.")
    ehr_timeout_s: float = Field(5.0, gt=0, le=30, description="Seconds to wait for the chart.")

    @model_validator(mode="after")
    def _complete(self) -> Settings:
        if self.llm_base_url and not (self.llm_model or self.llm_adapter):
            raise ValueError("PRELUDE_LLM_BASE_URL needs PRELUDE_LLM_MODEL or PRELUDE_LLM_ADAPTER beside it")
        if self.ehr == "server" and not self.ehr_url:
            raise ValueError("PRELUDE_EHR=server needs PRELUDE_EHR_URL")
        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError):
            raise ValueError("PRELUDE_TIMEZONE is not an IANA time zone, for example Europe/London") from None
        return self

    @property
    def database(self) -> Path:
        """The one SQLite file."""
        return self.home / "prelude.db"

    @property
    def index_dir(self) -> Path:
        """Where index snapshots live."""
        return self.home / "index"
