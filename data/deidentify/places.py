"""Places smaller than a state: addresses, postcodes, towns, named sites."""

import re
from collections.abc import Iterator

from data.deidentify.fold import fold
from data.deidentify.lexicon import Lexicon
from data.deidentify.spans import Identifier, Span
from data.deidentify.tokens import Token

STREET_TYPE = (
    r"(?:street|st|road|rd|avenue|ave|av|lane|ln|drive|dr|close|crescent|cres|court|ct|place|pl|way|terrace"
    r"|terr|gardens|gdns|grove|square|sq"
    r"|mews|row|walk|boulevard|blvd|highway|hwy|parkway|pkwy|circle|cir|trail|trl|loop|rise|parade|quay|wharf"
    r"|alley|yard|hill|park|view|green"
    r"|cottages?|route|turnpike|plaza|path|steps|heights|villas|drove|broadway|vale|croft|meadows?|fields?"
    r"|bypass|esplanade|promenade)"
)
LOWER_STREET_TYPE = (
    r"(?:street|road|avenue|lane|drive|crescent|terrace|boulevard|gardens|close|court|grove"
    r"|square|mews|parkway|highway|st|rd|ave|blvd|ln)"
)
CAPITAL = r"[A-ZÀ-Þ][\w'’.\-]{0,24}"
HOUSE = r"(?:\d{1,5}[A-Za-z]?(?:\s?[-–/]\s?\d{1,5}[A-Za-z]?)?)"
UNIT_PART = (
    r"(?:(?:flat|apt|apartment|unit|suite|room|top\sflat|basement\sflat|floor|ste|lot|no\.?"
    r"|number)\s?#?\s?(?:\d{1,5}[A-Za-z]?|[A-Za-z])?,?\s)"
)
TIME_OR_FUNCTION = (
    r"(?!(?:minutes?|mins?|hours?|days?|weeks?|months?|years?|miles?|metres?|meters?|km|feet"
    r"|steps|times|mg|ml|of|the|down|up|on|in|at|to|a|an|and|per|pills?|tablets?|puffs?|more|people|kids"
    r"|children|cars?|out|from|by|with|for|days|or|am|pm|st|nd|rd|th|degrees?|blocks?|percent|is|was|my)\b)"
)
ADDRESSES: tuple[re.Pattern[str], ...] = (
    re.compile(
        rf"(?<![\w./])(?i:{UNIT_PART}){{0,2}}{HOUSE},?\s(?:(?:[NSEW]|North|South|East|West|Old|The|de|la|le|du"
        rf"|des|of)\.?\s)?"
        rf"(?:{CAPITAL}\s){{1,4}}(?i:{STREET_TYPE})\b(?:\.(?=\s?[,;\d]))?(?:\s(?:[NSEW]{{1,2}}|North|South|East"
        rf"|West)\b)?"
        r"(?:,?\s(?i:flat|apt\.?|apartment|unit|suite|ste\.?|#)\s?#?(?:\d{1,5}[A-Za-z]?|[A-Z])\b)?"
    ),
    re.compile(
        rf"(?<![\w./])(?:{UNIT_PART}){{0,2}}\d{{1,5}}[a-z]?,?\s(?:{TIME_OR_FUNCTION}[a-z][a-z'\-]{{1,20}}\s){{1,3}}{LOWER_STREET_TYPE}\b",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?:{CAPITAL}\s){{1,3}}(?:Street|St\b(?!\.)|Road|Rd|Avenue|Ave|Lane|Ln|Crescent|Terrace"
               rf"|Boulevard|Blvd|Close|Gardens|Grove|Mews|Drive|Highway|Parkway)\b"),
    re.compile(r"\b(?:P\.?\s?O\.?|post\soffice)\s?box\s?#?\d{1,8}\b", re.IGNORECASE),
    re.compile(rf"\b(?i:flat|apt\.?|apartment|unit|suite"
               rf"|ste\.?)\s#?\d{{1,5}}[A-Za-z]?\b,?\s{CAPITAL}(?:\s{CAPITAL}){{0,3}}"),
    re.compile(r"\b(?i:apt\.?|apartment|suite|flat)\s#?(?:\d{1,5}[A-Za-z]?|[A-Z]\d{0,3})\b"),
    re.compile(rf"\b(?i:rue|avenue|boulevard|calle|avenida|via|viale|piazza|plaza|rua|ulica|ul\."
               rf"|place)\s(?:(?:de|la|le|du|des|del|della|do|da|los"
               rf"|las)\s){{0,2}}{CAPITAL}(?:\s{CAPITAL}){{0,2}},?\s\d{{1,5}}[a-z]?\b"),
    re.compile(rf"\b\d{{1,5}}(?:\s?(?:bis|ter))?,?\s(?i:rue|avenue|boulevard|calle|avenida|via|rua"
               rf"|place)\s(?:(?:de|la|le|du|des|del|l')\s?){{0,2}}{CAPITAL}(?:[\s\-]{CAPITAL}){{0,3}}"),
    re.compile(r"\b[A-ZÄÖÜ][\wäöüß\-]{1,30}(?:straße|strasse|str\.|weg|gasse|platz|allee|laan|straat|gatan"
               r"|vej)\s\d{1,5}[a-z]?\b"),
)  # fmt: skip
STATE = (
    r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT"
    r"|V[AT]|W[AIVY])"
)
POSTCODES: tuple[re.Pattern[str], ...] = (
    re.compile(r"(?<![\w])(?:[A-Z]{1,2}\d[A-Z\d]?|ASCN|STHL|TDCU|BBND|BIQQ|GIR) ?\d[ABD-HJLNP-UW-Z]{2}(?!\w)"),
    re.compile(r"(?<![\w])(?:[a-z]{1,2}\d[a-z\d]?) \d[abd-hjlnp-uw-z]{2}(?!\w)"),
    re.compile(rf"\b{STATE},?\s\d{{5}}(?:-\d{{4}})?\b"),
    re.compile(r"(?<![\w.\-])\d{5}-\d{4}(?![\w\-])"),
    re.compile(r"(?<!\w)[ABCEGHJ-NPRSTVXY]\d[A-Z][ \-]?\d[A-Z]\d(?!\w)"),
    re.compile(r"(?<!\w)[ACDEFHKNPRTVWXY]\d[\dW] ?[0-9ACDEFHKNPRTVWXY]{4}(?!\w)(?<=\d)"),
    re.compile(
        r"\b(?:zip(?:\s?code)?|post\s?code|postal(?:\scode)?|plz|pin\s?code|eircode)(?:\s(?:is|was|number"
        r"|no)){0,2}\s?[:#]?\s?(?P<place>(?=[A-Z0-9\-]{0,8}\d)[A-Z0-9]{3,8}(?:[ \-][A-Z0-9]{3,4})?)\b",
        re.IGNORECASE,
    ),
    re.compile(rf"\b{CAPITAL},\s{STATE}\b(?!\s?\d)"),
    re.compile(r"(?<![\w.])[-+]?\d{1,3}\.\d{3,8}(?:°?\s?[NS])?,\s?[-+]?\d{1,3}\.\d{3,8}(?:°?\s?[EW]\b)?"),
    re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,8})?°\s?(?:\d{1,2}['′]\s?)?(?:\d{1,2}(?:\.\d+)?[\"″]\s?)?[NS],?\s\d{1,3}(?:\.\d{1,8})?°\s?(?:\d{1,2}['′]\s?)?(?:\d{1,2}(?:\.\d+)?[\"″]\s?)?[EW]"),
    re.compile(r"///[a-z]{2,20}\.[a-z]{2,20}\.[a-z]{2,20}"),
)  # fmt: skip
LIVES_IN = re.compile(
    r"\b(?:(?:live|lives|lived|living|reside|resides|residing|based|settled|born|raised|grew\sup|stay|stays"
    r"|staying|home|house|flat|address)\s"
    r"(?:is\s|are\s|over\s|out\s|alone\s|currently\s|now\s|here\s|near\s|is\sin\s){0,2}(?:in|at|near|around"
    r"|outside|on)"
    r"|(?:moved|move|relocated|moving|travelled|drove|flew|came|back)\s(?:here\s|over\s|down\s|up\s"
    r"|back\s)?(?:to|from)"
    r"|resident\sof|hometown\s(?:is|of)|town\sof|city\sof|village\sof|county\sof|(?:i'm|i\sam|he's|she's|we're"
    r"|comes|originally)\sfrom|from\sthe\stown\sof)\s"
    r"(?:the\s)?(?P<place>(?-i:[A-ZÀ-Þ][\w'’\-]{1,24}(?:\s(?:upon|on|le|de|la|of|the|in)(?=\s[A-ZÀ-Þ])"
    r"|\s[A-ZÀ-Þ][\w'’\-]{1,24}){0,3})|[a-z][\w'’\-]{2,24}(?:\s[a-z][\w'’\-]{2,24})?)",
    re.IGNORECASE,
)
SITE = re.compile(
    rf"\b(?:{CAPITAL}\s(?:(?:of|and|the|&|for)\s){{0,2}}){{1,4}}(?:Hospital|Infirmary|Medical\sCent(?:er|re)"
    rf"|Health\sCent(?:er|re)|Clinic|Surgery|Practice|Hospice|Nursing\sHome|Care\sHome|School|Academy|College"
    rf"|University|Nursery|Church|Mosque|Temple|Synagogue|Prison|Barracks|Library|Pharmacy|Chemist)\b"
)


def find_places(text: str, tokens: list[Token], lexicon: Lexicon) -> Iterator[Span]:
    """Yield addresses, postcodes, towns and named sites; countries and states stay (they are larger)."""
    for pattern in (*ADDRESSES, *POSTCODES):
        for match in pattern.finditer(text):
            start, end = match.span("place") if "place" in pattern.groupindex else match.span()
            yield Span(start, end, Identifier.LOCATION)
    for match in LIVES_IN.finditer(text):
        end = _place_end(match["place"], lexicon)
        if end:
            yield Span(match.start("place"), match.start("place") + end, Identifier.LOCATION)
    for match in SITE.finditer(text):
        *words, kind = [fold(word) for word in match.group().split()]
        if _is_own_name(words, kind, lexicon):
            yield Span(match.start(), match.end(), Identifier.LOCATION)
    yield from _towns(tokens, lexicon)


def _is_own_name(words: list[str], kind: str, lexicon: Lexicon) -> bool:
    """Tell "Larkhill Surgery" from "Knee Surgery" and "Royal Infirmary of Leith" from "Diabetes Clinic"."""
    named = [w for w in words if lexicon.is_given(w) or lexicon.is_surname(w) or w in lexicon.places]
    if named or "st" in words:
        return True
    if kind in {"surgery", "practice", "clinic", "pharmacy", "chemist", "library", "nursery"}:
        return not lexicon.is_word(words[0]) and not words[0].endswith(("ic", "al", "ary", "ive", "ure"))
    return any(not lexicon.is_word(w) and w not in lexicon.context.site_words for w in words)


def _towns(tokens: list[Token], lexicon: Lexicon) -> Iterator[Span]:
    for at, token in enumerate(tokens):
        if not token.capital or token.folded not in lexicon.place_starts:
            continue
        for width in (3, 2, 1):
            run = tokens[at : at + width]
            if len(run) == width and "_".join(t.folded for t in run) in lexicon.places:
                after = tokens[at + width].folded if at + width < len(tokens) else ""
                if after not in lexicon.context.scale_words and not (width == 1 and lexicon.is_word(token.folded)):
                    yield Span(token.start, run[-1].end, Identifier.LOCATION)
                break


def _place_end(place: str, lexicon: Lexicon) -> int:
    """Return how much of what follows "live in" is a place: capitals that are no everyday word, or a listed town."""
    words = place.split()
    folded = [fold(word) for word in words]
    if place[0].isupper():
        if all(lexicon.is_word(w) for w in folded):
            return 0
        return len(place)
    for width in (2, 1):
        if "_".join(folded[:width]) in lexicon.places and len(words) >= width:
            return len(" ".join(words[:width]))
    return 0
