"""Dates (all but a bare year) and ages over 89."""

import re
from collections.abc import Iterator

from data.deidentify.spans import Identifier, Span

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
DAY = r"(?:0?[1-9]|[12]\d|3[01])"
YEAR = r"(?:19|20)\d{2}"
TIME = r"(?:[T ,]{1,2}(?:at\s)?\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|\s?[ap]m|[+-]\d{2}:?\d{2})?)?"
DAY_WORD = (
    r"(?:(?:twenty|thirty)[\s-]?)?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|tenth|eleventh"
    r"|twelfth"
    r"|(?:thir|four|fif|six|seven|eigh|nine)teenth|twentieth|thirtieth"
)
NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|oh|and)\b"
)
SPOKEN_YEAR = rf"(?:[\s,]{{1,2}}(?:nineteen|twenty|two)(?:[\s-]{NUMBER_WORD}){{1,4}})?"
AFTER = r"(?![\w/]|-\d|\.\d)"
NOT_A_DAY = (
    r"(?!\s(?:day|week|month|trimester|percentile|centile|time|toe|finger|rib|grade|degree|dose|floor|cranial"
    r"|metatarsal|metacarpal|year|birthday|one|line|attempt|baby|child|pregnancy|digit|ventricle|nerve|visit|session))"
)
SINCE = (
    r"(?:on|since|from|until|till|by|before|after|dated|date|dob|born|due|seen|exp|expires|expiry|admitted|discharged|edd|lmp"
    r"|started|operation|surgery|appt|appointment|visit)"
)
IN_MONTH = (
    r"(?:in|since|last|next|this|until|till|by|from|during|early|late|mid|of|around|before|after|every"
    r"|between|and|through)"
)

PATTERNS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![\w.]){YEAR}([-/.])(?:0?[1-9]|1[0-2])\1{DAY}{TIME}(?![\d/])",
        rf"(?<![\w./-])\d{{1,2}}([/.\-])\d{{1,2}}\1(?:{YEAR}|\d{{2}}){TIME}{AFTER}",
        rf"(?<![\w./-])\d{{1,2}} \d{{1,2}} {YEAR}{AFTER}",
        rf"(?<![\w./-])(?:0?[1-9]|1[0-2])[/-]{YEAR}{AFTER}",
        rf"(?<![\w.]){DAY}(?:st|nd|rd|th)?(?:\sday)?(?:\sof)?[\s\-/.]{{0,2}}{MONTH}(?![a-z])\.?"
        rf"(?:[\s,\-/.']{{0,3}}{YEAR}(?!\d)|[\-/'\s]{{1,2}}\d{{2}}(?![\d:%/]|\.\d|\s?(?:mg|ml|am|pm|times|to|or"
        rf"|people)\b))?{TIME}",
        rf"\b{MONTH}\b\.?\s?(?:the\s)?{DAY}(?:st|nd|rd|th)?(?!\d|[:.]\d|\s?(?:mg|ml|times|tablets"
        rf"|%))(?:,?\s{{1,2}}{YEAR}(?!\d))?{TIME}",
        rf"\b{MONTH}\b\.?[\s,\-]{{1,3}}(?:of\s)?{YEAR}(?!\d)",
        rf"\b{MONTH}\b\.?\s?'\d{{2}}(?!\d)",
        rf"\b{MONTH}\s(?:the\s)?(?:{DAY_WORD})\b{SPOKEN_YEAR}",
        rf"\b(?:the\s)?(?:{DAY_WORD})\s(?:day\s)?(?:of\s)?{MONTH}\b(?:[\s,]{{1,2}}{YEAR})?{SPOKEN_YEAR}",
        r"\b(?:christmas|new year'?s|boxing|valentine'?s|st\.? patrick'?s|independence|memorial|labou?r"
        r"|bonfire)\s(?:day|eve|night)\b",
        r"\b(?:easter (?:sunday|monday)|good friday|thanksgiving|halloween|eid(?: al[- ](?:fitr|adha))?|diwali"
        r"|hanukkah)\b",
    )
)
LOWER_CASE_WORDS = re.compile(r"\b(?:may|march|mar)\b")
SURE_DATE = re.compile(rf"{YEAR}|\d(?:st|nd|rd|th)|\bof\b|'\d\d|[-/]")
INTRODUCES_DATE = re.compile(rf"\b(?:{SINCE}|is|was|the|for|of)\s(?:the\s)?$", re.IGNORECASE)
SHORT_DATE = re.compile(
    rf"\b{SINCE}(?:\s(?:on|the|is|was"
    rf"|of birth))?\s?:?\s?(?P<date>(?P<a>\d{{1,2}})[/-](?P<b>\d{{1,2}}))(?![\d/%.-]|\s?(?:out of|of|tab|tablet"
    rf"|cup|dose|pill|pain|a\b|an\b|mg|ml|strength|year|yr|week|day|hour|hr|month|inhal|puff|times|x\b))",
    re.IGNORECASE,
)
DAY_OF_MONTH = re.compile(rf"\b(?:{SINCE})\s(?:the\s)?(?P<date>\d{{1,2}}(?:st|nd|rd|th))\b{NOT_A_DAY}", re.IGNORECASE)
MONTH_ALONE = re.compile(
    rf"\b{IN_MONTH}\s(?:the\s(?:end|start|beginning|middle)\sof\s)?(?P<date>(?-i:Jan(?:uary)?|Feb(?:ruary)?"
    rf"|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?"
    rf"|Dec(?:ember)?|january|february|april|june|july|august|september|october|november|december))\b(?!-)",
    re.IGNORECASE,
)
COMPACT = re.compile(
    rf"\b(?:dob|d\.o\.b\.?|date of birth|born|birth ?date)(?:\s(?:is|on|was))?\s?[:=]?\s?(?P<date>\d{{6}}"
    rf"|\d{{8}}|{DAY}\s{DAY}\s\d{{2}})(?!\d)",
    re.IGNORECASE,
)
# A birth year that puts the age over 89 counts as the age itself does; 1935 is the last such year in 2025.
BORN_LONG_AGO = re.compile(r"\bborn\s(?:in\s)?(?P<date>19(?:[0-2]\d|3[0-5]))\b", re.IGNORECASE)

OLD = r"(?:9\d|1[0-2]\d)"
OLD_WORDS = (
    r"(?:ninety(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|(?:a|one) hundred(?: and [a-z]{3,9})?)"
)
NOT_A_MEASURE = (
    r"(?![\d%.,]\d?|\s?(?:mg|kg|ml|cm|mm|bpm|mmhg|percent|beats|units|mmol|minutes|hours|days|weeks"
    r"|months|lbs|pounds|degrees|°))"
)
AGES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![\w./])(?P<age>{OLD}[\s-]{{0,2}}(?:(?:years?|yrs?|yr)(?:[\s-]{{1,2}}(?:old|of\sage))?|y\.?/?o\.?"
        rf"|yo[mf]?)(?:[mf])?)\b(?!\sago)",
        rf"\b(?:aged?|age\sof|turned|turning|age\sis|age\swas)\s?[:=]?\s?(?P<age>{OLD})\b{NOT_A_MEASURE}",
        rf"\b(?:i'?m|i\sam|he'?s|he\sis|she'?s|she\sis|who\sis|nearly|almost)\s(?P<age>{OLD})(?=\s?(?:[,;!?]"
        rf"|\.(?!\d)|and\b|now\b|with\b|but\b|next\b|$))",
        rf"(?<![\w./])(?P<age>{OLD}\s?m)\b(?=\s?(?:,|with|presents|presenting|c/o|hx|who|pt|admitted))",
        rf"(?<![\w./])(?P<age>{OLD}\s?f)\b(?=\s?(?:with|presents|presenting|c/o|hx|who|pt|admitted))",
        rf"(?<![\w./])(?P<age>{OLD})[\s-](?:year|yr)s?[\s-]old",
        rf"\b(?P<age>{OLD_WORDS}[\s-]{{1,2}}years?[\s-]{{1,2}}old)\b",
        rf"\b(?:aged?|turned|turning)\s(?P<age>{OLD_WORDS})\b",
        r"\b(?P<age>(?:in|into)\s(?:his|her|my|their)\s(?:early\s|mid\s?-?|late\s)?(?:nineties|90'?s))\b",
        rf"(?<![\w./])(?P<age>{OLD}(?:st|nd|rd|th))\sbirthday",
    )
)


def find_dates(text: str) -> Iterator[Span]:
    """Yield dates in figures and words, and months named as a time; a year alone and a weekday alone are kept."""
    for pattern in PATTERNS:
        for match in pattern.finditer(text):
            if _is_date(match.group(), text[max(0, match.start() - 12) : match.start()]):
                yield Span(match.start(), match.end(), Identifier.DATE)
    for pattern in (DAY_OF_MONTH, MONTH_ALONE, COMPACT, BORN_LONG_AGO):
        for match in pattern.finditer(text):
            yield Span(*match.span("date"), Identifier.DATE)
    for match in SHORT_DATE.finditer(text):
        if _is_day_and_month(int(match["a"]), int(match["b"])) and not _is_score(text, match):
            yield Span(*match.span("date"), Identifier.DATE)


def find_ages(text: str) -> Iterator[Span]:
    """Yield ages of 90 and over."""
    for pattern in AGES:
        for match in pattern.finditer(text):
            yield Span(*match.span("age"), Identifier.AGE)


def _is_date(found: str, before: str) -> bool:
    numbers = [int(n) for n in re.findall(r"\d+", found)[:3]]
    if re.fullmatch(r"\d{1,2}([/.\- ])\d{1,2}\1\d{2,4}.*", found, re.DOTALL):
        return _is_day_and_month(numbers[0], numbers[1])
    # "took 2 may need more", "march 5 miles": the verb and the walk are lower case and stand without a year.
    return not LOWER_CASE_WORDS.search(found) or bool(SURE_DATE.search(found) or INTRODUCES_DATE.search(before))


def _is_day_and_month(a: int, b: int) -> bool:
    return (1 <= a <= 31 and 1 <= b <= 12) or (1 <= a <= 12 and 1 <= b <= 31)


def _is_score(text: str, match: re.Match[str]) -> bool:
    """Tell "pain went from 8/10 to 4/10" from the eighth of October."""
    if match["b"] not in {"10", "5", "2"}:
        return False
    around = text[max(0, match.start() - 60) : match.end() + 30].lower()
    return bool(re.search(r"pain|score|scale|severity|hurt|ache|rate|tablet|/10.*/10", around))
