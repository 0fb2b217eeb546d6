"""A reply to a question: yes, no, don't know, a choice by label or number, or a length of time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rapidfuzz import fuzz

from agent.triage.duration import DurationReader
from agent.triage.grammar import FREE, NEGATORS, stem, stems
from agent.triage.mentions import Mention, Reading
from knowledge.schema import Answer, Question

LIKELY = 0.25
"""Probability from which a reply tells what was asked: of 1,800 findings each has 0.0006 by chance."""

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
nothing| not yet| not now| hardly| have never| has never| have no| has no| had no| have got no| 've got no| 's got no|
there is no| there's no| there are no| there isn't| there aren't| without| not any| not one| all no
"""
_YES_WORDS = """
yes| yeah| yea| yep| yup| yh| ya| ye| y| aye| sure| correct| true| right| definitely| absolutely| certainly| of
course| indeed| affirmative| exactly| think so| think it| guess| suppose| probably| a bit| a little| bit of|
sometimes| sort of| kind of| kinda| slightly| quite| very| both| often| always| all of| some| a lot| lots|
loads| unfortunately| 'm afraid so| afraid so| mhm| uh huh| mm hmm| totally| mostly
"""
_NUMBERED = re.compile(r"^\W*(?:(?:option|number|choice|answer|no\.?)\s*)?(?P<n>\d{1,2})\W*$")
_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5,
    "last": -1,
}  # fmt: skip
_ORDINAL = re.compile(
    rf"\b(?:the (?P<the>{'|'.join(_ORDINALS)})\b|(?P<one>{'|'.join(_ORDINALS)}) (?:one|option|choice|answer)\b)"
)
_NO_TROUBLE = re.compile(r"\W*(?:no|not any|without) (?:problems?|trouble|issues?|difficult(?:y|ies)|bother)\b")
_ABILITY = re.compile(r"(?:can|could|are you able|is (?:he|she|it) able)\b")
_BOUND = re.compile(
    r"\b(?P<under>less|under|fewer|below|not quite|nearly|almost)|\b(?P<over>more|over|longer|above|beyond)\b"
)
_BOUND_SHIFT = 0.1
"""How far "less than" and "more than" move a length of time off the limit they name, as a share of it."""
_TIME_WORDS = stems(
    "minute hour day week month year less more than over under about since yes not none other else sure know"
)
_LABEL_MATCH = 82.0
"""Similarity (rapidfuzz token set ratio, 0-100) from which typed words count as a choice's label."""


@dataclass(frozen=True)
class Answered:
    """What a reply settles: findings and facts."""

    mentions: tuple[Mention, ...]
    facts: dict[str, float]
    understood: bool


def read_reply(text: str, asked: frozenset[str] | None = None) -> Reply | None:
    """Yes, no or don't know at the beginning of a reply; None when it is something else.

    ``asked`` holds the stems of what was asked. With it, an opening that goes straight on to another matter is no
    answer: "I am not pregnant" says nothing of passing urine, "Yes, please book us in" nothing of a swollen tongue.
    """
    plain = " ".join(text.lower().replace("’", "'").split())
    core = _LEAD.sub("", plain)
    if core.strip("? ") == "" and "?" in plain:
        return "unknown"
    for reply, opening in _OPENINGS:
        if found := opening.match(core):
            return reply if asked is None or _keeps_to(reply, found.group(), core[found.end() :], asked) else None
    return "yes" if _BARE_YES.match(core) else None


_REQUEST = re.compile(
    r"^\W*(?:(?:please|pls|and|so|then|just|could|can|would|will|you|i|we|'d|like|to|want|somebody|someone)\W+)*"
    r"(?:book|order|send|ask|arrange|cancel|reserve|make|get|see|call|speak|talk|refer|do it|go ahead)\b"
)
_CLOSING = re.compile(
    r"^\W*(?:(?:that|that's|this|it|it's)\W+(?:is |was |will be )?(?:all|it|everything)\b|nothing (?:else|more)\b)"
)
_PLAIN_YES = re.compile(r"(?:yes|yeah|yea|yep|yup|yh|ya|ye|y|aye|correct|true|definitely|absolutely)$")
_EMPTY_WORDS = stems(
    "think know tell see notice feel say guess suppose thing anything something lot bit time moment now today yet far "
    "thank thanks really please all like really much"
)


def _keeps_to(reply: Reply, opening: str, rest: str, asked: frozenset[str]) -> bool:
    """Whether the words right after the opening, up to the first stop, stay with what was asked."""
    if reply == "unknown":
        return True
    if (reply == "yes" and _REQUEST.match(rest)) or (reply == "no" and _CLOSING.match(rest)):
        return False
    clause = re.split(r"[.,;:!?]|\bbut\b", rest, maxsplit=1)[0]
    foreign = _telling(clause) - asked - _EMPTY_WORDS
    # A plain yes is taken at its word: to miss a yes is the worse mistake.
    return not foreign or (reply == "yes" and bool(_PLAIN_YES.match(opening)))


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
            return Answered((), {"duration_h": _bounded(text, max(d.hours for d in spoken))}, True)
        if chosen is not None:
            return Answered(_mentions(chosen.present, chosen.absent, reading), dict(chosen.facts), True)
        return _unanswered(question, reading, text)
    reply = read_reply(text, _asked_words(question))
    if reply == "no" and _NO_TROUBLE.match(text) and _ABILITY.match(question.text.lower()):
        # "Can you swallow?" "No trouble at all": a no to trouble is a yes to being able.
        reply = "yes"
    given = question.yes if reply == "yes" else question.no if reply == "no" else None
    if given is None:
        volunteered = {m.finding for m in reading.mentions} & question.asks
        return Answered((), {}, True) if volunteered else _unanswered(question, reading, text)
    return Answered(_mentions(given.present, given.absent, reading), dict(given.facts), True)


def _asked_words(question: Question) -> frozenset[str]:
    """Stems of the question's own words and of what it asks about."""
    names = " ".join(name.replace("_", " ") for name in question.asks)
    return _telling(f"{question.text} {question.text_other} {names}".lower())


def _unanswered(question: Question, reading: Reading, text: str) -> Answered:
    """A "don't know" settles that the patient does not know; a reply about something else settles nothing."""
    if read_reply(text) == "unknown":
        return Answered(_unknown(question, reading), {}, True)
    return Answered((), {}, False)


def _choice(question: Question, text: str) -> Answer | None:
    plain = " ".join(text.split()).strip(" .!")
    for choice in question.choices:
        if plain == " ".join(choice.label.lower().split()):
            return choice
    number, ordinal = _NUMBERED.match(plain), _ORDINAL.search(plain)
    place = int(number["n"]) if number else _ORDINALS[ordinal["the"] or ordinal["one"]] if ordinal else 0
    if place and -1 <= place <= len(question.choices):
        return question.choices[place - 1 if place > 0 else -1]
    reply = read_reply(plain)
    if reply == "unknown":
        return None
    denials = [c for c in question.choices if read_reply(c.label) == "no"]
    if reply == "no" and len(denials) == 1 and not _by_telling_word(question, plain):
        # "Nope, nothing like that" picks the one choice that says no.
        return denials[0]
    scored = [(fuzz.token_set_ratio(plain, c.label.lower()), -n) for n, c in enumerate(question.choices)]
    best, minus = max(scored)
    tied = sum(score == best for score, _ in scored) > 1
    if best >= _LABEL_MATCH and not tied:
        return question.choices[-minus]
    return _by_telling_word(question, plain)


def _by_telling_word(question: Question, plain: str) -> Answer | None:
    """The one choice whose own words, shared with no other choice, the reply uses; None when two are named."""
    labels = [_telling(c.label.lower()) for c in question.choices]
    said = _telling(plain)
    named = [n for n, own in enumerate(labels) if said & own - set().union(*labels[:n], *labels[n + 1 :])]
    return question.choices[named[0]] if len(named) == 1 else None


def _telling(text: str) -> frozenset[str]:
    """Stems of the words that say something: no little words, no numbers and units of time."""
    spoken = re.findall(r"[a-z]{3,}", text)
    return frozenset(stem(w) for w in spoken if w not in FREE | NEGATORS and stem(w) not in _TIME_WORDS)


def _bounded(text: str, hours: float) -> float:
    """A length of time with "less than" or "more than" before it."""
    bound = _BOUND.search(text)
    if bound is None:
        return hours
    return hours * (1 - _BOUND_SHIFT if bound["under"] else 1 + _BOUND_SHIFT)


def _names(choice: Answer, text: str) -> bool:
    return choice.label.lower().strip() == " ".join(text.split()).strip(" .!")


def _mentions(present: tuple[str, ...], absent: tuple[str, ...], reading: Reading) -> tuple[Mention, ...]:
    return (
        *(_mention(f, "present", reading) for f in present),
        *(_mention(f, "absent", reading) for f in absent),
    )


def meant_as(question: Question, reading: Reading, likely: Callable[[str], float]) -> Answered | None:
    """What a reply that is neither yes nor no, nor a choice's words, most likely means; the question is the second cue.

    ``likely`` gives the probability that the reply tells a finding. None when no answer stands out.
    """
    offered = question.choices or ((question.yes,) if question.yes else ())
    chances = [(max((likely(f) for f in a.present), default=0.0), a) for a in offered]
    chance, best = max(chances, key=lambda pair: pair[0], default=(0.0, None))
    if best is None or chance < LIKELY:
        return None
    return Answered(_mentions(best.present if question.choices else _told(best, likely), (), reading), {}, True)


def _told(given: Answer, likely: Callable[[str], float]) -> tuple[str, ...]:
    """Of several things asked at once, the one that the reply tells."""
    return (max(given.present, key=likely),)


def given_up(question: Question, reading: Reading) -> Answered:
    """A question asked twice without an answer: what it asks stays unknown, and is not asked a third time."""
    return Answered(_unknown(question, reading), {}, True)


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
