"""Reads one message: sentences, findings with polarity, subject and attributes, numbers, and what is left over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from agent.triage.attributes import assign, find_attributes
from agent.triage.clauses import clauses_of
from agent.triage.demographics import DemographicsReader, Detail
from agent.triage.dialogue import Utterance, speaking, utterances
from agent.triage.duration import Duration, DurationReader
from agent.triage.grammar import words
from agent.triage.lexicon_match import Hit
from agent.triage.matching import SentenceMatches, match_sentence
from agent.triage.mentions import Clause, Mention, OwnedDetail, Reading
from agent.triage.numbers import NumberReader
from agent.triage.polarity import SentencePolarity, Status
from agent.triage.sentence import Sentence
from agent.triage.subject import SELF, SubjectTracker
from agent.triage.text import SentenceSpan, Source, normalise, split_sentences
from agent.triage.tokens import Token
from agent.triage.vitals import Measurement, find_measurements
from agent.triage.vocabulary import Vocabulary, cue_hits
from knowledge.schema import Content

_RETELLING = frozenset({"had", "died", "suffered", "passed"})
_RECENT = words(
    """
    now today tonight yesterday just started suddenly still morning evening night week since minute hour
    """
)
_OWNER_REACH = 3
_NOT_REACH = 3
_OF_OTHER_TIMES = frozenset({"same", "recurrent", "past"})
_BACKGROUND = frozenset({"history", "circumstance"})
_ENDED = re.compile(r"\b(?:no longer|any ?more|no more|now (?:no|not|does not|do not|is not|has no|have no)|stopped)\b")


class MessageReader:
    """Turns messages into readings; holds no state between messages but what the tracker carries."""

    def __init__(self, content: Content, vocabulary: Vocabulary) -> None:
        self._findings = content.findings
        self._vocabulary = vocabulary
        numbers = NumberReader(content.lexicon.number_words)
        self._durations = DurationReader(numbers)
        self._demographics = DemographicsReader(numbers)

    @property
    def durations(self) -> DurationReader:
        """Reads lengths of time."""
        return self._durations

    def read(self, turn: int, text: str, tracker: SubjectTracker) -> Reading:
        """Read one message. ``tracker`` carries the subject over from the message before."""
        source = normalise(text, turn)
        details = self._demographics.find(source.text)
        measurements = find_measurements(source.text)
        taken = [(d.start, d.end) for d in details] + [(m.start, m.end) for m in measurements]
        mentions: list[Mention] = []
        clauses: list[Clause] = []
        durations: list[Duration] = []
        owned: list[OwnedDetail] = []
        spoken_by = utterances(source.text)
        for span in _by_speaker(split_sentences(source), spoken_by):
            speaker = speaking(spoken_by, span.start)
            asked = speaker is not None and speaker.asker
            tokens = self._vocabulary.tokeniser.tokens(source.text, span.start, span.end)
            if not tokens:
                continue
            spoken = self._durations.find(source.text, span.start, span.end, taken)
            cues = cue_hits(self._vocabulary, tokens)
            # "The ones I've had for ten years" is not how long this has lasted.
            if not asked and not any(c.pattern.owner in _OF_OTHER_TIMES for c in cues):
                durations += spoken
            matches = match_sentence(self._vocabulary, tokens)
            subjects = tracker.follow(tokens, cues, self._spoken_for(matches))
            inside = [m for m in measurements if span.start <= m.start < span.end]
            persons = {n: person.relation for n, person in tracker.persons_at(tokens, cues).items()}
            sentence = Sentence(source, span, tokens, cues, subjects, matches, persons)
            found = _merged(list(self._mentions(sentence, spoken, inside)), source)
            if speaker is not None:
                found = (replace(m, status=speaker.settle(m.status)) for m in found)
            mentions += found
            if asked:
                continue
            measured = [(m.start, m.end) for m in inside]
            clauses += clauses_of(sentence, [*taken, *((d.start, d.end) for d in spoken)], measured)
            owned += _owned(details, sentence)
        return Reading(source, tuple(mentions), tuple(clauses), tuple(measurements), tuple(durations), tuple(owned))

    def _mentions(
        self, sentence: Sentence, durations: Sequence[Duration], measurements: Sequence[Measurement]
    ) -> Iterator[Mention]:
        hits = [h for h in sentence.matches.hits if not _misread_denial(h, sentence.cues)]
        polarity = sentence.polarity()
        statuses = [self._status(hit, polarity, sentence.tokens) for hit in hits]
        stated = [n for n, status in enumerate(statuses) if status == "present"]
        found = find_attributes(sentence.tokens, sentence.cues, durations, measurements)
        places = [(hits[n].first, hits[n].last) for n in stated]
        attributes = dict(zip(stated, assign(sentence.tokens, places, found), strict=True))
        over = bool(_ENDED.search(" ".join(t.surface for t in sentence.tokens)))
        retells = not durations and not _RECENT & {t.surface for t in sentence.tokens}
        told = next((n for n, t in enumerate(sentence.tokens) if t.surface in _RETELLING), len(sentence.tokens))
        corrects = any(c.pattern.owner == "correction" for c in sentence.cues)
        for number, hit in enumerate(hits):
            start, end = sentence.tokens[hit.first].start, sentence.tokens[hit.last].end
            raw_start, raw_end = sentence.source.span(start, end)
            yield Mention(
                finding=hit.pattern.owner,
                status=statuses[number],
                turn=sentence.source.turn,
                start=start,
                end=end,
                quote=sentence.source.raw[raw_start:raw_end],
                raw_start=raw_start,
                raw_end=raw_end,
                subject=sentence.subject_of(hit),
                attributes=attributes.get(number, {}),
                match="composed" if hit.pattern.role == "composed" else "phrase",
                corrects=corrects,
                retold=retells and told <= hit.last and sentence.subject_of(hit) not in {None, SELF},
                ended=statuses[number] == "absent" and over,
            )

    def _spoken_for(self, matches: SentenceMatches) -> frozenset[int]:
        """Words of phrases that tell a history or a circumstance of the writer, whoever else they name."""
        told = (h for h in matches.hits if self._findings[h.pattern.owner].kind in _BACKGROUND)
        return frozenset(i for h in told for i in h.indices)

    def _status(self, hit: Hit, polarity: SentencePolarity, tokens: Sequence[Token]) -> Status:
        history = self._findings[hit.pattern.owner].kind == "history"
        status = polarity.status(hit.indices, history=history)
        if hit.pattern.role == "absent":
            # "Can't talk in full sentences" denies what would speak against the finding.
            told = status in {"present", "past", "absent"} and not hit.pattern.has_negator
            denied = told and _not_before(hit.first, tokens)
            inner = {t.surface for n, t in enumerate(tokens[hit.first : hit.last], hit.first) if n not in hit.indices}
            if told and "not" in inner:
                # "My breathing is not fine" says neither that the finding is there nor that it is not.
                return "hypothetical"
            return "present" if denied else "absent" if status in {"present", "past"} else status
        return status


def _by_speaker(spans: Iterable[SentenceSpan], spoken: Sequence[Utterance]) -> Iterator[SentenceSpan]:
    """Sentences of one speaker each, speakers' labels left out."""
    for span in spans:
        if not spoken:
            yield span
        for utterance in spoken:
            start, end = max(span.start, utterance.start), min(span.end, utterance.end)
            if start < end:
                yield SentenceSpan(start, end, span.question and end == span.end)


def _not_before(first: int, tokens: Sequence[Token]) -> bool:
    """Whether a "not" stands right before, nothing but little words between: "cannot talk in full sentences"."""
    for place in range(first - 1, max(-1, first - 1 - _NOT_REACH), -1):
        if tokens[place].is_barrier:
            return False
        if tokens[place].surface == "not":
            return True
    return False


def _merged(mentions: list[Mention], source: Source) -> Iterator[Mention]:
    """Overlapping mentions of one finding become one, so that its quote holds all the words that speak for it."""
    groups: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.finding, m.status, m.start, -m.end)):
        last = groups[-1] if groups else None
        if last and (last.finding, last.status) == (mention.finding, mention.status) and mention.start < last.end:
            end = max(last.end, mention.end)
            raw_start, raw_end = source.span(last.start, end)
            quote = source.raw[raw_start:raw_end]
            match = "phrase" if "phrase" in (last.match, mention.match) else last.match
            attributes = {**mention.attributes, **last.attributes}
            groups[-1] = replace(last, end=end, raw_end=raw_end, quote=quote, match=match, attributes=attributes)
        else:
            groups.append(mention)
    yield from sorted(groups, key=lambda m: (m.start, m.end, m.finding))


def _misread_denial(hit: Hit, cues: Sequence[Hit]) -> bool:
    """Whether the "no" belongs to another group of words: "no change in the pain" is not the phrase "no pain"."""
    own = set(hit.indices)
    pseudo = (set(c.indices) for c in cues if c.pattern.owner == "pseudo")
    return hit.pattern.role == "absent" and hit.pattern.has_negator and any(p & own and not p <= own for p in pseudo)


def _owned(details: Sequence[Detail], sentence: Sentence) -> Iterator[OwnedDetail]:
    for detail in details:
        inside = [n for n, t in enumerate(sentence.tokens) if detail.start <= t.start < detail.end]
        if not inside:
            continue
        owner = sentence.subjects[inside[-1]]
        for index in range(inside[-1] + 1, min(inside[-1] + 1 + _OWNER_REACH, len(sentence.tokens))):
            if sentence.tokens[index].is_barrier:
                break
            named = [h for h in sentence.cues if h.pattern.role == "subject" and h.first == index]
            if named:
                owner = sentence.subjects[index]
                break
        yield OwnedDetail(detail, owner)
