"""The clinical vocabulary compiled for matching: one tokeniser, one index of findings, one of places, one of cues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from agent.triage.lexicon_match import Hit, Pattern, PhraseIndex, compile_pattern
from agent.triage.spelling import Speller
from agent.triage.text import normalise
from agent.triage.tokens import Token, Tokeniser
from knowledge.schema import Content, FindingDef, Lexicon

_TIME_WORDS = [
    "second",
    "seconds",
    "minute",
    "minutes",
    "hour",
    "hours",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
    "yesterday",
    "today",
    "tonight",
    "morning",
    "afternoon",
    "evening",
    "night",
    "since",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "pregnant",
    "temperature",
    "female",
    "male",
]


COMMONEST = 2500
"""So many of the commonest words say little: a phrase of them alone ("go back", "seems fine") stands word for word."""


@dataclass(frozen=True)
class Vocabulary:
    """What the extraction steps need to read a sentence."""

    tokeniser: Tokeniser
    findings: PhraseIndex
    items: PhraseIndex
    cues: PhraseIndex
    composed: dict[tuple[str, str], tuple[str, ...]]
    """(site, sensation) to the findings they make together."""


def build_vocabulary(content: Content, known_words: Mapping[str, int] = MappingProxyType({})) -> Vocabulary:
    """Compile the content once; about a second for a few hundred findings."""
    plain = Tokeniser(content.lexicon.synonyms)
    speller = _speller(content, plain, known_words)
    tokeniser = plain.with_speller(speller)
    return Vocabulary(
        tokeniser=tokeniser,
        findings=PhraseIndex(_finding_patterns(content, tokeniser, _everyday(content.lexicon, known_words))),
        items=PhraseIndex(_item_patterns(content.lexicon, tokeniser)),
        cues=PhraseIndex(_cue_patterns(content.lexicon, tokeniser)),
        composed=_compositions(content.findings.values()),
    )


def _compositions(findings: Iterable[FindingDef]) -> dict[tuple[str, str], tuple[str, ...]]:
    composed: dict[tuple[str, str], tuple[str, ...]] = {}
    for finding in findings:
        for sensation in finding.sensations:
            key = (finding.site or "", sensation)
            composed[key] = (*composed.get(key, ()), finding.id)
    return composed


def _everyday(lexicon: Lexicon, known_words: Mapping[str, int]) -> frozenset[str]:
    """The commonest words that are no place of the body and no sensation."""
    tables = (*lexicon.sites.values(), *lexicon.sensations.values())
    clinical = {word for table in tables for text in table for word in text.split()}
    return frozenset(word for word, place in known_words.items() if place < COMMONEST) - clinical


def _finding_patterns(content: Content, tokeniser: Tokeniser, everyday: frozenset[str]) -> Iterator[Pattern]:
    for finding in content.findings.values():
        exact = {e.lower() for e in finding.exact}
        roles = (("present", finding.phrases), ("absent", finding.absent_phrases), ("exclude", finding.excludes_from))
        for role, texts in roles:
            for text in texts:
                # A phrase that is also listed as exact must not be reached by stemming.
                if role == "present" and text.lower() in exact:
                    continue
                pattern = compile_pattern(text, tokeniser, finding.id, role, everyday=everyday)
                if pattern:
                    yield pattern
        for text in finding.exact:
            pattern = compile_pattern(text, tokeniser, finding.id, "present", literal=True)
            if pattern:
                yield pattern


def _item_patterns(lexicon: Lexicon, tokeniser: Tokeniser) -> Iterator[Pattern]:
    for kind, table in (("site", lexicon.sites), ("sensation", lexicon.sensations)):
        for name, texts in table.items():
            yield from (p for text in texts if (p := _fixed(text, tokeniser, name, kind)))


def _cue_patterns(lexicon: Lexicon, tokeniser: Tokeniser) -> Iterator[Pattern]:
    groups: list[tuple[str, str, Sequence[str]]] = [
        ("before", "negation", lexicon.negation.before),
        ("after", "negation", lexicon.negation.after),
        ("reset", "negation", lexicon.negation.reset),
        ("list", "negation", lexicon.negation.lists),
        ("pseudo", "negation", lexicon.negation.pseudo),
        ("double", "negation", lexicon.negation.double),
        ("hypothetical", "frame", lexicon.hypothetical),
        ("past", "frame", lexicon.past),
        ("family", "frame", lexicon.family_history),
        ("correction", "frame", lexicon.corrections),
        *((name, "severity", words) for name, words in lexicon.severity.items()),
        *((name, "onset", words) for name, words in lexicon.onset.items()),
        *((name, "course", words) for name, words in lexicon.course.items()),
        *((str(number), "subject", subject.words) for number, subject in enumerate(lexicon.subjects)),
    ]
    for owner, role, texts in groups:
        yield from (p for text in texts if (p := compile_pattern(text, tokeniser, owner, role, literal=True)))


def _fixed(text: str, tokeniser: Tokeniser, owner: str, role: str) -> Pattern | None:
    """A place or a sensation: its words side by side, in order, little words included."""
    forms = tuple(t.form for t in tokeniser.tokens(normalise(text).text, repair=False))
    return Pattern(owner, role, forms, ordered=True, adjacent=True) if forms else None


def _speller(content: Content, tokeniser: Tokeniser, known_words: Mapping[str, int]) -> Speller:
    lexicon = content.lexicon
    targets: set[str] = set(_TIME_WORDS) | set(lexicon.number_words)
    bigrams: set[tuple[str, str]] = set()
    phrases = [p for f in content.findings.values() for p in (*f.phrases, *f.absent_phrases, *f.excludes_from)]
    tables = (
        *lexicon.sites.values(),
        *lexicon.sensations.values(),
        *lexicon.severity.values(),
        *lexicon.course.values(),
    )
    words = [w for table in tables for w in table] + [w for s in lexicon.subjects for w in s.words]
    cues = [*lexicon.negation.before, *lexicon.negation.after, *lexicon.negation.pseudo, *lexicon.hypothetical]
    for text in (*phrases, *words, *cues, *lexicon.synonyms.values()):
        surfaces = [t.surface for t in tokeniser.tokens(normalise(text).text, repair=False)]
        targets.update(surfaces)
        bigrams.update(pairwise(surfaces))
    beside: dict[str, frozenset[str]] = {}
    groups = [(*f.phrases, *f.absent_phrases) for f in content.findings.values()]
    groups += [*lexicon.sites.values(), *lexicon.sensations.values(), *lexicon.synonyms.items()]
    for texts in groups:
        own = frozenset(t.surface for text in texts for t in tokeniser.tokens(normalise(text).text, repair=False))
        beside |= {word: beside.get(word, frozenset()) | own for word in own}
    exact = {word for f in content.findings.values() for text in f.exact for word in text.lower().split()}
    return Speller(targets | set(lexicon.synonyms) | exact, bigrams, beside, known_words)


def cue_hits(vocabulary: Vocabulary, tokens: Sequence[Token]) -> list[Hit]:
    """All cues of a sentence."""
    return list(vocabulary.cues.search(tokens, range(len(tokens))))
