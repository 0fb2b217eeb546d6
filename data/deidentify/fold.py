"""The form in which words are compared: lower case, no accents, no apostrophes."""

import unicodedata


def fold(word: str) -> str:
    """Lower case, without accents and apostrophes: the form the lists are kept in."""
    if word.isascii():
        return word.lower().replace("'", "").replace("`", "")
    decomposed = unicodedata.normalize("NFKD", word.casefold().replace("ł", "l").replace("ø", "o").replace("ğ", "g"))
    return "".join(c for c in decomposed if not unicodedata.combining(c) and c not in "'’`")
