"""Words: how a text is cut into them, which say nothing of a subject, and which stand for others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_WORD = re.compile(r"\d+(?:\.\d+)?|[a-z0-9]+(?:'[a-z]+)?")

# Words that say nothing of a subject. Lay fillers count too: "please", "hello", "thanks".
STOP_WORDS: Final = frozenset({
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "because", "been",
    "before", "being", "but", "by", "can", "can't", "cant", "could", "couldn't", "couldnt", "did", "didn't",
    "didnt", "do", "does", "doesn't", "doesnt", "doing", "don't", "done", "dont", "for", "from", "get", "gets",
    "getting", "go", "goes", "going", "got", "had", "hadnt", "has", "hasnt", "have", "haven't", "havent", "having",
    "he", "hello", "her", "here", "hers", "hes", "hi", "him", "his", "how", "i", "i'm", "id", "if", "im", "in",
    "into", "is", "isn't", "isnt", "it", "it's", "its", "ive", "just", "keep", "keeps", "kind", "know", "let",
    "like", "may", "me", "might", "mine", "more", "most", "much", "my", "myself", "need", "no", "nor", "not", "now",
    "of", "off", "ok", "okay", "on", "one", "only", "or", "other", "our", "out", "over", "own", "please", "really",
    "s", "said", "say", "says", "she", "shes", "should", "so", "some", "something", "still", "such", "t", "take",
    "tell", "than", "thank", "thanks", "that", "that's", "the", "their", "them", "then", "there", "these", "they",
    "thing", "think", "this", "those", "through", "to", "too", "until", "up", "us", "use", "used", "using", "very",
    "want", "wants", "was", "wasn't", "wasnt", "we", "well", "were", "what", "what's", "when", "where", "which",
    "while", "who", "why", "will", "with", "won't", "wont", "would", "wouldn't", "wouldnt", "yes", "yet", "you",
    "your",
})  # fmt: skip

# Words that the documents put another way, from the kitchen table and from the consulting room.
OTHER_WORDS: Final = {
    "wee": "pee", "weeing": "peeing", "wees": "pees", "poop": "poo", "pooping": "pooing", "jab": "vaccination",
    "jabs": "vaccinations", "puke": "vomit", "puking": "vomiting", "tum": "tummy", "meds": "medicines",
    "asma": "asthma", "acetaminophen": "paracetamol", "tylenol": "paracetamol", "advil": "ibuprofen",
    "nurofen": "ibuprofen", "gp": "clinician", "dyspnoea": "breathlessness", "dyspnea": "breathlessness",
    "dysuria": "pain on peeing", "haematuria": "blood in the pee", "hematuria": "blood in the pee",
    "pyrexia": "fever", "emesis": "vomiting", "odynophagia": "sore throat on swallowing", "rhinorrhea": "runny nose",
    "rhinorrhoea": "runny nose", "epistaxis": "nosebleed", "pruritus": "itchy skin", "urticaria": "hives",
}  # fmt: skip


LEAST_USES: Final = 65
"""Count from which a word of the frequency list is taken for one; rarer entries are often misspelt themselves."""


def listed_words() -> list[str]:
    """English words of the spell checker's frequency list, the commonest first."""
    from spellchecker import SpellChecker  # a quarter of a second to read its list

    counts: dict[str, int] = SpellChecker(distance=1).word_frequency.dictionary
    kept = [word for word, count in counts.items() if count >= LEAST_USES]
    return sorted(kept, key=lambda word: (-counts[word], word))


def plain_lower(text: str) -> str:
    """A text in lower case with straight apostrophes."""
    return text.lower().replace("\u2019", "'")


def is_word(text: str) -> bool:
    """True for what `words` would return as one word."""
    return _WORD.fullmatch(text) is not None


def words(text: str) -> list[str]:
    """Lower-case words and numbers of a text, in order; an apostrophe stays inside its word."""
    return _WORD.findall(plain_lower(text))


def replace_words(text: str, replacements: Mapping[str, str]) -> str:
    """Put a text in lower case and replace its words; everything between them stays."""
    return _WORD.sub(lambda found: replacements.get(found[0], found[0]), plain_lower(text))
