"""Strict models of the triage content: the findings vocabulary, its lexicon, and the protocols."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator

from knowledge.levels import Disposition

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)?$")]
Words = tuple[str, ...]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class FindingDef(_Strict):
    """One entry of the controlled vocabulary: what it is called, how people put it, how it may be matched."""

    id: Identifier
    kind: Literal["symptom", "sign", "history", "medicine", "circumstance"]
    label: str
    patient_label: str = ""
    site: str | None = None
    sensations: Words = ()
    phrases: Words = ()
    exact: Words = ()
    absent_phrases: Words = ()
    exemplars: Words = ()
    semantic: Literal["alone", "with_cue", "never"] = "with_cue"
    implies: Words = ()
    excludes_from: Words = ()
    critical: bool = False

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if not (self.phrases or self.exact or self.exemplars or self.site or self.absent_phrases):
            raise ValueError(f"finding {self.id} has no phrase, exemplar or site: nothing can ever match it")
        if bool(self.site) != bool(self.sensations):
            raise ValueError(f"finding {self.id}: site and sensations come together")
        return self


class Subject(_Strict):
    """Words that say who the text is about."""

    words: Words
    relation: str
    age_group: Literal["infant", "child", "adult", "older_adult"] | None = None
    sex: Literal["female", "male"] | None = None


class Negation(_Strict):
    """Cues before and after a finding that deny it, and words that end their reach."""

    before: Words
    after: Words = ()
    reset: Words = ()
    lists: Words = ()
    """Cues that deny a whole list after them ("denies a, b, c"); each also stands in ``before``."""
    pseudo: Words = ()
    """Word groups that hold a negation and deny no finding ("no change", "not going away")."""
    double: Words = ()
    """Cues that turn a denial after them into a statement ("can't say I don't")."""


class Lexicon(_Strict):
    """Words shared by all findings: places, sensations, negation, time, degree."""

    sites: dict[str, Words]
    sensations: dict[str, Words]
    negation: Negation
    hypothetical: Words
    past: Words
    family_history: Words
    subjects: tuple[Subject, ...]
    severity: dict[Literal["mild", "moderate", "severe"], Words]
    onset: dict[Literal["sudden", "gradual"], Words]
    course: dict[Literal["worse", "better", "same", "comes_and_goes", "resolved", "recurrent"], Words]
    fillers: Words = ()
    number_words: dict[str, float] = {}
    synonyms: dict[str, str] = {}
    corrections: Words = ()
    """Words by which people take back what they said before."""


class Source(_Strict):
    """Public guidance a rule rests on."""

    id: str
    organisation: str
    title: str
    year: int = Field(ge=1990, le=2100)
    url: HttpUrl


class Rule(_Strict):
    """A discriminator: when it holds, the patient needs at least this disposition."""

    id: Identifier
    disposition: Disposition
    when: str
    flag: str = ""
    rationale: str
    source: str

    @model_validator(mode="after")
    def _emergencies_are_flagged(self) -> Self:
        if self.disposition is Disposition.UNABLE_TO_ASSESS:
            raise ValueError(f"rule {self.id}: a rule cannot decide unable_to_assess")
        if self.disposition.is_emergency and not self.flag:
            raise ValueError(f"rule {self.id}: an emergency rule needs a red-flag label")
        return self


class Answer(_Strict):
    """What an answer tells: findings present, findings absent, facts."""

    label: str = ""
    present: Words = ()
    absent: Words = ()
    facts: dict[str, float] = {}


class Question(_Strict):
    """One plain question and what each answer means."""

    id: Identifier
    text: str
    text_other: str = ""
    why: str
    yes: Answer | None = None
    no: Answer | None = None
    choices: tuple[Answer, ...] = ()
    ask_when: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if bool(self.choices) == bool(self.yes and self.no):
            raise ValueError(f"question {self.id} needs either yes and no, or choices")
        if any(not c.label for c in self.choices):
            raise ValueError(f"question {self.id}: every choice needs a label")
        return self

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Every possible answer but "don't know"."""
        return self.choices or tuple(a for a in (self.yes, self.no) if a)

    @property
    def asks(self) -> frozenset[str]:
        """Findings and facts that an answer settles."""
        return frozenset(n for a in self.answers for n in (*a.present, *a.absent, *a.facts))


class Protocol(_Strict):
    """One presenting complaint: when it applies, its rules in descending acuity, its questions and its advice."""

    id: Identifier
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    title: str
    patient_title: str
    scope: Literal["complaint", "general"] = "complaint"
    presenting: Words = ()
    exemplars: Words = ()
    narrows: Words = ()
    """Broader protocols that say less of this complaint: while this one is open, of theirs only same-day and emergency
    rules count."""
    applies_when: str = ""
    reviewed_on: date
    sign_off: str
    sources: tuple[Source, ...] = Field(min_length=1)
    rules: tuple[Rule, ...]
    default: Disposition | None = None
    questions: tuple[Question, ...] = ()
    advice: dict[Disposition, Words] = {}
    come_back_if: Words = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.scope == "complaint" and (not self.presenting or self.default is None):
            raise ValueError("a complaint needs presenting findings and a default disposition")
        if self.default in (Disposition.SELF_CARE, Disposition.UNABLE_TO_ASSESS):
            raise ValueError("default cannot be self_care: low must be earned by a rule")
        known = {s.id for s in self.sources}
        ranks = [r.disposition.rank for r in self.rules]
        for rule in self.rules:
            if rule.source not in known:
                raise ValueError(f"rule {rule.id}: unknown source {rule.source}")
        if ranks != sorted(ranks, reverse=True):
            raise ValueError("rules must stand in descending acuity")
        return self
