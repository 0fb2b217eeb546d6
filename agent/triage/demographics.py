"""Age, sex, pregnancy and childbirth in every usual form, with the place they were said at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.triage.numbers import NumberReader

Kind: TypeAlias = Literal["age_years", "sex", "pregnant", "weeks_pregnant", "postpartum_weeks"]
Build: TypeAlias = Callable[[re.Match[str]], "list[Detail]"]

_PER_YEAR = {"y": 1.0, "m": 1 / 12, "w": 1 / 52.18, "d": 1 / 365.25}
_DECADES = {
    "teens": 15, "twenties": 25, "thirties": 35, "forties": 45, "fifties": 55, "sixties": 65, "seventies": 75,
    "eighties": 85, "nineties": 95,
}  # fmt: skip
_SEX_WORDS = {
    "m": "male", "male": "male", "man": "male", "boy": "male", "gentleman": "male", "gent": "male", "guy": "male",
    "lad": "male", "f": "female", "female": "female", "woman": "female", "girl": "female", "lady": "female",
}  # fmt: skip
_WEEKS_PER_MONTH = 4.35
_PERIODS = {"d": 1 / 7, "w": 1.0, "m": _WEEKS_PER_MONTH, "f": 2.0}
_VAGUE = {
    "yesterday": 1 / 7, "today": 0.0, "last night": 1 / 7, "last week": 1.0, "this morning": 0.0, "a week ago": 1.0,
    "a fortnight ago": 2.0,
}  # fmt: skip
_OLDEST_YEARS = 112.0
_TYPICAL_YEARS = (10.0, 94.0)
"""With a bare "m" or "f": "101 f" is a temperature, "5 m" a distance."""

_AGE_UNIT = r"(?P<unit>years?|yrs?|y|months?|mths?|mos?|m|weeks?|wks?|w|days?|d)"
_SEX = "|".join(sorted(_SEX_WORDS, key=len, reverse=True))
_WEEKS = r"(?P<wu>weeks?|wks?|w|months?)"
_SPAN = r"(?P<unit>days?|d|weeks?|wks?|w|months?|fortnights?)"
_DECADE_WORDS = "|".join(_DECADES)
_VAGUE_WORDS = "|".join(_VAGUE)
_RELATIVES = (
    "son|daughter|husband|wife|mum|mom|mother|dad|father|partner|boy|girl|baby|child|gran|nan|nana|grandma|grandad|"
    "grandpa|grandmother|grandfather|brother|sister|toddler|patient|pt"
)
_YOUNG = "baby|babe|bub|bubba|newborn|infant|little one|son|daughter|boy|girl|twins?|child|toddler"
_SMALL_CHILD = re.compile(
    rf"\b(?:{_YOUNG}|napp(?:y|ies)|diapers?|feeds|feeding|breast ?fed|formula|bottles?|teething)\b"
)
_COPULAS = (
    "i am|i'm|im|he is|he's|hes|she is|she's|shes|who is|turned|turning|is only|is just|just turned|is nearly|is almost"
)
_NOT_YEARS = (
    r"(?!\d|[/.:%]\d|\s*(?:%|weeks?|wks?|w\b|months?|days?|hours?|hrs?|min|kg|kilos?|lbs?|stone|cm|ft|feet|degrees|"
    r"pounds|/|c\b|f\b|out of|th\b|mg|times|years? ago))"
)
_BIRTH = (
    r"(?:gave birth|given birth|had (?:a|my|our|the) baby|delivered(?: (?:a|my|our|the) baby)?|"
    r"had (?:a |my )?(?:c[- ]?section|caesarean|cesarean))"
)
_AFTER_BIRTH = (
    r"(?:post ?-?partum|post ?-?natal|pp\b|after (?:giving )?birth|after delivery|after (?:having )?(?:my|the) baby|"
    r"since (?:giving birth|delivery|the birth)|post (?:c[- ]?section|delivery|birth))"
)
_OF_PREGNANCY = r"contractions?|contracting|waters?|labour|labor|bump|kicks?|kicking|midwife|baby|pregnan\w+|antenatal"
_EXPECTANT = re.compile(
    rf"\b(?:{_OF_PREGNANCY}|moving|movements?|scan|trimester|due date|pre-?eclampsia|bleeding|show|flashing lights|"
    r"swollen (?:face|hands|feet|ankles)|(?:face|hands|feet|ankles) (?:is|are|have|has|all)?\s*(?:\w+ )?swollen|"
    r"puffy (?:face|hands)|seeing (?:spots|stars))\b"
)
"""Words beside which a bare number of weeks is how far on a pregnancy is."""
_TOLD_IN_WEEKS = (14.0, 42.0)
_UNSURE_BEFORE = (
    "could be |might be |may be |if i am |if i'm |am i |i was |not |n't |be |get |getting |been |if |trying to get "
)
_NOT_BEFORE = "".join(rf"(?<!{words})" for words in _UNSURE_BEFORE.split("|"))
_PREGNANT = (
    r"\b(?:pregnant|expecting (?:a baby|twins|my)|in my (?:first|second|third) trimester|gravida|pregnancy (?:is|at)|"
    r"g\dp\d)\b(?! with him| with her| women| test| last year| before)"
)


@dataclass(frozen=True)
class Detail:
    """One demographic statement at a span of the normalised text. Ages in years, times in weeks."""

    kind: Kind
    value: float | str | bool
    start: int
    end: int


class DemographicsReader:
    """Finds ages, sex, weeks of pregnancy and time since childbirth."""

    def __init__(self, numbers: NumberReader) -> None:
        self._read = numbers.read
        self._patterns = [(re.compile(pattern), build) for pattern, build in self._table(numbers.pattern)]

    def find(self, text: str) -> list[Detail]:
        """All details in order of place; a later pattern does not reuse a span an earlier one took for its kind."""
        found: list[Detail] = []
        for pattern, build in self._patterns:
            for match in pattern.finditer(text):
                for detail in build(match):
                    if all(d.kind != detail.kind or d.end <= detail.start or detail.end <= d.start for d in found):
                        found.append(detail)
        return sorted(found, key=lambda d: d.start)

    def _table(self, number: str) -> Iterator[tuple[str, Build]]:
        """Patterns, the surest form first."""
        count = rf"(?<![\d/.])(?P<n>{number})"
        yield r"\b(?P<w>\d{1,2})(?:\s*\+\s*\d)?\s*/\s*40\b", self._weeks
        yield (
            rf"\b(?P<w>{number})(?:\s*\+\s*\d)?\s*-?\s*{_WEEKS}\b(?: (?:and )?\d days?)?"
            r"\s*(?:pregnant|preg\b|gestation|gone|along|into (?:my|her|the) pregnancy)",
            self._weeks,
        )
        yield rf"\bpregnant[^.!?\n]{{0,30}}?\b(?P<w>\d{{1,2}})\s*-?\s*{_WEEKS}\b(?!\s*(?:ago|old))", self._weeks
        # "Contractions at 39 weeks", "34 weeks, my waters went": weeks of pregnancy by the company they keep.
        yield (
            rf"\b(?:{_OF_PREGNANCY})\b[^.!?\n]{{0,40}}?\bat\s+(?P<w>\d{{1,2}})\s*-?\s*(?P<wu>weeks?|wks?)\b",
            self._later,
        )
        yield (
            r"\bi'?m\s+(?P<w>\d{1,2})\s*-?\s*(?P<wu>weeks?|wks?)\b(?!\s*(?:post|into|in\b|since|after))",
            self._later,
        )
        yield r"(?:^|[.!?]\s+)(?P<w>\d{1,2})\s*(?P<wu>weeks|wks)\s*(?=,|\band\b|\bwith\b|$)", self._later
        yield rf"(?P<n>{number})\s*-?\s*{_SPAN}\s*{_AFTER_BIRTH}", self._postpartum
        ago = rf"(?:about |around |just )?(?P<n>{number})\s*{_SPAN}\s*(?:ago|back|now)"
        yield rf"\b{_BIRTH}\s*(?:(?P<vague>{_VAGUE_WORDS})|{ago})", self._postpartum
        # "Since I was eight or nine years old" is not an age of today.
        today = r"(?<!was )(?<!were )(?<!at )(?<!at age )(?<!or )"
        yield (
            rf"{today}{count}(?:\s*(?:or|to|-)\s*(?:{number}))?\s*-?\s*{_AGE_UNIT}\s*-?\s*(?:old|of age|o)\b"
            rf"(?:\s*-?\s*(?P<sex>{_SEX})\b)?",
            self._age,
        )
        yield (
            rf"(?<![\d/.])(?P<n>\d{{1,3}})\s*-?\s*(?P<unit>y|yr|m|w)s?\s*[/.]?\s*o\b\.?(?:\s*(?P<sex>{_SEX})\b)?",
            self._age,
        )
        # "My bub is 5 weeks", "just turned 13 months": months and weeks of a small child are an age.
        yield (
            rf"\b(?:{_YOUNG}|turned|he is|he's|she is|she's|who is|who's)\s*(?:is |are |,|\()?\s*"
            rf"(?:only |just |now |nearly |almost |about |turned )*(?P<n>{number})\s*-?\s*"
            r"(?P<unit>months?|mths?|weeks?|wks?)\b"
            r"(?!\s*(?:ago|now|pregnant|gone|into|after|post|gestation|later))",
            self._age,
        )
        yield r"\b(?P<n>\d{1,2})/(?P<short>12|52)\s*(?:old\b|(?P<sex>m|f|boy|girl|male|female)\b)", self._age_shorthand
        yield (
            rf"(?<![\d/.$£])\b(?P<n>\d{{2,3}})\s*-?\s*(?:y\s*)?(?:/\s*)?(?P<sex>{_SEX})\b(?![/'])",
            self._age,
        )
        yield (
            rf"(?<![\w'])(?P<sex>{_SEX})\s*[,/(]?\s*(?:aged?\s*)?(?P<n>\d{{1,3}})(?:\s*(?:y|yrs?|years?)\b)?{_NOT_YEARS}",
            self._age,
        )
        yield (
            rf"(?<!at )(?<!at the )\b(?:aged?|age is|age:|age of)\s*:?\s*(?P<n>{number})(?:\s*{_AGE_UNIT}\b)?",
            self._age,
        )
        # "I am man of 66 years", "my wife have 44 years": as many languages say it.
        yield rf"\b(?:{_SEX}|person|patient|pt) of {count} (?:years?|yrs?)\b", self._age
        yield (
            rf"(?<!to )\b(?:have|has) {count} (?:years?|yrs?)\b(?! (?:ago|history|of|now|with|that|this|since|to))",
            self._age,
        )
        yield (
            rf"\b(?:{_COPULAS}) (?:a |only |just |now |nearly |almost |about )*(?P<n>\d{{1,3}}){_NOT_YEARS}",
            self._age,
        )
        yield (
            rf"\b(?:{_RELATIVES})\s*(?:is|,|\(|-|:)?\s*(?P<n>\d{{1,3}})(?:\s*{_AGE_UNIT}\b(?! ago))?{_NOT_YEARS}",
            self._age,
        )
        yield rf"\bin (?:my|his|her|their|the) (?:early |mid |mid-|late )?(?P<decade>{_DECADE_WORDS})", self._decade
        yield r"\bin (?:my|his|her|their) (?:early |mid |mid-|late )?(?P<n>[2-9]0)'?s", self._decade
        yield rf"^\W*(?P<n>\d{{1,3}})\s*(?:,|-|\s)\s*(?P<sex>{_SEX})\b", self._age
        # A number alone between two stops: "68, slipped in the bath", "Fainted in a shop. 43."
        yield r"^\W*(?P<n>[1-9]\d)\s*[,;.]\s+(?=[a-z])", self._age
        yield r"[.;!?]\s+(?P<n>[1-9]\d)\s*(?:$|[.;!?,](?:\s|$))", self._age
        yield (
            rf"(?:^|[.,;!?]\s*)(?P<n>{number})\s*(?P<unit>months?|mths?|weeks?|wks?)\s*(?:$|[.,;!?])",
            self._small_child,
        )
        yield (
            r"(?<![\w'])(?P<sex>male|female|gentleman)\b(?!\s+(?:doctor|nurse|gp|clinician|partner|friend))",
            self._sex,
        )
        yield r"\b(?:i am|i'm|im|as) an? (?:\w+ ){0,3}?(?P<sex>man|woman|guy|girl|boy|lady)\b", self._sex
        yield (
            r"(?:\bnot|n't|\bnever been|\b(?:nobody|no ?one|none)\b[^.!?\n]{0,30}?\b(?:is|are)) (?:currently |been )?"
            r"(?P<no>pregnant|expecting a baby)",
            self._pregnant,
        )
        yield _NOT_BEFORE + _PREGNANT, self._pregnant

    def _age(self, match: re.Match[str]) -> list[Detail]:
        groups = match.groupdict()
        years = self._read(groups["n"]) * _PER_YEAR[(groups.get("unit") or "y")[0]]
        sex = groups.get("sex")
        low, high = _TYPICAL_YEARS if sex in {"m", "f"} else (0.0, _OLDEST_YEARS)
        if not low <= years <= high:
            return []
        details = [Detail("age_years", years, match.start(), match.end())]
        return [*details, *self._sex(match)] if sex else details

    def _small_child(self, match: re.Match[str]) -> list[Detail]:
        """Months or weeks standing alone are the age of a child that is spoken of."""
        return self._age(match) if _SMALL_CHILD.search(match.string) else []

    def _age_shorthand(self, match: re.Match[str]) -> list[Detail]:
        years = float(match["n"]) * _PER_YEAR["m" if match["short"] == "12" else "w"]
        details = [Detail("age_years", years, match.start(), match.end())]
        return [*details, *self._sex(match)] if match["sex"] else details

    def _decade(self, match: re.Match[str]) -> list[Detail]:
        groups = match.groupdict()
        years = float(_DECADES[groups["decade"]]) if groups.get("decade") else float(groups["n"]) + 5
        return [Detail("age_years", years, match.start(), match.end())]

    def _sex(self, match: re.Match[str]) -> list[Detail]:
        return [Detail("sex", _SEX_WORDS[match["sex"]], match.start(), match.end())]

    def _pregnant(self, match: re.Match[str]) -> list[Detail]:
        return [Detail("pregnant", not match.groupdict().get("no"), match.start(), match.end())]

    def _weeks(self, match: re.Match[str]) -> list[Detail]:
        unit = match.groupdict().get("wu") or "w"
        weeks = self._read(match["w"]) * (_WEEKS_PER_MONTH if unit.startswith("m") else 1.0)
        if not 2 <= weeks <= 44:
            return []
        span = (match.start(), match.end())
        return [Detail("weeks_pregnant", float(int(weeks)), *span), Detail("pregnant", True, *span)]

    def _later(self, match: re.Match[str]) -> list[Detail]:
        """Weeks that only a pregnancy far enough on is told in: 14 to 42."""
        weeks = float(match["w"])
        if not _TOLD_IN_WEEKS[0] <= weeks <= _TOLD_IN_WEEKS[1] or not _EXPECTANT.search(match.string):
            return []
        return self._weeks(match)

    def _postpartum(self, match: re.Match[str]) -> list[Detail]:
        groups = match.groupdict()
        vague = groups.get("vague")
        weeks = _VAGUE[vague] if vague else self._read(groups["n"]) * _PERIODS[groups["unit"][0]]
        return [Detail("postpartum_weeks", weeks, match.start(), match.end())]
