"""De-identification as a table: what must go, class by class, and the medicine that must stay."""

import io
import json
import re
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.deidentify import Identifier, deidentify
from data.deidentify.__main__ import main

# Marked stretches are identifiers; everything outside the marks must come through unchanged. All invented.
PLANTED = [
    ("NAME", "My name is «Zorvan Quillfeather» and my chest hurts."),
    ("NAME", "hi, my name is «priya» and i feel sick"),
    ("NAME", "my son «Tariq» has a fever of 39.1"),
    ("NAME", "my son «tariq» has a fever"),
    ("NAME", "Our daughter, «Nkechi», is 4 years old"),
    ("NAME", "My husband «Grant» collapsed"),
    ("NAME", "Seen by Dr «Achebe» and Mrs «Brown», BP 120/80."),
    ("NAME", "Mr «Parkinson» takes Sinemet."),
    ("NAME", "Dr. «Bell» examined the palsy."),
    ("NAME", "Signed: «K. Nowak», RN"),
    ("NAME", "Yours sincerely,\n«Anneliese Vogt»"),
    ("NAME", "Signed, «J.S.»"),
    ("NAME", "Patient: «Kowalczyk, Agnieszka», 34F"),
    ("NAME", "I spoke to «Yusuf» about the INR."),
    ("NAME", "«Siobhan»'s temperature is 39.2"),
    ("NAME", "«Zorvan Quillfeather» is a 45 year old with asthma."),
    ("NAME", "Please tell my kids «Mateo» and «Zorvan» I am fine."),
    ("NAME", "The nurse saw «Anne-Marie O'Brien» at noon."),
    ("NAME", "PATIENT NAME: «HOPE BROWN»"),
    ("LOCATION", "I live at «14 Larkspur Row», third door."),
    ("LOCATION", "i live at «221b baker street»"),
    ("LOCATION", "Send it to «P.O. Box 443» please."),
    ("LOCATION", "My postcode is «SW1A 2AA»."),
    ("LOCATION", "zip code «90210-1234» on the form"),
    ("LOCATION", "I live in «Brindlemere» with my cat."),
    ("LOCATION", "we moved here from «Karachi» in 2019"),
    ("LOCATION", "He was treated at «St Mary's Hospital»."),
    ("LOCATION", "found at «51.50735, -0.12776» by the crew"),
    ("DATE", "DOB «12/03/1956», weight 70 kg"),
    ("DATE", "admitted on «4th March 2024» with pneumonia"),
    ("DATE", "seen «2024-03-04T10:15:00Z»"),
    ("DATE", "It started on «14 March» and got worse."),
    ("DATE", "The rash began «9 Jun 62»."),
    ("DATE", "since «March 2024» I have pain"),
    ("DATE", "Operated in «June», well since."),
    ("DATE", "back on «August tenth two thousand four»"),
    ("DATE", "on «11/03» she was given amoxicillin"),
    ("AGE", "She is «93 years old» and frail."),
    ("AGE", "a man aged «97» with falls"),
    ("AGE", "she is «ninety-two years old»"),
    ("PHONE", "Call me on «555-0142» after 5 pm."),
    ("PHONE", "my mobile is «07700 900461» thanks"),
    ("PHONE", "ring «+44 (0)20 7946 0123» or «(212) 555-0187 ext 12»."),
    ("PHONE", "it is «five five five oh one four two»"),
    ("PHONE", "Tel «+33 1 99 00 12 34»"),
    ("FAX", "Fax: «415-555-0132»"),
    ("EMAIL", "write to «p.vasquez77@webmail.example» please"),
    ("EMAIL", "write to «anna at example dot com» please"),
    ("SSN", "SSN «219-09-9999»"),
    ("SSN", "my social security number is «219099999»"),
    ("SSN", "NHS number «450 557 7104»"),
    ("SSN", "NI number «QQ 12 34 56 C»"),
    ("MRN", "MRN «00123456» on file"),
    ("MRN", "hospital number: «H662117»"),
    ("HEALTH_PLAN", "Member ID «XQJ902113355»"),
    ("HEALTH_PLAN", "Medicare «1EG4-TE5-MK73»"),
    ("ACCOUNT", "account number «88120045»"),
    ("ACCOUNT", "card «4111 1111 1111 1111» was charged"),
    ("ACCOUNT", "IBAN «GB29NWBK60161331926819»"),
    ("LICENCE", "driver's license «D1234567»"),
    ("LICENCE", "GMC number «7012345»"),
    ("LICENCE", "passport «533380006» issued in 2018"),
    ("VEHICLE", "car reg «AB12 CDE» outside"),
    ("VEHICLE", "VIN «1M8GDM9AXKP042788»"),
    ("DEVICE", "pacemaker serial «PVY482917H»"),
    ("DEVICE", "hearing aid MAC «00:1A:2B:3C:4D:5E»"),
    ("URL", "see «https://portal.example.net/u/88213?x=1» for it"),
    ("URL", "my page «www.zorvan-blog.example.com/me»"),
    ("IP", "login from «10.24.8.77» at night"),
    ("IP", "from «2001:db8:85a3::8a2e:370:7334» today"),
    ("BIOMETRIC", "fingerprint ID «FP-88213»"),
    ("BIOMETRIC", "voiceprint template «VX4410-QA17»"),
    ("PHOTO", "photo attached «IMG_2034.jpg»"),
    ("PHOTO", "I sent a «full-face photo» yesterday"),
    ("ID", "case number «CASE-204417»"),
    ("ID", "id «123e4567-e89b-42d3-a456-426614174000»"),
    ("ID", "my instagram is «@zorvan_q»"),
]

KEPT = [
    "Parkinson's disease, Crohn's flare, Bell's palsy, Graves' disease, Hashimoto thyroiditis, Ramsay Hunt syndrome.",
    "Guillain-Barré syndrome, Epstein-Barr virus, Murphy's sign negative, Wells score 3, Achilles tendon.",
    "Metformin 500 mg twice daily, Ramipril 5mg, Atorvastatin 20 mg at night, Warfarin 3 mg, Sinemet 25/100.",
    "Zorvanol 5 mg and Prexilimab 40 mg were stopped.",
    "Insulin glargine 22 units; St John's wort; aloe vera; Night Nurse; Calpol 5 ml.",
    "BP 120/80, HR 72, RR 16, SpO2 97%, temp 38.2 C, 101 F, weight 95 kg, BMI 24.5, GCS 15/15.",
    "Na 138, K 4.2, HbA1c 62 mmol/mol, INR 2.6, platelets 250, viral load 1250000 copies/mL, BNP 4000 pg/mL.",
    "Pain 7/10 for 3 days, went from 8/10 to 4/10, 24/7, 20/20 vision, 50/50, 1/2 tablet at 8 am.",
    "My son is 4 years old. She is 28 weeks pregnant. He is 72. Aged 45. 7 months old. 89 years old.",
    "I was born in 1962 and had my appendix out in 1985; smoked since 2015.",
    "He fell on Monday and the pain came on Tuesday morning, two weeks ago.",
    "Call 999 or 911 or NHS 111 or 112 if it gets worse.",
    "My temperature rose to 40, I hope it will go. May I mark it on the chart?",
    "Glasgow Coma Scale 15, Bristol Stool Chart type 6, COVID-19, SARS-CoV-2, vitamin B12, L4/L5 disc.",
    "Patient denies fever. Patient: no pain. Doctor: any cough? Nurse Practitioner, Emergency Department.",
    "Past Medical History: Type 2 Diabetes Mellitus, Chronic Kidney Disease Stage 3.",
    "I came back from Spain and Nigeria two weeks ago. I drove for 10 minutes down the road.",
    "My daughter has eczema, my son will not eat, my husband is worried, my mum may have flu.",
    "dr said it is fine and i'm tired, i am dizzy",
]

KNOWN = [
    "Desmond Okarembe",
    "Rose Bell",
    "555-0101",
    "1968-03-21",
    "d.okarembe@example.org",
    "14 Larkspur Row, Fenwick Hollow",
    "DEMO-7317",
]
LINKED = [
    "«Desmond» came in",
    "«des» came in",
    "«Dessie» rang",
    "«okarembe» rang",
    "«Okarambe» and «Desmnd» rang",
    "it is «OKAREMBE, Desmond»",
    "«D. Okarembe» was here",
    "«D.O.» was here",
    "log in «d_okarembe99» failed",
    "user «desmondokarembe» failed",
    "«D e s m o n d» spelled it",
    "number «5550101» or «(555) 0101»",
    "born «21/3/68», «21.03.1968», «210368»",
    "mail «D.Okarembe@EXAMPLE.org» now",
    "at «14 larkspur row» or just «larkspur row»",
    "in «fenwick hollow» somewhere",
    "record «demo7317» or «DEMO 7317»",
    "«Rose» has a rash",
    "«rose bell» rang",
    "my temperature rose to 39 and it is Bell's palsy",
]


def _unmark(marked: str) -> tuple[str, list[str]]:
    return re.sub("[«»]", "", marked), re.findall("«(.*?)»", marked)


def _masked(marked: str) -> str:
    return re.sub("«.*?»", "[]", marked)


def _bare(cleaned: str) -> str:
    return re.sub(r"\[[A-Z_]+\]", "[]", cleaned)


@pytest.mark.parametrize(("kind", "marked"), PLANTED, ids=[f"{k}-{i}" for i, (k, _) in enumerate(PLANTED)])
def test_an_identifier_goes_and_the_rest_stays(kind: str, marked: str) -> None:
    text, identifiers = _unmark(marked)
    cleaned = deidentify(text)
    assert _bare(cleaned.text) == _masked(marked)
    assert [text[s.start : s.end] for s in cleaned.spans] == identifiers
    assert {s.type.value for s in cleaned.spans} == {kind}


def test_every_class_is_planted() -> None:
    assert {kind for kind, _ in PLANTED} == {kind.value for kind in Identifier}


@pytest.mark.parametrize("text", KEPT)
def test_medicine_stays(text: str) -> None:
    assert deidentify(text).text == text


@pytest.mark.parametrize("marked", LINKED)
def test_what_is_known_of_the_patient_goes_in_every_shape(marked: str) -> None:
    text, _ = _unmark(marked)
    assert _bare(deidentify(text, KNOWN).text) == _masked(marked)


@pytest.mark.parametrize("marked", [m for m in LINKED if re.search("«(des|D_?ok|d_ok|demo|fenwick)", m)])
def test_without_the_known_list_those_would_stay(marked: str) -> None:
    text, identifiers = _unmark(marked)
    assert any(identifier in deidentify(text).text for identifier in identifiers)


WORDS = [re.sub("[«»]", "", marked) for _, marked in PLANTED] + KEPT
TEXTS = st.lists(st.sampled_from(WORDS) | st.text(max_size=40), max_size=5).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, known=st.lists(st.text(max_size=20) | st.sampled_from(KNOWN), max_size=4))
def test_spans_index_the_original_text(text: str, known: list[str]) -> None:
    cleaned = deidentify(text, known)
    rebuilt, at = "", 0
    for span in cleaned.spans:
        assert at <= span.start < span.end <= len(text)
        rebuilt += text[at : span.start] + f"[{span.type.value}]"
        at = span.end
    assert rebuilt + text[at:] == cleaned.text


@pytest.mark.parametrize(
    "unit", ["a", "1", "1 ", "A. ", "a@", "a.", "-", "my ", "555-", "(", "O'", "12 Oak ", "name: ", "Ab, ", "\n", "é"]
)
def test_time_grows_no_faster_than_the_text(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        best = float("inf")
        for _ in range(2):
            start = time.perf_counter()
            deidentify(text, KNOWN)
            best = min(best, time.perf_counter() - start)
        return best

    # Eight times the text: linear is 8, quadratic 64. The constant keeps a busy machine's jitter out.
    assert seconds(32_000) < 25 * seconds(4_000) + 0.5


def test_the_command_line_answers_line_by_line_and_fails_at_the_end() -> None:
    lines = [
        {"id": 1, "text": "My name is Zorvan."},
        {"id": 2, "text": 5},
        {"id": 3, "text": "Des rang", "known": ["Desmond"]},
        {"id": 4, "text": "x", "known": "Desmond"},
    ]
    asked = "\n".join([*map(json.dumps, lines), "", "{not json", "[1]"])
    ran = subprocess.run(
        [sys.executable, "-m", "data.deidentify"], input=asked, capture_output=True, text=True, timeout=60, check=False
    )
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 1
    assert answers[0] == {
        "id": 1,
        "text": "My name is [NAME].",
        "spans": [{"start": 11, "end": 17, "type": "NAME"}],
    }
    assert answers[2]["text"] == "[NAME] rang"
    assert [a["id"] for a in answers] == [1, 2, 3, 4, None, None]
    assert ["error" in a for a in answers] == [False, True, False, True, True, True]


def test_good_lines_exit_with_zero() -> None:
    out = io.StringIO()
    assert main(['{"id": "a", "text": "I feel sick"}\n'], out) == 0
    assert json.loads(out.getvalue()) == {"id": "a", "text": "I feel sick", "spans": []}


def test_an_error_never_repeats_what_was_sent() -> None:
    out = io.StringIO()
    assert main(['{"id": "a", "text": ["Zorvan Quillfeather"]}\n', "Zorvan Quillfeather\n"], out) == 1
    assert "Zorvan" not in out.getvalue()
