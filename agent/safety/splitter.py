"""Sentences from streamed text: the same sentences whatever the chunking, and together exactly the text.

A boundary is decided only when everything it depends on has arrived: the terminator, what closes it (quotes,
brackets, citation markers), the white space after it and the first characters of the next sentence.
"""

from __future__ import annotations

import re

MAX_SENTENCE_CHARS = 4000
_LOOKAHEAD = 8
_CLOSERS = "\"'”’)]*_»"
_ABBREVIATIONS_TEXT = (
    "dr mr mrs ms prof st sr jr vs no nr fig approx ca etc eg e.g ie i.e p.o a.m p.m u.s u.k dept est tel ext min "
    "hr hrs temp resp inc ltd"
)
_ABBREVIATIONS = frozenset(_ABBREVIATIONS_TEXT.split())
_MAY_END_SENTENCE = frozenset({"etc", "a.m", "p.m", "u.s", "u.k", "min", "hr", "hrs"})
_TERMINATORS = ".!?…。！？"
_LAST_WORD = re.compile(r"([^\W_][\w.’'-]*)$")
_LIST_NUMBER = re.compile(r"(?:^|\n)\s{0,6}(?:\d{1,2}|[A-Za-z])$")
_CITATIONS = re.compile(r"(?:\s?\[\d{1,3}\])+")
_LINE_STARTS = re.compile(r"[-*•–#>]|\d{1,2}[.)]|[A-Z]")


class SentenceSplitter:
    """Feed chunks, get complete sentences. White space after a sentence stays with it; joined they are the text."""

    def __init__(self) -> None:
        self._pending = ""
        self._seen = 0

    def feed(self, chunk: str) -> list[str]:
        """Adds text and returns the sentences that are complete now."""
        self._pending += chunk
        return self._take(final=False)

    def flush(self) -> list[str]:
        """Ends the text: returns what is left, split as far as it can be, and starts anew."""
        rest = self._take(final=True)
        if self._pending:
            rest.append(self._pending)
        self._pending, self._seen = "", 0
        return rest

    def _take(self, *, final: bool) -> list[str]:
        sentences: list[str] = []
        while True:
            end = self._boundary(final=final)
            if end is None:
                return sentences
            sentences.append(self._pending[:end])
            self._pending, self._seen = self._pending[end:], 0

    def _boundary(self, *, final: bool) -> int | None:
        text = self._pending
        limit = min(len(text), MAX_SENTENCE_CHARS)
        for at in range(self._seen, limit):
            if text[at] not in _TERMINATORS and text[at] != "\n":
                continue
            end = _end_at(text, at, final=final)
            if end == _UNDECIDED:
                # A boundary that cannot be seen within the cap is cut at the cap, whatever the chunking.
                if len(text) < MAX_SENTENCE_CHARS + _LOOKAHEAD and not final:
                    self._seen = at
                    return None
                continue
            if end != _NO_BOUNDARY:
                return min(end, MAX_SENTENCE_CHARS)
        if len(text) >= MAX_SENTENCE_CHARS + _LOOKAHEAD or (final and len(text) > MAX_SENTENCE_CHARS):
            return MAX_SENTENCE_CHARS
        self._seen = limit
        return None


_UNDECIDED = -1
_NO_BOUNDARY = -2


def _end_at(text: str, at: int, *, final: bool) -> int:
    """Where the sentence that may end at `at` ends, white space included; or _UNDECIDED or _NO_BOUNDARY."""
    end = at if text[at] == "\n" else _after_closers(text, at)
    if cited := _CITATIONS.match(text, end):
        end = cited.end()
        end = _after_closers(text, end - 1)
    space_end = end
    while space_end < len(text) and text[space_end].isspace():
        space_end += 1
    if space_end + _LOOKAHEAD > len(text) and not final:
        return _UNDECIDED
    if space_end == len(text):
        return _NO_BOUNDARY if end == 0 or not text[:end].strip() else space_end
    space = text[end:space_end]
    if (cited_later := _CITATIONS.match(text, space_end)) and "\n" not in space:
        tail = cited_later.end()
        while tail < len(text) and text[tail].isspace():
            tail += 1
        return tail if tail + _LOOKAHEAD <= len(text) or final else _UNDECIDED
    if not text[:end].strip():
        return _NO_BOUNDARY
    following = text[space_end:]
    if text[at] == "\n":
        return space_end if space.count("\n") > 1 or _LINE_STARTS.match(following) else _NO_BOUNDARY
    if not space:
        return end if text[at] in "。！？" else _NO_BOUNDARY
    if "\n" in space:
        return space_end
    return space_end if _ends_sentence(text, at, following) else _NO_BOUNDARY


def _after_closers(text: str, at: int) -> int:
    end = at + 1
    while end < len(text) and (text[end] in _TERMINATORS or text[end] in _CLOSERS):
        end += 1
    return end


def _ends_sentence(text: str, at: int, following: str) -> bool:
    if text[at] != ".":
        return not following[0].islower()
    before = text[max(0, at - 24) : at]
    if following[0].islower() and (before.endswith(".") or text[at : at + 2] == ".."):
        return False
    if _LIST_NUMBER.search(before) or (len(before) == at and re.fullmatch(r"\s*(?:\d{1,2}|[A-Za-z])", before)):
        return False
    word = _LAST_WORD.search(before)
    last = word.group(1).lower() if word else ""
    if last in _ABBREVIATIONS:
        return last in _MAY_END_SENTENCE and following[0].isupper()
    return not (len(last) == 1 and last.isalpha() and last != "i" and following[0].isupper())


def split_sentences(text: str) -> list[str]:
    """The sentences of a whole text, as the splitter gives them for any chunking of it."""
    splitter = SentenceSplitter()
    return [*splitter.feed(text), *splitter.flush()]
