"""Closed word classes of English that the matcher relies on. Clinical words live in the lexicon file."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


ARTICLES = words("a an the this that these those some any my your his her its our their mine")
BE = words("am is are was were be been being")
PRONOUNS = words("i me he him she we us they them you it")
PREPOSITIONS = words("in on of at to for")
DO = words("do does did")
INTENSIFIERS = words(
    """
    very really so quite just also too rather pretty totally completely absolutely extremely incredibly bit lot much
    still now again all always constantly even actually basically literally proper properly real dead feel felt
    feels feeling got get gets getting gone becoming become went going have has had having been bloody only there
    """
)
"""Words that may stand between the parts of a phrase without pulling them apart."""

DROPPED = ARTICLES | BE | PRONOUNS | PREPOSITIONS | DO
"""Left out of phrases, and free to stand anywhere inside a match."""

FREE = DROPPED | INTENSIFIERS
NEGATORS = words("not no never without nothing nor neither none")
ORDER_WORDS = NEGATORS | words("can will unable hardly barely then now after before from since")
"""A phrase with one of these must keep its word order."""

JOINERS = frozenset({"and", "or", "nor", "plus"})
HARD_BARRIERS = frozenset({",", ";", "(", ")", "[", "]", '"', "?", "!", "."})
SOFT_BARRIERS = JOINERS | {":", "–", "—", "/"}
BARRIERS = HARD_BARRIERS | SOFT_BARRIERS

SUBJECT_STARTERS = words("i i'm he she they we it my his her their there he's she's")
FINITE_VERBS = words(
    """
    have has had having got gets getting feels feel felt is are am was were started starts began presents presented
    presenting complains complaining reports reported describes developed develops noticed keeps keep hurts
    """
)
"""A verb that opens a statement of its own after a comma or "and", so that a denial before it does not reach it."""

CONTRACTIONS = {
    "can't": "can not", "cannot": "can not", "cant": "can not", "won't": "will not", "wont": "will not",
    "shan't": "shall not", "ain't": "is not", "aint": "is not", "dont": "do not", "doesnt": "does not",
    "didnt": "did not", "isnt": "is not", "wasnt": "was not", "arent": "are not", "werent": "were not",
    "havent": "have not", "havnt": "have not", "hasnt": "has not", "hadnt": "had not", "couldnt": "could not",
    "wouldnt": "would not", "shouldnt": "should not", "im": "i am", "ive": "i have", "hes": "he is", "shes": "she is",
    "theres": "there is", "thats": "that is", "its": "it is", "let's": "let us", "gonna": "going to",
    "wanna": "want to", "kinda": "kind of", "sorta": "sort of", "coz": "because", "cuz": "because", "cos": "because",
    "bcoz": "because", "dunno": "do not know", "gotta": "got to", "ppl": "people", "w/o": "without",
    "carnt": "can not", "dnt": "do not", "wen": "when", "wot": "what", "wiv": "with", "thru": "through",
    "nite": "night", "tonite": "tonight", "abt": "about", "hav": "have", "shud": "should", "cud": "could",
    "wud": "would", "hed": "head", "coff": "cough", "cofing": "coughing", "brest": "breast", "plz": "please",
    "pls": "please", "luv": "love",
}  # fmt: skip
"""Spoken and typed short forms, spelt out so that each negation is a word of its own."""

ENDINGS = {"n't": "not", "'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would"}
IRREGULAR = {
    "has": "have", "had": "have", "having": "have", "got": "get", "gotten": "get", "went": "go",
    "goes": "go", "fell": "fall", "fallen": "fall", "felt": "feel", "bitten": "bite", "broke": "break",
    "broken": "break", "swollen": "swell", "bled": "bleed", "threw": "throw", "thrown": "throw", "woke": "wake",
    "woken": "wake", "took": "take", "taken": "take", "ate": "eat", "eaten": "eat", "drank": "drink", "drunk": "drunk",
    "came": "come", "lost": "lose", "began": "begin", "begun": "begin", "hit": "hit", "cut": "cut", "cutting": "cut",
    "spoke": "speak", "stung": "sting", "swelled": "swell", "tore": "tear", "torn": "tear", "burnt": "burn",
    "children": "child", "feet": "foot", "teeth": "tooth", "dying": "die", "died": "die", "peed": "pee", "weed": "wee",
    "pooed": "poo", "kept": "keep", "ran": "run", "shook": "shake", "shaken": "shake", "stuck": "stick",
    "choked": "choke", "left": "left", "men": "man", "women": "woman", "slept": "sleep", "couldn": "could",
    "pass": "pass", "gas": "gas", "gone": "gone", "yes": "yes", "always": "always", "was": "was", "this": "this",
    "his": "his",
    "thing": "thing", "nothing": "nothing", "something": "something", "anything": "anything", "during": "during",
    "evening": "evening", "morning": "morning", "wing": "wing", "ring": "ring", "bring": "bring", "sting": "sting",
    "thought": "think", "knew": "know", "red": "red", "bed": "bed", "need": "need", "bleed": "bleed", "speed": "speed",
    "used": "used", "across": "across", "diabetes": "diabetes", "pus": "pus", "virus": "virus", "anus": "anus",
    "sinus": "sinus", "pelvis": "pelvis", "penis": "penis", "testis": "testis", "less": "less", "unless": "unless",
}  # fmt: skip
"""Word forms that the suffix rules below would get wrong."""


def stem(word: str) -> str:
    """The shared core of a word's forms: plurals, -ing, -ed, -ness, -ly and a final e go; never below three letters."""
    known = IRREGULAR.get(word)
    if known is not None:
        return known if known == word or len(known) < 4 else _without_e(known)
    if len(word) < 4 or not word.isalpha():
        return word
    return _without_e(_without_suffix(word))


def _without_suffix(word: str) -> str:
    if word.endswith("iness") and len(word) > 7:
        return word[:-5] + "y"
    if word.endswith("ness") and len(word) > 6:
        word = word[:-4]
    elif word.endswith("ly") and len(word) > 5 and not word.endswith("ally"):
        word = word[:-2]
    elif word.endswith("ing") and len(word) > 5:
        word = _undoubled(word[:-3])
    elif word.endswith("ied") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("ed") and not word.endswith("eed") and len(word) > 4:
        word = _undoubled(word[:-2])
    elif word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word


def _undoubled(core: str) -> str:
    return core[:-1] if len(core) > 3 and core[-1] == core[-2] and core[-1] in "bdgmnprt" else core


def _without_e(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("e") and not word.endswith("ee") else word


def stems(text: str) -> frozenset[str]:
    """The stems of the words of a text."""
    return frozenset(stem(word) for word in text.split())
