"""Text as the rules read it: one spelling for look-alike letters, hidden characters, contractions and numbers.

Every token remembers where it came from, so that a verdict can point at the words it is about.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Token:
    """One word, number or sign in lower case; `start` and `end` are offsets in the text as given."""

    text: str
    start: int
    end: int


_LOOK_ALIKES = str.maketrans(
    "асеорхукмтнвіјѕһԁɡӏαορτυνικε‘’‛ʼ′`´“”„«»‐‑‒−–—―⁄∕…",
    "aceopxykmthbijshdglaoptuvike" + "'" * 7 + '"' * 5 + "-" * 4 + "—" * 3 + "//" + ".",
)
_MARKUP = frozenset("*_~`")
_WORD_LIKE = re.compile(r"[a-z0-9@$]+(?:'[a-z]+)*")
_PARTS = re.compile(r"\d+(?:[.,]\d+)*|[a-z]+(?:'[a-z]+)*|[^\sa-z0-9]")
_MIXED = re.compile(r"(?=[a-z0-9@$]*[a-z])(?=[a-z0-9@$]*[0-9@$])[a-z0-9@$]+")
_LEET = str.maketrans("013457@$", "oieastas")
_CITATION = re.compile(r"\[(\d{1,3})\]")

_CONTRACTIONS = {"'ve": "have", "'re": "are", "'ll": "will", "'m": "am", "'d": "would"}
_WHOLE = {
    "can't": "can not", "cannot": "can not", "won't": "will not", "shan't": "shall not", "let's": "let us",
    "dont": "do not", "doesnt": "does not", "didnt": "did not", "cant": "can not", "wont": "will not",
    "isnt": "is not", "arent": "are not", "wasnt": "was not", "havent": "have not", "hasnt": "has not",
    "shouldnt": "should not", "wouldnt": "would not", "couldnt": "could not", "neednt": "need not",
    "youre": "you are", "youve": "you have", "youll": "you will", "ive": "i have", "im": "i am",
    "weve": "we have", "theyve": "they have", "theres": "there is", "thats": "that is", "whats": "what is",
    "gonna": "going to", "wanna": "want to", "gotta": "have to", "dunno": "do not know", "lemme": "let me",
    "ain't": "is not", "aint": "is not", "y'all": "you", "ur": "your", "u": "you",
}  # fmt: skip
_IS_HOSTS_TEXT = (
    "it that this there here what who he she everything nothing something all how where when one everyone nobody "
    "somebody someone"
)
_IS_HOSTS = frozenset(_IS_HOSTS_TEXT.split())
_AFTER_IS = re.compile(
    r"(?:been|being|not|no|in|on|all|already|now|just|only|probably|going|done|sent|gone|fine|okay|ok|likely|"
    r"\w{3,}(?:ed|ing))$"
)
_NUMBER_WORDS_TEXT = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand"
)
_NUMBER_WORDS = frozenset(_NUMBER_WORDS_TEXT.split())


def fold(text: str) -> tuple[str, list[int]]:
    """Lower case, compatibility forms, look-alike letters and no hidden characters; with each origin offset."""
    if text.isascii():
        kept = [i for i, c in enumerate(text) if (c >= " " or c in "\n\t") and c not in _MARKUP]
        lowered = text.lower()
        return "".join(lowered[i] for i in kept), kept
    letters: list[str] = []
    origin: list[int] = []
    for at, char in enumerate(text):
        for part in unicodedata.normalize("NFKD", char).lower().translate(_LOOK_ALIKES):
            if unicodedata.category(part) in {"Mn", "Me", "Cf", "Cc", "Co", "Cs"} and part not in "\n\t":
                continue
            if part in _MARKUP:
                continue
            letters.append("u" if part == "μ" else part)
            origin.append(at)
    return "".join(letters), origin


def read_tokens(text: str, vocabulary: frozenset[str]) -> list[Token]:
    """The tokens of a text. `vocabulary`: words that may be written with digits for letters ("w4rfarin")."""
    folded, origin = fold(text)

    def token(word: str, start: int, end: int) -> Token:
        return Token(word, origin[start], origin[end - 1] + 1)

    found: list[Token] = []
    at = 0
    while at < len(folded):
        if folded[at].isspace():
            at += 1
            continue
        if cited := _CITATION.match(folded, at):
            found.append(token("CITE", at, cited.end()))
            at = cited.end()
            continue
        if (mixed := _MIXED.match(folded, at)) and (plain := mixed.group().translate(_LEET)) in vocabulary:
            found.append(token(plain, at, mixed.end()))
            at = mixed.end()
            continue
        part = _PARTS.match(folded, at)
        end = part.end() if part else at + 1
        word = folded[at:end]
        following = _WORD_LIKE.match(folded, end + 1) if end < len(folded) and folded[end].isspace() else None
        found.extend(token(w, at, end) for w in _written_out(word, following.group() if following else ""))
        at = end
    return found


def _written_out(word: str, following: str) -> Iterator[str]:
    """A contraction as the words it stands for; any other word as it is."""
    if word in _WHOLE:
        yield from _WHOLE[word].split()
        return
    if "'" in word and len(word) > 1:
        host, _, ending = word.rpartition("'")
        if word.endswith("n't"):
            yield from (word[:-3], "not")
            return
        if (full := _CONTRACTIONS.get(f"'{ending}")) is not None:
            yield from _written_out(host, "")
            yield full
            return
        if ending == "s":
            yield host
            yield "is" if host in _IS_HOSTS or _AFTER_IS.match(following) else "'s"
            return
    yield word


def is_number(word: str) -> bool:
    """True for digits and for number words other than "one", which is as often a pronoun."""
    return word[0].isdigit() or word in _NUMBER_WORDS
