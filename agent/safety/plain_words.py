"""What patients write, as the input rules read it: clauses of plain words, slang and misspellings mapped."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.safety.normalise import Token, read_tokens
from knowledge.schema_policies import CrisisPolicy

MAX_CLAUSE_WORDS = 60
_KEYWORDS = ("suicide", "suicidal", "overdose", "overdosed", "myself", "himself", "herself", "strangled", "goodbye")
_BREAKS = frozenset(".!?;\n")
_BREAK_WORDS = frozenset({"but", "however", "although", "though"})
_WORD = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True)
class PlainClause:
    """A clause in plain words and, in `quote`, as the patient wrote it."""

    text: str
    quote: str


class PlainWords:
    """Reads messages with the spelling table of the crisis policy."""

    def __init__(self, policy: CrisisPolicy) -> None:
        self._spelling: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for written, meant in policy.spelling.items():
            parts = tuple(written.split())
            self._spelling.setdefault(parts[0], []).append((parts, tuple(meant.split())))
        for options in self._spelling.values():
            options.sort(key=lambda option: -len(option[0]))
        patterns = " ".join(p for rule in policy.rules for p in rule.patterns)
        self._vocabulary = frozenset(_WORD.findall(patterns)) | {w for m in policy.spelling.values() for w in m.split()}

    def plain(self, text: str) -> str:
        """The whole text as plain words, signs included, without clauses."""
        return " ".join(token.text for token in self._mapped(read_tokens(text, self._vocabulary)))

    def clauses(self, text: str) -> list[PlainClause]:
        """Clauses: sentences, lines and what follows "but"; long ones overlap so that nothing is cut in two."""
        clauses: list[PlainClause] = []
        run: list[Token] = []
        tokens = self._mapped(read_tokens(text, self._vocabulary))
        for at, token in enumerate(tokens):
            new_line = at > 0 and "\n" in text[tokens[at - 1].end : token.start]
            if token.text in _BREAKS or token.text in _BREAK_WORDS or new_line:
                self._close(run, text, clauses)
                run = [] if token.text in _BREAKS or token.text in _BREAK_WORDS else [token]
            else:
                run.append(token)
        self._close(run, text, clauses)
        return clauses

    def _close(self, run: list[Token], text: str, clauses: list[PlainClause]) -> None:
        step = MAX_CLAUSE_WORDS // 2
        for start in range(0, len(run), step):
            part = run[start : start + MAX_CLAUSE_WORDS]
            clauses.append(PlainClause(" ".join(t.text for t in part), text[part[0].start : part[-1].end]))
            if start + MAX_CLAUSE_WORDS >= len(run):
                return

    def _mapped(self, tokens: list[Token]) -> list[Token]:
        result: list[Token] = []
        at = 0
        while at < len(tokens):
            token = tokens[at]
            meant, end = self._spelled(tokens, at)
            if meant is None and token.text == "-":
                at += 1
                continue
            words = meant if meant is not None else (_nearest(token.text),)
            result.extend(Token(word, token.start, tokens[end - 1].end) for word in words)
            at = end
        return result

    def _spelled(self, tokens: list[Token], at: int) -> tuple[tuple[str, ...] | None, int]:
        for written, meant in self._spelling.get(tokens[at].text, ()):
            end = at + len(written)
            if tuple(t.text for t in tokens[at:end]) == written:
                return meant, end
        return None, at + 1


def _nearest(word: str) -> str:
    """A long key word with one letter wrong is read as that key word."""
    if len(word) < 5 or word in _KEYWORDS:
        return word
    for key in _KEYWORDS:
        if word[0] == key[0] and abs(len(word) - len(key)) <= 1 and _slips(word, key) <= 1:
            return key
    return word


def _slips(word: str, key: str) -> int:
    """Edits (insert, delete, replace) between two words; a swap of neighbours counts one."""
    previous, row = [0] * (len(key) + 1), list(range(len(key) + 1))
    for i, letter in enumerate(word, 1):
        current = [i]
        for j, wanted in enumerate(key, 1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == key[j - 2] and word[i - 2] == wanted:
                cost = min(cost, previous[j - 2] + 1)
            current.append(cost)
        previous, row = row, current
    return row[-1]
