"""De-identification of free text: identifiers out, medicine in.

Rules and word lists, no model and no network; linear in the length of the text. Command line: ``python -m
data.deidentify``, JSON lines in and out.
"""

from collections.abc import Sequence

from data.deidentify.contacts import find_addresses, find_phones
from data.deidentify.dates import find_ages, find_dates
from data.deidentify.known import find_known
from data.deidentify.lexicon import load_lexicon
from data.deidentify.name_run import NameReader
from data.deidentify.names import find_names
from data.deidentify.numbers import find_numbers
from data.deidentify.places import find_places
from data.deidentify.spans import Deidentified, Identifier, Span, merge_spans, replace_spans
from data.deidentify.tokens import tokenise

__all__ = ["Deidentified", "Identifier", "Span", "deidentify"]


def deidentify(text: str, known: Sequence[str] = ()) -> Deidentified:
    """Replace identifiers by ``[TYPE]``.

    Args:
        text: any free text.
        known: what is known to identify the patient: names, numbers, ISO birth date, e-mail, address ("14 Oak Row,
            Town"). Names are found under nicknames, typos, initials and joined forms as well.

    Returns:
        The cleaned text and the spans, in order and never overlapping, as offsets into ``text``.
    """
    lexicon = load_lexicon()
    tokens = tokenise(text)
    reader = NameReader(text, tokens, lexicon)
    spans = merge_spans(
        [
            *find_addresses(text),
            *find_numbers(text),
            *find_dates(text),
            *find_ages(text),
            *find_phones(text),
            *find_places(text, tokens, lexicon),
            *find_known(text, tokens, known, lexicon, reader),
            *find_names(text, tokens, lexicon, reader),
            *reader.listed(),
        ],
        text,
    )
    return Deidentified(replace_spans(text, spans), tuple(spans))
