"""Numbers that single a person out: records, plans, accounts, licences, vehicles, devices and the rest."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from data.deidentify.spans import Identifier, Span

# What may stand between the word for a number and the number itself.
LINK = (
    r"(?:\s?(?:numbers?|no\.?|num\.?|nr\.?|ids?|identifier|code|card|ref(?:erence)?|is|was|ending(?:\sin)?"
    r"|reads|template|hash|scan|"
    r"sample|profile|record|image|file|plate|key|of|#|:|=|-|\(|\.)){0,5}\s?[:#=(]?\s?"
)
# A number as written: letters, digits and separators with a digit somewhere, or groups of digits.
VALUE = (
    r"(?P<value>(?=[A-Z0-9\-/.]{0,24}\d)[A-Z0-9][A-Z0-9\-/]{2,30}(?:\.[A-Z0-9]{2,10}){0,3}"
    r"(?:[ \-][A-Z0-9]{0,6}\d[A-Z0-9]{0,6}){0,5})(?![\w%]|\.\d)"
)
# A number plate may part its letters from its digits.
PLATE = r"(?P<value>(?=[A-Z]{0,4}[ \-]?\d)[A-Z0-9]{1,4}[ \-][A-Z0-9]{2,5}|" + VALUE.removeprefix("(?P<value>")


@dataclass(frozen=True)
class Cue:
    """Words before an identifying number: ``sure`` ones suffice, ``loose`` ones need "number", "id" or ":" as well."""

    type: Identifier
    sure: str
    loose: str


CUES = (
    Cue(
        Identifier.BIOMETRIC,
        r"finger\s?-?prints?|thumb\s?-?prints?|voice\s?-?prints?|palm\s?-?prints?|face\s?-?prints?"
        r"|retinal?(?:\sscan)?|iris(?:\sscan)?|biometrics?"
        r"|facial\s(?:recognition|scan|template|geometry)|face\s?id|dna\s(?:profile|sample|sequence)"
        r"|genetic\s(?:profile|sample)|hand\sgeometry|gait\s(?:template|profile)",
        r"face|hand|voice|eye",
    ),
    Cue(
        Identifier.PHOTO,
        r"(?:full[\s-]face\s|passport\s|profile\s)?(?:photo(?:graph)?s?|selfie|headshot|mug\s?shot)",
        r"picture|image|portrait",
    ),
    Cue(
        Identifier.SSN,
        r"ssn|social\ssecurity|nino|nhs|aadhaar|national\s(?:insurance|id|identity)|itin|pesel|bsn|curp"
        r"|codice\sfiscale|pps|chi\sn(?:o|umber)|h&c",
        r"social|ni|sin|chi|hsc|tax|tin|ein|cpr",
    ),
    Cue(
        Identifier.MRN,
        r"mrn|medical\srecord|hospital\s(?:number|no|id)|emr|urn|record\s(?:number|no|id)",
        r"hospital|chart|patient|health\srecord|unit\srecord|ehr|pas|clinic\srecord|record|unit",
    ),
    Cue(
        Identifier.HEALTH_PLAN,
        r"mbi|hicn|policy\s(?:number|no|id)|member(?:ship)?\s(?:number|no|id)|medicare|medicaid|subscriber|beneficiary",
        r"health\s?plan|member(?:ship)?|policy|policyholder|insurance|insurer|group|plan|claim|payer|payor|bupa"
        r"|axa|aetna|cigna|humana|kaiser|blue\s(?:cross|shield)|tricare",
    ),
    Cue(
        Identifier.ACCOUNT,
        r"account|acct|a/c|iban|sort\s?code|credit\scard|debit\scard|mastercard|amex"
        r"|routing|paypal|invoice",
        r"bank|card|visa|billing|bill|payment|swift|bic|wallet",
    ),
    Cue(
        Identifier.LICENCE,
        r"driver'?s?\slicen[cs]e|driving\slicen[cs]e|licen[cs]e\s(?:number|no|id)|dea|npi|gmc|nmc|gphc|hcpc"
        r"|passport|state\sid|military\sid|green\scard|blue\sbadge",
        r"licen[cs]e|dl|pin|certificate|cert|permit|visa|professional\sregistration|birth\scertificate|registration",
    ),
    Cue(
        Identifier.VEHICLE,
        r"vin|number\s?plate|licen[cs]e\splate|plates?|car\sreg(?:istration)?|vehicle\s(?:identification"
        r"|registration|id|reg)|vrm|chassis|reg(?:istration)?\splate",
        r"vehicle|reg|registration|tag|car|van|truck|motorbike|ambulance",
    ),
    Cue(
        Identifier.DEVICE,
        r"serial|s/n|imei|meid|iccid|udi|gtin|device\s(?:id|number|no|identifier)|mac\saddress",
        r"sn|ser|device|pacemaker|defibrillator|implant(?:able)?|insulin\spump|pump|cgm|sensor|transmitter"
        r"|hearing\said|cochlear|prosthesis|stent|ventilator|monitor|lot|batch|model|mac",
    ),
    Cue(
        Identifier.ID,
        r"our\sref|your\sref|accession|badge|username|user\s?id|employee\s(?:id|no|number)|passcode|password"
        r"|tracking|barcode|specimen\s(?:id|no|number)",
        r"case|ref(?:erence)?|ticket|order|booking|confirmation|appointment|specimen|sample|lab|study|trial"
        r"|subject|participant|employee|staff|worker|payroll|student|school|prisoner|inmate"
        r"|prescription|rx|user|login|handle|customer|client|encounter|visit|admission|episode|event|protocol"
        r"|voucher|service|crime|incident|docket|court|unique|id|identification|identifier|pin|enrol?ment",
    ),
)
NEEDS_LINK = (
    r"(?:\s(?:\w{1,14}\s)?(?:number|no\.?|num|nr|ids?|identifier|code|ref(?:erence)?|serial|template"
    r"|hash|#)\b\.?|\s?#|\s?:)"
)
UNIT_AFTER = re.compile(
    r"\s?(?:mg|mcg|µg|ug|ml|g|kg|l|iu|units?|mmol|mol|mmhg|cm|mm|bpm|%|/min|x10|\*10|10\^|copies|cells|steps"
    r"|calories|kcal|ng|pg|u/l|per|out\sof|years?|days?|weeks?|months?|hours?|minutes?|times|am|pm|degrees|°"
    r"|puffs|tablets|capsules|drops)(?![a-z])",
    re.IGNORECASE,
)
FEWEST_DIGITS = 3
# Numbers everybody may dial: emergency services and health advice lines.
HELPLINES = frozenset(("101", "111", "112", "116123", "811", "911", "988", "999", "000", "995", "119", "118"))
READING = re.compile(r"\d{1,3}(?:[/.\-]\d{1,3}){0,2}")

# Letters that US Medicare numbers use, and the characters of a vehicle identification number (ISO 3779: no I, O, Q).
MBI = "AC-HJ-NP-RT-Y"
VIN = "A-HJ-NPR-Z"
BARE: tuple[tuple[Identifier, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Identifier.SSN, r"(?<![\w\-])\d{3}([\-–. ])\d{2}\1\d{4}(?![\w\-])"),
        (Identifier.SSN, r"(?<![\w\-])(?:[A-Z]{2}|[a-z]{2}) ?\d{2} ?\d{2} ?\d{2} ?[A-Da-d](?!\w)"),
        (
            Identifier.HEALTH_PLAN,
            rf"(?<![\w\-])[1-9][{MBI}][{MBI}0-9]\d-?[{MBI}][{MBI}0-9]\d-?[{MBI}]{{2}}\d{{2}}(?!\w)",
        ),
        (Identifier.ACCOUNT, r"(?<![\w])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?!\w)"),
        (Identifier.VEHICLE, rf"(?<![\w\-])(?=[{VIN}0-9]{{0,16}}\d)(?=\d{{0,16}}[{VIN}])[{VIN}0-9]{{17}}(?!\w)"),
        (
            Identifier.VEHICLE,
            r"(?<![\w\-])(?!CD|IL|HB|VO|RE|CO|NO)[A-Z]{2}\d{2} ?(?!NEG|POS|DNA|RNA|TNF|AND|THE"
            r"|WAS|FOR|HAS|NOT|YRS|MIN|BPM|ICU|WHO)[A-Z]{3}(?![\w])",
        ),
        (Identifier.DEVICE, r"(?<![\w:\-])[0-9A-Fa-f]{2}([:\-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:\-])"),
        (Identifier.DEVICE, r"\(01\)\d{8,14}(?:\(\d{2,3}\)[A-Za-z0-9\-]{1,20}){0,5}"),
        (Identifier.ID, r"(?<!\w)[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?!\w)"),
        (Identifier.ID, r"(?<![\w])(?=[0-9a-fA-F]{0,31}\d)(?=[0-9a-fA-F]{0,31}[a-fA-F])[0-9a-fA-F]{16,128}(?!\w)"),
        (Identifier.ID, r"(?<![\w@.])@[A-Za-z]\w{2,30}(?![\w@]|\.\w)"),
        (
            Identifier.PHOTO,
            r"(?i)(?<![\w/.\-])[\w\-]{1,80}\.(?:jpe?g|png|heic|gif|bmp|tiff?|dcm|webp|mp4|mov"
            r"|avi|nii)\b",
        ),
        (Identifier.PHOTO, r"(?i)\b(?:IMG|DSC|DSCN|PXL|PIC|PHOTO)[_\-]\d{3,}(?:[_\-]\d{1,9}){0,3}\b"),
        (Identifier.PHOTO, r"(?i)\bfull[\s-]face(?:d)?\s(?:photo(?:graph)?s?|picture|image|portrait|selfie)\b"),
    )
)
CARD = re.compile(r"(?<![\w.\-])\d(?:[ \-]?\d){12,18}(?![\w\-])")
LONG_NUMBER = re.compile(r"(?<![\w.,/+\-])\d{8,30}(?![\w%]|[.,]\d)")
MIXED = re.compile(
    r"(?<![\w./\-@])(?=[A-Za-z0-9\-]{0,30}[A-Za-z])(?=(?:[A-Za-z\-]{0,12}\d){5})[A-Za-z0-9][A-Za-z0-9\-]{5,31}(?![\w/\-])"
)
MEASURE = re.compile(
    r"(?<![A-Za-z\d])\d{1,9}(?:[.,]\d{1,4})?(?:mg|mcg|ug|ml|g|kg|iu|units?|mmol|mm|cm|bpm|mmhg"
    r"|hz|kcal|cells|copies|h|hrs?|x|am|pm|s|st|nd|rd|th)(?![a-z])",
    re.IGNORECASE,
)
HANDLE = re.compile(
    r"\b(?:instagram|insta|twitter|facebook|fb|snapchat|snap|tiktok|telegram|skype|linkedin|discord|username"
    r"|user\sname|user\sid|handle|screen\sname|login)"
    r"(?:\s(?:is|name|handle|id|account|at)){0,2}\s?[:@=]?\s?(?P<value>@?[A-Za-z][\w.\-]{2,30}\d[\w.\-]{0,20}"
    r"|@?[A-Za-z]\w{1,30}[_.]\w{1,30}|@[A-Za-z]\w{2,30})",
    re.IGNORECASE,
)


def _compile_cue(cue: Cue) -> re.Pattern[str]:
    head = rf"(?:(?P<sure>{cue.sure})\b{LINK}|(?:{cue.loose})\b{NEEDS_LINK}{LINK})"
    value = PLATE if cue.type is Identifier.VEHICLE else VALUE
    return re.compile(rf"(?<!\w){head}(?<![A-Za-z0-9]){value}", re.IGNORECASE)


CUED = tuple((cue.type, _compile_cue(cue)) for cue in CUES)


def find_numbers(text: str) -> Iterator[Span]:
    """Yield identifying numbers, by the word before them or by a form nothing clinical has."""
    for kind, pattern in CUED:
        for match in pattern.finditer(text):
            start, end = match.span("value")
            if not _is_reading(match["value"], text[end : end + 12], sure=match["sure"] is not None):
                yield Span(start, end, kind)
    for kind, pattern in BARE:
        for match in pattern.finditer(text):
            yield Span(match.start(), match.end(), kind)
    for match in HANDLE.finditer(text):
        yield Span(*match.span("value"), Identifier.ID)
    for match in CARD.finditer(text):
        if passes_luhn(re.sub(r"\D", "", match.group())):
            yield Span(match.start(), match.end(), Identifier.ACCOUNT)
    for match in LONG_NUMBER.finditer(text):
        if not UNIT_AFTER.match(text, match.end()):
            yield Span(match.start(), match.end(), Identifier.ID)
    for match in MIXED.finditer(text):
        if not MEASURE.search(match.group()) and not UNIT_AFTER.match(text, match.end()):
            yield Span(match.start(), match.end(), Identifier.ID)


def passes_luhn(digits: str) -> bool:
    """Check a payment card number's check digit (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_reading(value: str, after: str, *, sure: bool) -> bool:
    """Tell a measurement ("sensor: 142", "lab: 4.2 mmol/L") from a number that belongs to somebody."""
    if sum(c.isdigit() for c in value) < FEWEST_DIGITS - sure or value in HELPLINES:
        return True
    return bool((not sure and READING.fullmatch(value)) or MEASURE.search(value) or UNIT_AFTER.match(after))
