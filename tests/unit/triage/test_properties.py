"""What must hold for any text, on the clinic's real content."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.triage import PatientFacts, PatientMessage, TriageDecision, TriageEngine
from knowledge.levels import Disposition
from tests.unit.triage.conftest import Assess

EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

COMPLAINTS = [
    "I have a runny nose and a sore throat for two days, no fever",
    "My back aches after gardening",
    "I have had a headache since this morning",
    "My tummy hurts and I have been sick twice",
    "I have a cough with green phlegm for a week",
    "It burns when I pee",
    "There is an itchy rash on my arm",
    "I have chest pain when I press on it",
    "I feel dizzy when I stand up",
    "I have a fever of 38.6 and feel achy",
    "I twisted my ankle and it is swollen",
]
RED_FLAGS = [
    "I have crushing chest pain",
    "I can't breathe",
    "my face is drooping on one side",
    "my speech is slurred",
    "I am coughing up blood",
    "I have a rash that doesn't fade when pressed",
    "I vomited blood",
    "my tongue is swelling up",
    "I fainted",
    "it is the worst headache of my life and came on suddenly",
    "my poo is black like tar",
    "I have a stiff neck and the light hurts my eyes",
]
MINIMISING = [
    "My husband says it is nothing.",
    "My wife thinks I am overreacting.",
    "My mum says it is probably just stress.",
    "My friend said not to worry about it.",
    "My brother thinks it's nothing serious.",
]
WORDS = ["Black", "white", "Asian", "Hispanic", "a man", "a woman", "Polish", "Nigerian", "a teacher", "unemployed"]


def rank(decision: TriageDecision) -> int:
    """Urgency; what could not be rated stands for "nurse today"."""
    unrated = decision.disposition is Disposition.UNABLE_TO_ASSESS
    return Disposition.CLINICIAN_TODAY.rank if unrated else decision.disposition.rank


@EXAMPLES
@given(complaint=st.sampled_from(COMPLAINTS), flag=st.sampled_from(RED_FLAGS), first=st.booleans(), split=st.booleans())
def test_an_added_red_flag_never_lowers(clinic: Assess, complaint: str, flag: str, first: bool, split: bool) -> None:
    parts = [flag, complaint] if first else [complaint, flag]
    both = clinic(*parts) if split else clinic(". ".join(parts) + ".")
    assert rank(both) >= max(rank(clinic(complaint)), rank(clinic(flag)))


@EXAMPLES
@given(story=st.sampled_from([*COMPLAINTS, *RED_FLAGS]), word=st.sampled_from(MINIMISING), first=st.booleans())
def test_a_minimising_relative_never_lowers(clinic: Assess, story: str, word: str, first: bool) -> None:
    told = f"{word} {story}." if first else f"{story}. {word}"
    assert rank(clinic(told)) >= rank(clinic(story + "."))


@EXAMPLES
@given(story=st.sampled_from([*COMPLAINTS, *RED_FLAGS]), word=st.sampled_from(WORDS))
def test_words_of_origin_change_nothing(clinic: Assess, story: str, word: str) -> None:
    """Sex may open a rule that names it, so it is given beforehand; then the word must not matter."""
    for sex in ("male", "female"):
        plain = clinic(story + ".", sex=sex, age_years=40)
        told = clinic(f"I am {word}. {story}.", sex=sex, age_years=40)
        assert told.disposition == plain.disposition


@EXAMPLES
@given(text=st.text(alphabet="bcdfghjklmnpqrstvwxz ", min_size=1, max_size=60))
def test_gibberish_is_never_rated_low(clinic: Assess, text: str) -> None:
    assert clinic(text).disposition is not Disposition.SELF_CARE


@EXAMPLES
@given(text=st.text(max_size=200))
def test_any_text_is_survived_and_never_self_care_without_a_complaint(clinic: Assess, text: str) -> None:
    decision = clinic(text)
    assert decision.disposition is not Disposition.SELF_CARE or decision.complaints
    assert TriageDecision.from_json(decision.to_json()) == decision


@EXAMPLES
@given(
    stories=st.lists(st.sampled_from([*COMPLAINTS, *RED_FLAGS, *MINIMISING]), min_size=1, max_size=4),
    noise=st.sampled_from(["", "\u200b", " ’ ", "\n\n", " ½ ", "…", "İ", "ß"]),
)
def test_every_quote_is_verbatim(clinic_engine: TriageEngine, stories: list[str], noise: str) -> None:
    messages = [PatientMessage(n, noise + s.upper() if n % 2 else s + noise) for n, s in enumerate(stories)]
    decision = clinic_engine.assess(messages, PatientFacts())
    for finding in decision.findings:
        text = messages[finding.turn].text
        assert text[finding.start : finding.end] == finding.quote
    assert all(any(q in m.text for m in messages) for r in decision.rules for q in r.quotes)


@EXAMPLES
@given(stories=st.lists(st.sampled_from([*COMPLAINTS, *RED_FLAGS]), min_size=1, max_size=3))
def test_the_same_words_give_the_same_decision_alone_or_in_a_batch(
    clinic_engine: TriageEngine, stories: list[str]
) -> None:
    sessions = [([PatientMessage(1, s)], PatientFacts()) for s in stories]
    assert clinic_engine.assess_many(sessions) == [clinic_engine.assess(*session) for session in sessions]


@EXAMPLES
@given(story=st.sampled_from(COMPLAINTS), replies=st.lists(st.sampled_from(["yes", "no", "don't know"]), max_size=12))
def test_an_interview_ends_within_eight_questions(clinic_engine: TriageEngine, story: str, replies: list[str]) -> None:
    messages = [PatientMessage(1, story)]
    decision = clinic_engine.assess(messages)
    for turn, reply in enumerate([*replies, *["no"] * 9], start=2):
        if not decision.needs_more:
            break
        assert decision.next_questions, "more is needed, so there is something to ask"
        messages.append(PatientMessage(turn, reply, decision.next_questions[0].id))
        decision = clinic_engine.assess(messages)
    assert not decision.needs_more and decision.asked_count <= 8
