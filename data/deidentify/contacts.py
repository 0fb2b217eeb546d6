"""Ways to reach a person: e-mail, web and network addresses, telephone and fax numbers."""

import ipaddress
import re
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers

from data.deidentify.spans import Identifier, Span

EMAIL = re.compile(
    r"(?<![\w.%+\-])[\w.%+\-]{1,64}+@[\w\-]{1,63}+(?:\.[\w\-]{1,63}+){1,5}+"
    r"|(?<![\w.])[\w.+\-]{1,64}+\s?(?:@|\(at\)|\[at\]|\sat\s)\s?[\w\-]{1,63}+(?:\s?(?:\(dot\)|\[dot\]"
    r"|\sdot\s)\s?[a-z]{2,10}){1,3}"
    r"|(?<![\w.])[\w.+\-]{1,64}+ @ ?[\w\-]{1,63}+ ?\. ?(?:com|org|net|edu|gov|co ?\. ?uk|io|de|fr|nhs ?\. ?uk)\b",
    re.IGNORECASE,
)
TOP_LEVEL = (
    r"(?:com|org|net|edu|gov|io|health|clinic|co\.uk|org\.uk|ac\.uk|gov\.uk|nhs\.uk|nhs\.net|uk|de|fr|es|it|nl"
    r"|pl|ie|eu|ca"
    r"|com\.au|au|nz|za|in|pk|ng|ke|br|mx|jp|cn|example|test|invalid|app|dev|info|biz|me|ly|co|tv)"
)
URL = re.compile(
    r"\b(?:https?|ftp|sftp|file)://[^\s<>\"]{1,2000}"
    r"|\bwww\.[^\s<>\"]{2,2000}"
    rf"|(?<![\w@.\-])(?:[a-z0-9][a-z0-9\-]{{0,62}}+\.){{1,4}}{TOP_LEVEL}/[^\s<>\"]{{0,2000}}"
    r"|(?<![\w@.\-])(?:[a-z0-9][a-z0-9\-]{0,62}+\.){1,4}(?:com|org|net|edu|gov|io|co\.uk|org\.uk|ac\.uk|gov\.uk"
    r"|nhs\.uk|com\.au)\b",
    re.IGNORECASE,
)
IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5}|/\d{1,2})?(?![\w]|\.\d)")
IPV6 = re.compile(
    r"(?<![\w:.])(?=[0-9a-f:]{0,39}:[0-9a-f:]{0,39}:)[0-9a-f:]{2,39}(?:%\w{1,10}|/\d{1,3})?(?![\w:])", re.IGNORECASE
)

EXTENSION = r"(?:\s?(?:,\s?)?(?:ext\.?|extension|x)\s?\d{1,6})?"
NOT_MEASURED = (
    r"(?![\w/%]|[-.,]\d|\s?(?:mg|ml|mcg|g\b|kg|cm|mm|iu|units|mmol|copies|steps|calories|kcal|cells"
    r"|x10|per\b|years|u/l|ng|pg))"
)
PHONES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![\w.+/])(?:\+?1[\s.\-]?)?(?:\(\d{{3}}\)[\s\-]{{0,2}}"
        rf"|\d{{3}}[\s.\-]{{1,2}})\d{{3}}[\s.\-–]{{1,2}}\d{{4}}(?!\d){EXTENSION}",
        rf"(?<![\w.])(?:\+|00)\s?\d{{1,3}}(?:[\s.\-–]{{0,2}}\(?\d{{1,5}}\)?){{2,6}}(?!\d){EXTENSION}",
        rf"(?<![\w.+/])\(?0\d{{2,5}}\)?[\s\-.]{{0,2}}\d{{3,4}}[\s\-.]{{0,1}}\d{{3,4}}{NOT_MEASURED}{EXTENSION}",
        rf"(?<![\w.+/])0\d{{1,3}}(?:[\s.\-]\d{{2,4}}){{2,4}}{NOT_MEASURED}{EXTENSION}",
        rf"(?<![\w.+/\-])[2-9]\d{{2}}-\d{{4}}{NOT_MEASURED}{EXTENSION}",
        rf"(?<![\w.+/\-])555[\s.]\d{{4}}{NOT_MEASURED}{EXTENSION}",
        rf"(?<![\w.+/\-])(?:\(\d{{3}}\)|1?[2-9]\d{{2}})[\s.\-]?[2-9]\d{{6}}{NOT_MEASURED}{EXTENSION}",
        r"(?<!\w)(?:(?:zero|oh|nought|one|two|three|four|five|six|seven|eight|nine|(?:double|triple)\s(?:zero"
        r"|oh|one|two"
        r"|three|four|five|six|seven|eight|nine))[\s,\-]{1,2}){6,15}(?:zero|oh|one|two|three|four|five|six"
        r"|seven|eight|nine)\b",
    )
)
CUED_PHONE = re.compile(
    r"\b(?:phone|tel|telephone|mobile|mob|cell|landline|call(?:\sme|\sher|\shim|\sus)?|ring(?:\sme)?"
    r"|text(?:\sme)?|whatsapp|pager|bleep"
    r"|beeper|contact|reach(?:ed)?(?:\sme|\sher|\shim)?|number|no|fax|facsimile|voicemail|dial)\b"
    r"[\s.:#]{0,3}(?:(?:number|no|is|on|at|me|back|her|him|them|was|to)\b[\s.:#]{0,3}){0,4}"
    r"(?P<number>\+?\(?\d(?:[\s().\-–]{0,2}\d){5,15})(?![\d/%])" + EXTENSION,
    re.IGNORECASE,
)
ANY_NUMBER = re.compile(r"(?<![\w.,/\-])[+(]{0,2}\d(?:[\s().\-]{0,2}\d){7,15}(?![\w/%]|[.,]\d)")
REGIONS = ("US", "GB", "IN", "AU", "IE", "NZ", "ZA", "DE", "FR", "ES", "IT", "NL", "PL", "NG", "PK")
FAX_BEFORE = re.compile(r"\b(?:fax|facsimile|f)\b[^\d\n]{0,25}$", re.IGNORECASE)
FAX_AFTER = re.compile(r"^\s?\(?(?:fax|facsimile)\b", re.IGNORECASE)
TRAILING = ".,;:!?)]}'\""


def find_addresses(text: str) -> Iterator[Span]:
    """Yield e-mail addresses, web addresses and IP addresses."""
    if "@" in text or " at " in text.lower() or "(at)" in text.lower() or "[at]" in text.lower():
        for match in EMAIL.finditer(text):
            yield Span(match.start(), _trimmed(text, match), Identifier.EMAIL)
    for match in URL.finditer(text):
        yield Span(match.start(), _trimmed(text, match), Identifier.URL)
    for match in [*IPV4.finditer(text), *IPV6.finditer(text)]:
        if _is_ip(match.group()):
            yield Span(match.start(), match.end(), Identifier.IP)


def find_phones(text: str) -> Iterator[Span]:
    """Yield telephone and fax numbers; short emergency numbers (112, 911, 999, 111) are nobody's and stay."""
    for pattern in PHONES:
        for match in pattern.finditer(text):
            yield _phone(text, match.start(), match.end())
    for match in CUED_PHONE.finditer(text):
        yield _phone(text, match.start("number"), match.end())
    for match in ANY_NUMBER.finditer(text):
        if _is_valid_number(match.group()):
            yield _phone(text, match.start(), match.end())


def _phone(text: str, start: int, end: int) -> Span:
    while text[end - 1] == ")" and "(" not in text[start:end]:
        end -= 1
    fax = FAX_BEFORE.search(text[max(0, start - 32) : start]) or FAX_AFTER.search(text[end : end + 12])
    return Span(start, end, Identifier.FAX if fax else Identifier.PHONE)


@lru_cache(maxsize=4096)
def _is_valid_number(candidate: str) -> bool:
    """Ask phonenumbers, but only of digits grouped as people group a telephone number, not of a row of readings."""
    groups = re.findall(r"\d+", candidate)
    if all(re.fullmatch(r"(?:19|20)\d\d", group) for group in groups):
        return False
    if len(groups) > 5 or (len(groups) > 1 and min(map(len, groups)) < 2) or max(map(len, groups)) < 3:
        return False
    for region in REGIONS:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(candidate, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def _is_ip(found: str) -> bool:
    bare = found.split("%")[0].split("/")[0]
    if "." in bare:
        bare = bare.split(":")[0]
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        return False
    return True


def _trimmed(text: str, match: re.Match[str]) -> int:
    end = match.end()
    while end > match.start() and text[end - 1] in TRAILING:
        end -= 1
    return end
