"""Vital signs out of free text, the units they come in, and the early-warning score made of them.

Every threshold here needs sign-off by the clinic's safety officer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

FEVER_C = 38.0
"""Fever from this temperature in °C on (NHS, "High temperature (fever) in adults" and "in children")."""

MGDL_PER_MMOL = 18.016
"""Glucose: mg/dL in one mmol/L (molar mass 180.16 g/mol)."""

_LARGEST_MMOL = 40.0
"""A glucose above this without a unit is in mg/dL: meters stop at about 33 mmol/L."""

_FAHRENHEIT_FROM = 90.0
_NORMAL_FROM_C = 36.0
_KG_PER = {"kg": 1.0, "kilo": 1.0, "lb": 0.4536, "pound": 0.4536, "stone": 6.350}
_NUMBER = r"(\d{1,3}(?:\.\d{1,2})?)"
_LINK = (
    r"(?:\s*(?:is|was|of|at|are|were|now|reading|read|reads|reached|hit|up to|down to|about|around|over|above|under|"
    r"below|only|it's|has been|went|gone|running|came|showing|says|:|=|~|>|<|-|,|the|my|his|her|a))*\s*"
)
_DEGREES = r"\s*(?:°|º|degrees?|deg)?\s*(?P<unit>celsius|fahrenheit|c\b|f\b)?"
_OXYGEN = (
    r"(?:sats?|spo2|sp02|sao2|o2(?: sats?)?|oxygen(?: (?:saturations?|levels?|sats?))?|saturations?|"
    r"pulse ox(?:imeter)?)"
)
_SUGAR = r"(?:blood (?:sugars?|glucose)|glucose|sugars?(?: levels?)?|bms?|cbg|bgl?|blood glucose level)"
_NOT_OWN_WEIGHT = r"(?<!lost )(?<!lose )(?<!gained )(?<!lifting )(?<!lifted )(?<![\d/.])"
_BARE_TEMPERATURE = (
    r"(?<![\d/.,$£€:+-])(?<!bmi )(?<!hba1c )(?<!weighs )(?<!weight )((?:3[5-9]|4[01])\.\d)(?!\d|\.\d|\s*"
    r"(?:%|/|kg|kilos?|cm|mm|m\b|miles?|km|mg|ml|g\b|k\b|mmol|stone|lbs?|pounds|weeks?|wks?|years?|yrs?|months?|days?|hours?|hrs?|x\b))"
)
"""A number from 35.0 to 41.9 with one decimal and no unit of another kind: few people write anything else that way."""

# Plausible range of each: what lies outside is another kind of number.
_RANGES = {
    "temperature_c": (30.0, 44.0),
    "pulse": (20.0, 260.0),
    "resp_rate": (4.0, 90.0),
    "spo2": (40.0, 100.0),
    "systolic": (50.0, 290.0),
    "diastolic": (20.0, 180.0),
    "glucose_mmol": (0.8, 90.0),
    "gcs": (3.0, 15.0),
    "lactate": (0.2, 30.0),
    "pain_score": (0.0, 10.0),
    "weight_kg": (0.4, 350.0),
}
_WORST_IS_LOW = frozenset({"spo2", "gcs"})

_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "temperature_c",
        rf"\b(?:temperature|temp|tmp|fever|t){_LINK}{_NUMBER}{_DEGREES}",
    ),
    ("temperature_c", rf"{_NUMBER}\s*(?:°|º|degrees?|deg)\s*(?P<unit>celsius|fahrenheit|c\b|f\b)?"),
    ("temperature_c", rf"(?<![\d/.]){_NUMBER}\s*(?P<unit>celsius|fahrenheit|c\b|f\b)"),
    ("temperature_c", rf"(?<![\d/.]){_NUMBER}\s*(?:fever|temperature|temp)\b"),
    ("temperature_c", _BARE_TEMPERATURE),
    ("pulse", rf"\b(?:pulse(?: rate)?|hr|heart ?rate|p(?=\s?\d)){_LINK}(?!ox){_NUMBER}(?!\s*(?:/|over|%|hours?|hrs?))"),
    ("pulse", rf"(?<![\d/.]){_NUMBER}\s*(?:bpm|beats? (?:per|a) min(?:ute)?)"),
    ("resp_rate", rf"\b(?:rr|resp(?:iratory|iration)?s?(?: rate)?|breathing rate){_LINK}{_NUMBER}"),
    ("resp_rate", rf"(?<![\d/.]){_NUMBER}\s*breaths? (?:per|a|every) min(?:ute)?"),
    (
        "spo2",
        rf"\b{_OXYGEN}{_LINK}{_NUMBER}\s*%?",
    ),
    ("spo2", rf"(?<![\d/.]){_NUMBER}\s*%\s*(?:on (?:room )?air|on ra\b|oxygen|sats?|o2|spo2)"),
    (
        "glucose_mmol",
        rf"\b{_SUGAR}{_LINK}{_NUMBER}\s*(?P<unit>mg|mmol)?",
    ),
    ("glucose_mmol", rf"(?<![\d/.]){_NUMBER}\s*(?P<unit>mg/dl|mmol(?:/l)?)(?! (?:lactate|potassium|sodium))"),
    ("gcs", rf"\bgcs(?: score)?{_LINK}{_NUMBER}"),
    ("lactate", rf"\blactate{_LINK}{_NUMBER}"),
    ("pain_score", r"(?<![\d/.])(\d{1,2}(?:\.5)?)\s*(?:/|out of|outta)\s*(?:10|ten)\b(?!/)"),
    ("pain_score", rf"\bpain (?:score|scale|level){_LINK}{_NUMBER}(?!\s*/\s*(?!10))"),
    ("weight_kg", rf"\b(?:weigh(?:s|ing|t)?|wt){_LINK}{_NUMBER}\s*(?P<unit>kg|kilo|lb|pound|stone)s?"),
    (
        "weight_kg",
        rf"{_NOT_OWN_WEIGHT}{_NUMBER}\s*(?P<unit>kg|kilo)s?\b(?! (?:loss|weight loss|lighter|heavier|box|weights))",
    ),
)
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _PATTERNS)
_PRESSURE = re.compile(r"(?<![\d/.])(\d{2,3})\s*(?:/|over|\\)\s*(\d{2,3})(?![\d/])")
_TEN_WORDS = re.compile(r"\b(six|seven|eight|nine|ten)\s+(?:out of)\s+(?:ten|10)\b")
_WORD_SCORES = {"six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0}


@dataclass(frozen=True)
class Measurement:
    """A vital sign in the unit of its name, at a span of the normalised text."""

    name: str
    value: float
    start: int
    end: int


def find_measurements(text: str, start: int = 0, end: int | None = None) -> list[Measurement]:
    """Vital signs in ``text[start:end]``, each span used once, in order of place."""
    stop = len(text) if end is None else end
    found: list[Measurement] = []
    for candidate in (*_pressures(text, start, stop), *_single(text, start, stop)):
        low, high = _RANGES[candidate.name]
        clear = all(candidate.end <= m.start or m.end <= candidate.start or _pair(m, candidate) for m in found)
        if low <= candidate.value <= high and clear:
            found.append(candidate)
    return sorted(found, key=lambda m: m.start)


def worst_of(measurements: list[Measurement]) -> dict[str, float]:
    """One value for each vital sign: the most worrying of those given, as several may stand in one story."""
    values: dict[str, float] = {}
    for m in measurements:
        choose = min if m.name in _WORST_IS_LOW else max
        if m.name in {"glucose_mmol", "systolic", "diastolic", "pulse", "resp_rate", "weight_kg"}:
            values[m.name] = m.value
        else:
            values[m.name] = choose(values.get(m.name, m.value), m.value)
    return values


def news2(vitals: Mapping[str, float], *, oxygen: bool = False) -> float | None:
    """National Early Warning Score 2 (Royal College of Physicians, 2017) when three parameters or more are known.

    Parameters that are not known score 0, so the result is a lower bound. Not for under-16s or in pregnancy; the caller
    sees to that. SpO2 is scored on scale 1.
    """
    parts = [
        _band(vitals.get("resp_rate"), ((8, 3), (11, 1), (20, 0), (24, 2)), 3),
        _band(vitals.get("spo2"), ((91, 3), (93, 2), (95, 1)), 0),
        _band(vitals.get("systolic"), ((90, 3), (100, 2), (110, 1), (219, 0)), 3),
        _band(vitals.get("pulse"), ((40, 3), (50, 1), (90, 0), (110, 1), (130, 2)), 3),
        _band(vitals.get("temperature_c"), ((35.0, 3), (36.0, 1), (38.0, 0), (39.0, 1)), 2),
        _band(vitals.get("gcs"), ((14, 3),), 0),
    ]
    known = [p for p in parts if p is not None]
    return float(sum(known) + (2 if oxygen else 0)) if len(known) >= 3 else None


def _band(value: float | None, limits: tuple[tuple[float, int], ...], beyond: int) -> int | None:
    if value is None:
        return None
    return next((points for limit, points in limits if value <= limit), beyond)


def _pair(a: Measurement, b: Measurement) -> bool:
    return {a.name, b.name} == {"systolic", "diastolic"} and a.start == b.start


def _pressures(text: str, start: int, end: int) -> Iterator[Measurement]:
    for match in _PRESSURE.finditer(text, start, end):
        upper, lower = float(match[1]), float(match[2])
        named = re.search(r"\b(?:bp|blood pressure|pressure)\b", text[max(start, match.start() - 30) : match.start()])
        if upper > lower and (named or (upper >= 70 and 30 <= lower <= 150)):
            yield Measurement("systolic", upper, match.start(), match.end())
            yield Measurement("diastolic", lower, match.start(), match.end())


def _single(text: str, start: int, end: int) -> Iterator[Measurement]:
    for name, pattern in _COMPILED:
        for match in pattern.finditer(text, start, end):
            value = _converted(name, float(match[1]), (match.groupdict().get("unit") or ""))
            if value is not None and not _over_comma(match, name, value):
                yield Measurement(name, round(value, 2), match.start(), match.end())
    for match in _TEN_WORDS.finditer(text, start, end):
        yield Measurement("pain_score", _WORD_SCORES[match[1]], match.start(), match.end())


def _over_comma(match: re.Match[str], name: str, value: float) -> bool:
    """Past a comma a number is another matter ("no temperature, 30 year old") unless it can only be a temperature."""
    return ", " in match.group() and not (name == "temperature_c" and value >= _NORMAL_FROM_C)


def _converted(name: str, value: float, unit: str) -> float | None:
    if name == "temperature_c":
        if unit.startswith("f") or (not unit.startswith("c") and value >= _FAHRENHEIT_FROM):
            return (value - 32) / 1.8
        return value
    if name == "glucose_mmol":
        return value / MGDL_PER_MMOL if unit.startswith("mg") or (not unit and value > _LARGEST_MMOL) else value
    if name == "weight_kg":
        return value * _KG_PER[unit] if unit else None
    return value
