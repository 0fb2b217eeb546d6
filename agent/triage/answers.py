"""A reply to a question: yes, no, don't know, a choice by label or number, or a length of time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rapidfuzz import fuzz

from agent.triage.duration import DurationReader
from agent.triage.mentions import Mention, Reading
from knowledge.schema import Answer, Question

Reply: TypeAlias = Literal["yes", "no", "unknown"]

_LEAD = re.compile(
    r"^(?:(?:well|um+|uh+|er+m?|oh|ah|hmm+|hi|ok|okay|so|actually|honestly|sorry|i|we|he|she)\b[\s,.]*)+"
)
_UNKNOWN_WORDS = """
do not know| don't know| dont know| dunno| not sure| unsure| not really sure| 'm not sure| am not sure| not
certain| can't tell| cant tell| cannot tell| cannot say| can't say| couldn't say| no idea| no clue| have no
idea| haven't checked| haven't looked| haven't noticed| have not checked| hard to say| hard to tell| idk| maybe|
perhaps| possibly| might be| unknown| who knows| never checked| really don't know| really do not know| honestly
don't know| 'm unsure
"""
_NO_WORDS = """
no| nope| nah| naw| not really| not at all| not that| none| neither| never| negative| nil| n| false| do not|
don't| dont| it does not| it doesn't| it doesnt| it isn't| it is not| doesn't| does not| isn't| is not| they
don't| haven't| have not| hasn't| has not| 'm not| am not| im not| 's not| not as far as| nothing like that|
nothing| not yet| not now| hardly| have never| has never
"""
_YES_WORDS = """
yes| yeah| yea| yep| yup| yh| ya| ye| y| aye| sure| correct| true| right| definitely| absolutely| certainly| of
course| indeed| affirmative| exactly| think so| think it| guess| suppose| probably| a bit| a little| bit of|
sometimes| sort of| kind of| kinda| slightly| quite| very| both| often| always| all of| some| a lot| lots|
loads| unfortunately| 'm afraid so| afraid so| mhm| uh huh| mm hmm| totally| mostly
"""
_NUMBERED = re.compile(r"^\W*(?:(?:option|number|choice|answer|no\.?)\s*)?(?P<n>\d{1,2})\W*$")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
_LABEL_MATCH = 82.0
"""Similarity (rapidfuzz token set ratio, 0-100) from which typed words count as a choice's label."""


@dataclass(frozen=True)
class Answered:
    """What a reply settles: findings and facts."""

    mentions: tuple[Mention, ...]
    facts: dict[str, float]
    understood: bool


def read_reply(text: str) -> Reply | None:
    """Yes, no or don't know at the beginning of a reply; None when it is something else."""
    plain = " ".join(text.lower().replace("’", "'").split())
    core = _LEAD.sub("", plain)
    if core.strip("? ") == "" and "?" in plain:
        return "unknown"
    for reply, opening in _OPENINGS:
        if opening.match(core):
            return reply
    return "yes" if _BARE_YES.match(core) else None


_BARE_YES = re.compile(r"(?:do|am|have|did|it does|it is|it has|does|is|has|they do|they are)\W*(?:$|[,.!;])")


def _opening(phrases: str) -> re.Pattern[str]:
    choices = sorted((" ".join(p.split()) for p in phrases.split("|")), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, choices))})(?!\w)")


_OPENINGS: tuple[tuple[Reply, re.Pattern[str]], ...] = (
    ("unknown", _opening(_UNKNOWN_WORDS)),
    ("no", _opening(_NO_WORDS)),
    ("yes", _opening(_YES_WORDS)),
)
"""Don't know first, as "not sure" opens like a no and "don't think so" is one."""


def answer(question: Question, reading: Reading, durations: DurationReader) -> Answered:
    """Findings and facts that this reply to ``question`` gives. Unclear replies leave the asked findings unknown."""
    text = reading.source.text
    if question.choices:
        chosen = _choice(question, text)
        asks_time = any("duration_h" in c.facts for c in question.choices)
        spoken = durations.find(text, 0, len(text)) if asks_time else []
        if spoken and (chosen is None or not _names(chosen, text)):
            return Answered((), {"duration_h": max(d.hours for d in spoken)}, True)
        if chosen is not None:
            return Answered(_mentions(chosen.present, chosen.absent, reading), dict(chosen.facts), True)
        return Answered(_unknown(question, reading), {}, False)
    reply = read_reply(text)
    given = question.yes if reply == "yes" else question.no if reply == "no" else None
    if given is None:
        return Answered(_unknown(question, reading), {}, reply == "unknown")
    return Answered(_mentions(given.present, given.absent, reading), dict(given.facts), True)


def _choice(question: Question, text: str) -> Answer | None:
    plain = " ".join(text.split()).strip(" .!")
    for choice in question.choices:
        if plain == " ".join(choice.label.lower().split()):
            return choice
    number = _NUMBERED.match(plain)
    place = int(number["n"]) if number else next((n for word, n in _ORDINALS.items() if f"the {word}" in plain), 0)
    if place and -1 <= place <= len(question.choices):
        return question.choices[place - 1 if place > 0 else -1]
    if read_reply(plain) == "unknown":
        return None
    scored = [(fuzz.token_set_ratio(plain, c.label.lower()), -n) for n, c in enumerate(question.choices)]
    best, minus = max(scored)
    tied = sum(score == best for score, _ in scored) > 1
    if tied:
        # "no" beside "No fever" and "No rash" names neither.
        return None
    return question.choices[-minus] if best >= _LABEL_MATCH else None


def _names(choice: Answer, text: str) -> bool:
    return choice.label.lower().strip() == " ".join(text.split()).strip(" .!")


def _mentions(present: tuple[str, ...], absent: tuple[str, ...], reading: Reading) -> tuple[Mention, ...]:
    return (
        *(_mention(f, "present", reading) for f in present),
        *(_mention(f, "absent", reading) for f in absent),
    )


def _unknown(question: Question, reading: Reading) -> tuple[Mention, ...]:
    asked = dict.fromkeys(f for a in question.answers for f in (*a.present, *a.absent))
    return tuple(_mention(f, "unknown", reading) for f in asked)


def _mention(finding: str, status: Literal["present", "absent", "unknown"], reading: Reading) -> Mention:
    raw = reading.source.raw
    quote = raw.strip()
    start = raw.find(quote) if quote else 0
    return Mention(
        finding=finding,
        status=status,
        turn=reading.source.turn,
        start=-1,
        end=0,
        quote=quote,
        raw_start=start,
        raw_end=start + len(quote),
        match="answer",
        origin="answer",
        subject=None,
    )
