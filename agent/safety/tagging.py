"""Content classes: medicines, conditions, units and the like become one tag each, so that rules stay short.

"Stop taking your warfarin" reads "stop taking your DRUG". Names are found by list, by ending ("-pril"), with one
typing error; disguises ("w a r f a r i n", "war-farin") are undone first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from agent.safety.disguises import MIN_JOINED_LETTERS, Disguises
from agent.safety.normalise import Token, is_number, read_tokens
from knowledge.schema_gate import OutputGatePolicy, WordClass

MIN_TYPO_LETTERS = 7
_LITERAL_WORD = re.compile(r"(?<![\\a-zA-Z(?<])[a-z]{3,}(?![a-z]*[?*+{\\])")


@dataclass(frozen=True)
class Tagged:
    """A sentence as rules read it.

    text: words and tags parted by single blanks. spans: origin (start, end) of each. starts: offset of each in `text`.
    """

    text: str
    spans: tuple[tuple[int, int], ...]
    starts: tuple[int, ...]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span in the sentence as given of a match at [start, end) in `text`."""
        inside = [s for s, at in zip(self.spans, self.starts, strict=True) if start <= at < max(end, start + 1)]
        return (inside[0][0], inside[-1][1]) if inside else (0, 0)


class Tagger:
    """Reads sentences with the word classes of a policy. Classes that come first win."""

    def __init__(self, policy: OutputGatePolicy) -> None:
        self._classes = {name: _Lookup(name, words) for name, words in policy.classes.items()}
        self._phrases = _phrases(policy.classes)
        names = {w for c in policy.classes.values() for phrase in c.words for w in phrase.split()}
        literal = (p for rule in policy.rules for p in rule.patterns)
        grouped = (p for group in policy.groups.values() for p in group)
        verbs = {w for pattern in (*literal, *grouped) for w in _LITERAL_WORD.findall(pattern)}
        self._vocabulary = frozenset(w for w in names | verbs if len(w) >= MIN_JOINED_LETTERS)
        names_to_join = frozenset(w for w in names if len(w) >= MIN_TYPO_LETTERS)
        verbs_to_join = frozenset(w for w in verbs if len(w) >= MIN_JOINED_LETTERS)
        self._disguises = Disguises(self._vocabulary, names_to_join | verbs_to_join)

    def read(self, sentence: str) -> Tagged:
        """Normalises and tags one sentence."""
        tokens = self._disguises.undo(read_tokens(sentence, self._vocabulary))
        words, spans = self._tag(tokens)
        starts: list[int] = []
        at = 0
        for word in words:
            starts.append(at)
            at += len(word) + 1
        return Tagged(" ".join(words), tuple(spans), tuple(starts))

    def _tag(self, tokens: list[Token]) -> tuple[list[str], list[tuple[int, int]]]:
        words: list[str] = []
        spans: list[tuple[int, int]] = []
        at = 0
        while at < len(tokens):
            tag, end = self._tag_at(tokens, at)
            if words and (words[-1], tag) == ("DX", "MED"):
                # "epilepsy tablets" is a medicine by its purpose
                words[-1], spans[-1] = "DRUG", (spans[-1][0], tokens[end - 1].end)
            elif not (tag == "NUM" and words and words[-1] == "NUM"):
                words.append(tag)
                spans.append((tokens[at].start, tokens[end - 1].end))
            else:
                spans[-1] = (spans[-1][0], tokens[end - 1].end)
            at = end
        return words, spans

    def _tag_at(self, tokens: list[Token], at: int) -> tuple[str, int]:
        word = tokens[at].text
        for length, phrase_tags in self._phrases.get(_stem(word), ()):
            phrase = tuple(_stem(t.text) for t in tokens[at : at + length])
            if (tag := phrase_tags.get(phrase)) and not self._harmless(tag, tokens, at + length):
                return tag, at + length
        if word.isalpha():
            for name, lookup in self._classes.items():
                if lookup.matches(word) and not self._harmless(name, tokens, at + 1):
                    return name, at + 1
        return ("NUM" if is_number(word) else word), at + 1

    def _harmless(self, tag: str, tokens: list[Token], following: int) -> bool:
        return following < len(tokens) and tokens[following].text in self._classes[tag].followed_by


class _Lookup:
    """Single words of one class: by ending, or one typing error away from a long name."""

    def __init__(self, name: str, words: WordClass) -> None:
        self.name = name
        self.followed_by = frozenset(words.followed_by)
        self._suffixes = tuple(words.suffixes)
        self._min_length = words.min_length
        self._exclude = frozenset(words.exclude)
        self._near: dict[str, str] = {}
        if words.fuzzy:
            for word in words.words:
                if len(word) >= MIN_TYPO_LETTERS and word.isalpha():
                    self._near.update(dict.fromkeys((word, *_deletes(word)), word))

    def matches(self, word: str) -> bool:
        singular = word.removesuffix("s")
        if word in self._exclude or singular in self._exclude:
            return False
        if len(singular) >= self._min_length and self._suffixes and singular.endswith(self._suffixes):
            return True
        if not self._near or len(word) < MIN_TYPO_LETTERS - 1:
            return False
        return any(_one_slip(singular, self._near[d]) for d in (singular, *_deletes(singular)) if d in self._near)


def _deletes(word: str) -> Iterable[str]:
    return (word[:i] + word[i + 1 :] for i in range(len(word)))


def _one_slip(word: str, name: str) -> bool:
    """One letter more, less, other, or two neighbours swapped; the first letter must agree."""
    if word[0] != name[0] or abs(len(word) - len(name)) > 1:
        return False
    head = next((i for i, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), min(len(word), len(name)))
    a, b = word[head:], name[head:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _stem(word: str) -> str:
    """Plural off, for words of four letters and more."""
    if word.endswith(("ches", "shes", "xes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "is", "us")) else word


def _phrases(classes: dict[str, WordClass]) -> dict[str, list[tuple[int, dict[tuple[str, ...], str]]]]:
    """Phrases by first word, longest first; a phrase of several classes belongs to the first."""
    table: dict[str, dict[int, dict[tuple[str, ...], str]]] = {}
    for name, words in classes.items():
        for phrase in words.words:
            parts = tuple(_stem(part) for part in phrase.replace("'s", " 's").split())
            table.setdefault(parts[0], {}).setdefault(len(parts), {}).setdefault(parts, name)
    return {first: sorted(by_length.items(), reverse=True) for first, by_length in table.items()}
