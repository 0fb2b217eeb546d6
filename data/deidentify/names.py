"""Names given away by what stands around them: a title, "my name is", "my son", "signed"."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from data.deidentify.lexicon import Lexicon
from data.deidentify.name_run import NameReader
from data.deidentify.spans import Identifier, Span
from data.deidentify.tokens import Token

RELATION = (
    r"(?:step|grand|half|god|ex|foster|adopted|late|twin|best|old|elder|eldest|older|younger|youngest|little"
    r"|big|baby|newborn|infant|toddler|teenage|only|dear|\d{1,2}[\s-]?(?:year|month|week|yr)s?[\s-]old|[\s-]){0,4}"
    r"(?:sons?|daughters?|child(?:ren)?|kids?|boys?|girls?|bab(?:y|ies)|twins?|husband|wife|partner|fianc[eé]e?|boyfriend|girlfriend"
    r"|spouse|mother|mum|mom|mam|mommy|mummy|father|dad|daddy|parents?"
    r"|brothers?|sisters?|sibling|grandmother|grandma|granny|gran|nan|nana|grandfather|grandpa|grandad|granddad"
    r"|grandson|granddaughter|uncle|aunt|auntie|aunty|cousin|niece|nephew|in-law"
    r"|friend|neighbou?r|flatmate|roommate|housemate|colleague|boss|carer|caregiver|guardian|gp|doctor|nurse"
    r"|midwife|therapist|dentist|counsell?or|keyworker|teacher|landlord|client|patient|mate|bestie|hubby|missus)"
)
STRONG_CUES = re.compile(
    r"\b(?:(?:nick|sur|fore)?name(?:['’]?s)?(?:\sis|\swas)?\s?[:=]?"
    r"|i(?:['’]m|\sam)\scalled|i\sgo\sby|goes\sby(?:\sthe\sname(?:\sof)?)?|known\sas|a\.?k\.?a\.?|née|nee"
    r"|born\sas|named"
    r"|signed(?:\sby|\soff\sby)?\s?[:,]?|signature\s?:|yours\s(?:sincerely|faithfully|truly)\s?,?"
    r"|sincerely\s?,?|regards\s?,?|many\sthanks\s?,?|best\swishes\s?,?"
    r"|(?:patient|pt|client|nok|next\sof\skin|contact|carer|guardian|mother|father|parent|gp|consultant"
    r"|physician|provider|author|attending|nurse|witness|attn|attention"
    r"|from|to|cc|dear|re|referrer|prescriber|interpreter|(?:seen|reviewed|dictated|transcribed)\sby"
    r"|clinician)\s?[:=])",
    re.IGNORECASE,
)
MEDIUM_CUES = re.compile(
    r"\b(?:it'?s|(?:spoke|speak|spoken|talk|talked)\s(?:to|with)|saw|met|(?:seen|reviewed|assessed|examined"
    r"|treated|prescribed|accompanied|brought\sin)\sby|referred\s(?:by|to)"
    r"|discussed\swith|(?:lives?|living|came|here|stay(?:s|ing)?)\swith|under|hi|hello|hey|hiya|dear|(?:letter"
    r"|call|note|message|text)\sfrom|ask(?:ed)?\sfor|contact|cc|c/o|care\sof|named\safter|thanks|ta|cheers|thank\syou"
    r"|love|told|asked|phoned|rang|texted|emailed|married"
    r"|patient|pt|client|interpreter|attn|signed\soff\sby|by\sdr|carer)\s?,?",
    re.IGNORECASE,
)
INTRODUCTIONS = re.compile(r"\b(?:this\sis|i\sam|i['’]?m|call\s(?:me|him|her))", re.IGNORECASE)
RELATION_CUES = re.compile(
    rf"\b(?:(?:my|our|his|her|their|the|your|a|an|this)\s)?{RELATION}(?:\s?[,(:–-]|\s(?:is\s|was\s)?called|\snamed)?",
    re.IGNORECASE,
)
RELATION_AFTER = re.compile(
    rf"^(?:'s|’s)?\s?,?\s?(?:(?:is|was)\s)?(?:my|our|his|her|their)\s{RELATION}\b", re.IGNORECASE
)
INITIALS = re.compile(
    r"(?i:\b(?:signed|initials?(?:\sare)?|regards|sincerely|wishes|thanks|by|dr\.?|mr\.?|mrs\.?"
    r"|ms\.?))\s?[:,]?\s{1,2}(?P<name>(?:[A-Z]\.\s?){1,4}|(?<!by )[A-Z]{2,3})(?=[\s.,;)]|$)"
)


def find_names(text: str, tokens: list[Token], lexicon: Lexicon, reader: NameReader) -> Iterator[Span]:
    """Yield names by context: titles, introductions, relatives, signatures, and people doing what people do."""
    words = lexicon.context
    starts = [token.start for token in tokens]
    for at, token in enumerate(tokens):
        if token.folded in words.titles or token.folded in words.weak_titles:
            yield from reader.run_after_title(at, weak=token.folded in words.weak_titles)
    for pattern, strength in ((STRONG_CUES, 2), (RELATION_CUES, 1), (INTRODUCTIONS, 1), (MEDIUM_CUES, 0)):
        for match in pattern.finditer(text):
            at = bisect_left(starts, match.end())
            if at < len(tokens) and _is_close(text[match.end() : tokens[at].start]):
                yield from _introduced(at, strength, tokens, lexicon, reader)
    for at, token in enumerate(tokens):
        if not token.capital or token.upper or reader.is_kept(at) or len(token.text) < 2:
            continue
        after = text[token.end : token.end + 60]
        if RELATION_AFTER.match(after) or (
            reader.next_word(at) in words.person_verbs
            and reader.previous_word(at) not in {"the", "a", "an", "this", "my"}
        ):
            yield from reader.run(at)
    for match in INITIALS.finditer(text):
        if match["name"].replace(".", "").replace(" ", "").lower() not in lexicon.common:
            yield Span(*match.span("name"), Identifier.NAME)


def _introduced(at: int, strength: int, tokens: list[Token], lexicon: Lexicon, reader: NameReader) -> Iterator[Span]:
    """Yield the name that begins at this word, where the words before make one likely (strength 0 to 2)."""
    token = tokens[at]
    sure = strength == 2
    if token.initial:
        if reader.starts_initialled(at) or (strength and reader.is_dotted(at)):
            yield from reader.run(at, sure=True)
    elif not token.capital:
        if _is_lower_name(at, strength, token, lexicon, reader):
            yield from reader.run(at, lower=True)
    elif not token.upper or _may_be_name(token, lexicon, sure) or (sure and len(token.text) > 3):
        # After "my name is" or "my son" even "Rose" and "Grant" are people; after "saw" only what is no word is.
        named = strength > 0 and _may_be_name(token, lexicon, sure) and not reader.is_protected(at)
        if named or not reader.is_kept(at):
            yield from reader.run(at, sure=sure)


def _may_be_name(token: Token, lexicon: Lexicon, sure: bool) -> bool:
    listed = lexicon.may_be_given(token.folded) or lexicon.is_surname(token.folded)
    return listed or (sure and lexicon.may_be_surname(token.folded))


def _is_lower_name(at: int, strength: int, token: Token, lexicon: Lexicon, reader: NameReader) -> bool:
    """Tell "my name is tariq" and "my son tariq has ..." from "my name is on file" and "my son has ..."."""
    if lexicon.is_given(token.folded):
        return True
    word = reader.is_kept(at)
    if strength == 2:
        plain = token.folded in lexicon.context.never_names and not reader.next_is_surname(at)
        return not plain and (not word or lexicon.may_be_given(token.folded))
    verb_follows = reader.next_word(at) in lexicon.context.person_verbs
    plain = word or len(token.text) < 3 or token.folded.endswith(("ing", "ed"))
    return strength == 1 and not plain and verb_follows


def _is_close(gap: str) -> bool:
    return len(gap) <= 4 and not set(gap) - set(" \t\n\"'“‘(:,-–>*_")
