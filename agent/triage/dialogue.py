"""Written-down conversations: who says what, and what becomes of a question by the answer to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.triage.answers import read_reply
from agent.triage.polarity import Status

_ASKERS = (
    "nurse|triage nurse|questioner|operator|call handler|handler|call taker|clinician|doctor|dr|gp|advisor|adviser|"
    "agent|receptionist|reception|interviewer|paramedic|midwife|pharmacist|dispatcher|q"
)
_TELLERS = (
    "caller|patient|pt|mother|mum|mom|father|dad|parent|wife|husband|partner|son|daughter|carer|man|woman|girl|boy|me|"
    "relative|client|a"
)
_LABEL = re.compile(rf"(?:^|(?<=[\s.?!,;]))(?:(?P<asker>{_ASKERS})|(?P<teller>{_TELLERS}))\s*:(?=\s)")
_LEAST_LABELS = 3
"""So many labels make a conversation; one alone is a heading ("Patient: 54 F")."""


@dataclass(frozen=True)
class Utterance:
    """One speaker's words as a span of the text, their label left out.

    ``reply`` tells how the next speaker's words settle what an asker asked: yes, no, unknown, or None when they tell
    something of their own.
    """

    start: int
    end: int
    asker: bool
    reply: str | None = None

    def settle(self, status: Status) -> Status:
        """What a finding named in this utterance is, once the answer is in: nothing is stated by asking."""
        if not self.asker:
            return status
        if self.reply == "yes":
            return "present"
        return "absent" if self.reply == "no" else "hypothetical"


def utterances(text: str) -> list[Utterance]:
    """The conversation a normalised text writes down; empty when it is none."""
    labels = list(_LABEL.finditer(text))
    if len(labels) < _LEAST_LABELS or not any(m["asker"] for m in labels):
        return []
    ends = [*(m.start() for m in labels[1:]), len(text)]
    spans = [(m.end(), end, m["asker"] is not None) for m, end in zip(labels, ends, strict=True)]
    first = labels[0].start()
    found = [Utterance(0, first, asker=False)] if text[:first].strip() else []
    for (start, end, asker), following in zip(spans, [*spans[1:], None], strict=True):
        answered = asker and following is not None and not following[2]
        reply = read_reply(text[following[0] : following[1]]) if answered and following else None
        found.append(Utterance(start, end, asker, reply))
    return found


def speaking(spoken: Sequence[Utterance], place: int) -> Utterance | None:
    """Whose words stand at a place of the text; None where there is no conversation."""
    return next((u for u in spoken if u.start <= place < u.end), None)
