"""Who the words are about: the writer, the person they write for, or somebody else who is mentioned in passing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agent.triage.grammar import stems, words
from agent.triage.lexicon_match import Hit
from agent.triage.tokens import Token
from knowledge.schema import Lexicon

SELF = "self"
_REPORTING = stems(
    """
    think believ guess suppos notic worry worried worri hope wonder reckon know see saw look check giv give gav gave
    took tak take call ask writ write need want scared concerned concern afraid frighten said say told tell phon
    ring found find read panick panic freak tri try bring brought am was will would could can do did just also
    thought mean understand heard hear
    """
)
_OWN_VERBS = stems("have feel am get had was been keep can do did hurt could")
_MALE, _FEMALE, _ANY = (frozenset(w.split()) for w in ("he him his himself", "she her hers herself", "they them their"))
_PROFESSIONALS = stems(
    """
    doctor nurse paramedic pharmacist consultant dentist specialist surgeon therapist midwife boss teacher
    """
)
_SAYING = stems("say said tell told think thought reckon believ insist suggest advis ask mention joke swear")
_BEFORE_VERB = words("in law also always keeps keep kept")
_EVENTS = words("as was had having expecting delivered were being like")
_PASSING = frozenset({"brother", "sister", "friend"})
UNBORN = "baby"
"""Relation that may name an unborn child."""
CHILDREN = frozenset({"baby", "son", "daughter", "child"})
"""Relations that are a child of the writer."""
_ALIKE = (CHILDREN, frozenset({"husband", "wife", "partner"}))
_LOOK_AHEAD = 7


@dataclass(frozen=True)
class Person:
    """A person of the lexicon's subject table."""

    relation: str
    age_group: str | None = None
    sex: str | None = None


def same_person(a: str, b: str) -> bool:
    """Whether two relations may name one person: "my baby ... my son", "the patient ... my wife"."""
    if a == b or "patient" in (a, b):
        return True
    return {a, b} != {"son", "daughter"} and {a, b} != {"husband", "wife"} and any({a, b} <= group for group in _ALIKE)


class SubjectTracker:
    """Follows the subject from word to word and from sentence to sentence.

    Args:
        lexicon: Gives the persons.
        writer_relation: Relation of the patient to the writer when it is known from the session.
    """

    def __init__(self, lexicon: Lexicon, writer_relation: str = SELF) -> None:
        self._persons = [Person(s.relation, s.age_group, s.sex) for s in lexicon.subjects]
        self._last = [] if writer_relation == SELF else [self._person_of(writer_relation)]
        self._current: str | None = None if writer_relation == SELF else writer_relation
        self._professional = False
        self.seen: dict[str, Person] = {}

    def _person_of(self, relation: str) -> Person:
        return next((p for p in self._persons if p.relation == relation), Person(relation))

    def answering(self) -> None:
        """A reply to a question begins with the patient, whoever was named last in passing."""
        self._current = None

    def follow(
        self, tokens: Sequence[Token], hits: Sequence[Hit], spoken_for: frozenset[int] = frozenset()
    ) -> list[str | None]:
        """The subject at each token of a sentence: a relation, "self", or None where nothing has said yet.

        Persons at positions ``spoken_for`` belong to a phrase of a finding ("had my baby", "partner hits me") and do
        not become the subject.
        """
        starts = {n: p for n, p in self.persons_at(tokens, hits).items() if n not in spoken_for}
        subjects: list[str | None] = []
        for index, token in enumerate(tokens):
            marker = self._marker(index, token, tokens, starts)
            if marker is not None:
                self._current = marker
            subjects.append(self._current)
        return subjects

    def persons_at(self, tokens: Sequence[Token], hits: Sequence[Hit]) -> dict[int, Person]:
        """Persons named in a sentence, by the position of their first word."""
        longest: dict[int, Hit] = {}
        for hit in hits:
            if hit.pattern.role == "subject":
                for index in hit.indices:
                    if index not in longest or len(hit.indices) > len(longest[index].indices):
                        longest[index] = hit
        named = (h for h in longest.values() if not _is_no_person(tokens, h.first))
        return {h.first: self._persons[int(h.pattern.owner)] for h in named}

    def _marker(self, index: int, token: Token, tokens: Sequence[Token], starts: dict[int, Person]) -> str | None:
        person = starts.get(index)
        if person is not None:
            known = self.seen.get(person.relation)
            merged = Person(person.relation, person.age_group or (known.age_group if known else None), person.sex)
            self.seen[person.relation] = merged
            self._last.append(merged)
            # "My mum says it is nothing": she reports and is not the one who is ill; "my son says his tummy hurts" is
            # settled by the "his".
            return None if self._told_by(tokens, index, starts) else person.relation
        word = token.surface
        if token.form in _PROFESSIONALS:
            self._professional = True
            return None
        if word == "my":
            ahead = tokens[index + 1 : index + _LOOK_AHEAD]
            stop = next((n for n, t in enumerate(ahead) if t.is_barrier), len(ahead))
            return None if any(index + 1 + n in starts for n in range(stop)) else SELF
        if word == "i":
            return None if self._reports(tokens, index) else SELF
        if word in _MALE | _FEMALE | _ANY:
            return self._antecedent(word)
        return None

    def _reports(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether the writer reports and is not the one who is ill: "I think he ...", "I am worried"."""
        following = [
            t
            for t in tokens[index + 1 : index + 4]
            if t.surface not in {"am", "was", "have", "just", "also", "really", "so", "very", "do", "did", "not"}
        ]
        if not following:
            return False
        first = following[0]
        return first.form in _REPORTING and first.form not in _OWN_VERBS

    def _told_by(self, tokens: Sequence[Token], index: int, starts: dict[int, Person]) -> bool:
        following = [t for n, t in enumerate(tokens[index + 1 : index + 5], index + 1) if n not in starts]
        verb = next((t for t in following if not t.is_free and t.surface not in _BEFORE_VERB), None)
        # "Wife made me write", "mum wants me to call": who does something to me is not the one who is ill.
        acts_on_me = any(t.surface == "me" for t in following[:3]) and not any(t.is_barrier for t in following[:3])
        return acts_on_me or (verb is not None and verb.form in _SAYING)

    def _antecedent(self, word: str) -> str | None:
        wanted = "male" if word in _MALE else "female" if word in _FEMALE else None
        for person in reversed(self._last):
            if wanted is None or person.sex in (None, wanted):
                if wanted and person.sex is None:
                    self.seen[person.relation] = Person(person.relation, person.age_group, wanted)
                return person.relation
        if self._professional or word in _ANY or self._current == SELF:
            return None
        person = Person("patient", None, wanted)
        self._last.append(person)
        self.seen.setdefault("patient", person)
        return "patient"


def _is_no_person(tokens: Sequence[Token], index: int) -> bool:
    """Whether the words name a time of life or an event: "as a child I ...", "had a baby last week"."""
    before = [t.surface for t in tokens[max(0, index - 2) : index]]
    return len(before) == 2 and before[1] == "a" and before[0] in _EVENTS


def choose_patient(subjects: Sequence[str | None], writer_relation: str = SELF) -> str:
    """The person the text is about, from the subjects of its symptoms in order."""
    if writer_relation != SELF:
        return writer_relation
    named = [s for s in subjects if s]
    counts = Counter(named)
    mine = counts.pop(SELF, 0)
    if not counts:
        return SELF
    best = max(counts, key=lambda relation: sum(n for o, n in counts.items() if same_person(o, relation)))
    theirs = sum(n for o, n in counts.items() if same_person(o, best))
    if mine and (best in _PASSING or mine > theirs or (mine == theirs and named[0] == SELF)):
        return SELF
    return best
