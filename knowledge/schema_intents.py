"""Strict shapes of what the embedded model works from: the intents it knows and the wording it uses.

A file that breaks its shape stops start-up: `PolicyError` names the file, the item and the line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from knowledge.patterns import expand, require_pattern
from knowledge.policy_files import PolicyError, read_policy_file
from knowledge.schema_gate import Identifier, StrictModel, Words

POLICIES_DIR: Final = Path(__file__).parent / "policies"


class Intent(StrEnum):
    """What one clause of a message asks for."""

    REPORT_SYMPTOM = "report_symptom"
    ANSWER_QUESTION = "answer_question"
    BOOK_APPOINTMENT = "book_appointment"
    RESCHEDULE = "reschedule"
    CANCEL_APPOINTMENT = "cancel_appointment"
    LIST_APPOINTMENTS = "list_appointments"
    ORDER_SUPPLY = "order_supply"
    ORDER_STATUS = "order_status"
    CANCEL_ORDER = "cancel_order"
    PHARMACY_ITEM = "pharmacy_item"
    REFILL = "refill"
    REFER = "refer"
    GUIDELINE_QUESTION = "guideline_question"
    CLINIC_QUESTION = "clinic_question"
    MY_RECORD_QUESTION = "my_record_question"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    FINISH = "finish"
    HUMAN_PLEASE = "human_please"
    OFF_TOPIC = "off_topic"
    ABUSIVE = "abusive"
    COMPLAINT = "complaint"
    AFFIRM = "affirm"
    DECLINE = "decline"
    UNCLEAR = "unclear"


WITHOUT_EXAMPLES: Final = frozenset({Intent.ANSWER_QUESTION, Intent.UNCLEAR})
"""Intents told from the conversation, never from the wording of a clause."""


class IntentDef(StrictModel):
    """How one intent is put into words.

    `patterns` are regular expressions on the lower-case clause that decide outright (the first intent of the file
    whose pattern matches wins); `unless` takes such a match back; `exemplars` are whole sentences for similarity.
    A plain "yes" means this intent where the assistant's last message matches one of `after_yes`.
    """

    id: Intent
    patterns: Words = ()
    unless: Words = ()
    exemplars: Words = ()
    after_yes: Words = ()

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if self.id in WITHOUT_EXAMPLES:
            raise ValueError(f"intent {self.id} is told from the conversation: it takes no words")
        if not (self.patterns or self.exemplars):
            raise ValueError(f"intent {self.id} has no pattern and no exemplar: nothing can ever match it")
        return self


class HealthWords(StrictModel):
    """Beginnings of words that make a clause one about health, and phrases that only look like it."""

    words: Words = Field(min_length=1)
    not_health: Words = ()


class SentenceChoice(StrictModel):
    """Which guideline sentences are never repeated to a patient, and which only once nothing is open (patterns)."""

    never: Words = Field(min_length=1)
    only_when_settled: Words = Field(min_length=1)


class IntentBook(StrictModel):
    """intents.yaml: what people ask for and how they say it.

    `floor` is the least cosine similarity (0-1) between a clause and an exemplar that counts. `openers` begin a new
    request inside a sentence. `services` and `records` map a name a tool knows to the words for it.
    """

    version: str
    reviewed_on: date
    floor: float = Field(gt=0, lt=1)
    health_floor: float = Field(gt=0, lt=1)
    groups: dict[Identifier, Words]
    openers: Words = Field(min_length=1)
    health: HealthWords
    services: dict[str, Words]
    records: dict[str, Words]
    sentences: SentenceChoice
    intents: tuple[IntentDef, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        ids = [i.id for i in self.intents]
        if twice := {i for i in ids if ids.count(i) > 1}:
            raise ValueError(f"intents defined twice: {', '.join(sorted(twice))}")
        if missing := set(Intent) - set(ids) - WITHOUT_EXAMPLES:
            raise ValueError(f"intents without a definition: {', '.join(sorted(missing))}")
        for intent in self.intents:
            for pattern in (*intent.patterns, *intent.unless, *intent.after_yes):
                require_pattern(f"intent {intent.id}", pattern, self.groups)
        lists = (self.openers, self.health.words, self.health.not_health)
        for pattern in (*(p for words in lists for p in words), *self.sentences.never):
            require_pattern("openers, health or sentences", pattern, self.groups)
        for pattern in self.sentences.only_when_settled:
            require_pattern("sentences", pattern, self.groups)
        return self

    def compiled(self, patterns: Words) -> tuple[re.Pattern[str], ...]:
        """Patterns with the groups filled in, ready to search lower-case text."""
        return tuple(re.compile(expand(p, self.groups)) for p in patterns)


class Phrasing(StrictModel):
    """phrasing/<locale>.yaml: every fixed sentence the embedded model says, by key, with `{gaps}` filled in later."""

    locale: str
    version: str
    reviewed_on: date
    sign_off: str
    phrases: dict[Identifier, Annotated[str, Field(min_length=2)]]

    @model_validator(mode="after")
    def _no_questions(self) -> Self:
        # One question at a time: the only question in a reply is the triage question.
        for key, text in self.phrases.items():
            if "?" in text:
                raise ValueError(f"phrase {key} asks a question; put it as a statement")
        return self


Shape = TypeVar("Shape", IntentBook, Phrasing)


def load_intents(directory: Path = POLICIES_DIR) -> IntentBook:
    """Read intents.yaml of a policies folder. Raises PolicyError."""
    return _load(IntentBook, directory / "intents.yaml")


def load_phrasing(directory: Path = POLICIES_DIR, locale: str = "en") -> Mapping[str, str]:
    """The phrases of one locale by key; falls back to the language, then to English. Raises PolicyError."""
    folder = directory / "phrasing"
    for name in (locale, locale.split("-", maxsplit=1)[0]):
        if (folder / f"{name}.yaml").is_file():
            return _load(Phrasing, folder / f"{name}.yaml").phrases
    return _load(Phrasing, folder / "en.yaml").phrases


def _load(shape: type[Shape], path: Path) -> Shape:
    source = read_policy_file(path)
    try:
        return shape.model_validate(source.data)
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        place = source.place(first["loc"])
        field = ".".join(str(part) for part in first["loc"])
        raise PolicyError(f"{place.file}, line {place.line}: {field}: {first['msg']}") from fault
