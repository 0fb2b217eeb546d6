"""Disguised words: spelled letter by letter, broken by blanks or hyphens. They are put together before the rules read.

A run of single letters that makes no words at all becomes OBFUSCATED: nobody writes so to a patient, and the gate
blocks it.
"""

from __future__ import annotations

from agent.safety.normalise import Token, is_number

MIN_JOINED_LETTERS = 4
MIN_OBFUSCATED_LETTERS = 5
MAX_SPELLED_LETTERS = 60
MAX_WORD_LETTERS = 18
MAX_BROKEN_TOKENS = 6
OBFUSCATED = "OBFUSCATED"
_SMALL_WORDS_TEXT = "a an the you your my it is in of on to up at for and off not do"
_SMALL_WORDS = frozenset(_SMALL_WORDS_TEXT.split())
# Whole words that may stand side by side without being a broken one ("can not", "some one").
_WHOLE_WORDS_TEXT = (
    "can not any some every no one thing body where time times may be out over under up down to day night in side "
    "with for get ever all on off set back work self here fore who how ache head stomach heart burn blood over "
    "dose check way ward after noon week end bed sick well come go long check emergency under stand"
)
_WHOLE_WORDS = frozenset(_WHOLE_WORDS_TEXT.split())
_SEPARATORS = frozenset("-./,·•|+ ")


class Disguises:
    """Undoes disguises with the words the policy knows.

    Args:
        vocabulary: words that spelled-out letters may make.
        joinable: names and verbs that broken pieces may make.
    """

    def __init__(self, vocabulary: frozenset[str], joinable: frozenset[str]) -> None:
        self._segments = vocabulary | _SMALL_WORDS
        self._joinable = joinable

    def undo(self, tokens: list[Token]) -> list[Token]:
        """The tokens with spelled-out and broken words put together and inner hyphens dropped."""
        return self._joined(self._unspelled(_without_hyphens(tokens)))

    def _unspelled(self, tokens: list[Token]) -> list[Token]:
        """Letters written one by one become words; a run that makes no words becomes OBFUSCATED."""
        result: list[Token] = []
        at = 0
        while at < len(tokens):
            letters, end = _spelled_run(tokens, at)
            if len(letters) < 3:
                result.append(tokens[at])
                at += 1
                continue
            run = Token("".join(letters), tokens[at].start, tokens[end - 1].end)
            words = self._segment(run.text)
            if words:
                result.extend(Token(word, run.start, run.end) for word in words)
            elif len(letters) >= MIN_OBFUSCATED_LETTERS:
                result.append(Token(OBFUSCATED, run.start, run.end))
            else:
                result.extend(tokens[at:end])
            at = end
        return result

    def _segment(self, letters: str) -> list[str]:
        if len(letters) > MAX_SPELLED_LETTERS:
            return []
        best: list[list[str] | None] = [[]]
        for end in range(1, len(letters) + 1):
            options = [
                [*head, letters[start:end]]
                for start in range(max(0, end - MAX_WORD_LETTERS), end)
                if (head := best[start]) is not None and letters[start:end] in self._segments
            ]
            best.append(min(options, key=len) if options else None)
        found = best[-1]
        return found if found and any(len(w) >= MIN_JOINED_LETTERS for w in found) else []

    def _joined(self, tokens: list[Token]) -> list[Token]:
        """Names and verbs broken in two or three by a blank, hyphen, dot or slash are put together."""
        result: list[Token] = []
        at = 0
        while at < len(tokens):
            joined = self._join_at(tokens, at)
            if joined:
                result.append(Token(joined[0], tokens[at].start, tokens[joined[1] - 1].end))
                at = joined[1]
            else:
                result.append(tokens[at])
                at += 1
        return result

    def _join_at(self, tokens: list[Token], at: int) -> tuple[str, int] | None:
        if not tokens[at].text.isalpha() or tokens[at].text in self._segments:
            return None
        word, end = tokens[at].text, at + 1
        while end < len(tokens) and end - at < MAX_BROKEN_TOKENS:
            if tokens[end].text in _SEPARATORS:
                end += 1
                continue
            if not tokens[end].text.isalpha():
                return None
            word += tokens[end].text
            end += 1
            if word in self._joinable:
                parts = {token.text for token in tokens[at:end]} - _SEPARATORS
                return None if parts <= _WHOLE_WORDS else (word, end)
        return None


def _spelled_run(tokens: list[Token], at: int) -> tuple[list[str], int]:
    """Single letters from `at` on, with separators between them, and where the run ends."""
    letters: list[str] = []
    end = here = at
    while here < len(tokens):
        text = tokens[here].text
        if len(text) == 1 and text.isalpha():
            letters.append(text)
            here += 1
            end = here
        elif letters and text in _SEPARATORS:
            here += 1
        else:
            break
    return letters, end


def _without_hyphens(tokens: list[Token]) -> list[Token]:
    """Drops the hyphen inside "follow-up"; a dash between numbers stays as one sign, other dashes as a break."""
    result: list[Token] = []
    for at, token in enumerate(tokens):
        before = tokens[at - 1] if at else None
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        if token.text == "—" and before and after and is_number(before.text) and is_number(after.text):
            result.append(Token("-", token.start, token.end))
        elif token.text == "-" and before and after and before.end == token.start and token.end == after.start:
            if is_number(before.text) and is_number(after.text):
                result.append(token)
        elif token.text == "-":
            result.append(Token("—", token.start, token.end))
        else:
            result.append(token)
    return result
