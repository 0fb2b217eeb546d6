"""What the output gate is told about a turn, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Audience = Literal["patient", "nurse"]
Status = Literal["pass", "replace", "block"]
NO_QUOTES: tuple[str, ...] = ()


@dataclass(frozen=True)
class GateContext:
    """The turn a sentence belongs to.

    receipts: actions done in this turn ("booked", "ordered", "cancelled", "referred", "proposed", "nurse_told",
        "refill_requested"); an action claim without its receipt is not shown.
    passages: the passages of this turn by citation number (from 1); None where there is no turn to check against,
        so that a marker is taken as it stands.
    open_risk: whether something dangerous has not been excluded; forbids reassurance.
    patient_identifiers: this patient's own phone, email, address, birth date and the like, in any format.
    allowed_hosts: host names that may be linked to.
    patient_quotes: what the patient wrote; a quotation must occur there. Empty: not known, the attribution counts.
    fixed_texts: reviewed texts and offers; a sentence that belongs to one passes.
    """

    audience: Audience = "patient"
    receipts: frozenset[str] = frozenset()
    passages: Mapping[int, str] | None = field(default_factory=dict)
    open_risk: bool = True
    patient_identifiers: frozenset[str] = frozenset()
    allowed_hosts: frozenset[str] = frozenset()
    patient_quotes: tuple[str, ...] = NO_QUOTES
    fixed_texts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Violation:
    """One reason against a sentence.

    rule: id of the rule, or "gate_failure", "too_long", "obfuscated", "citation_unknown", "citation_unsupported".
    category: D, P, Q, R, X, L, I of the policy; C citation; F failure.
    span: start and end (characters) of the words in `sentence`; the whole sentence where the rule is about all of it.
    """

    rule: str
    category: str
    span: tuple[int, int]
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """The answer for one sentence. `template` is the key of the fixed text to show instead; None on a pass."""

    status: Status
    violations: tuple[Violation, ...] = ()
    template: str | None = None

    @property
    def passed(self) -> bool:
        """True only when the sentence may be shown."""
        return self.status == "pass"
