"""Reading a name from its first word to its last, and the names the word lists alone can tell."""

from collections.abc import Iterator

from data.deidentify.lexicon import Lexicon
from data.deidentify.protected import find_headlines, find_protected
from data.deidentify.spans import Identifier, Span
from data.deidentify.tokens import Token, gap_after

LONGEST_NAME = 5
MOST_INITIALS = 3


class NameReader:
    """Reads names out of one text's words; holds which of them are medicine's own and must stay."""

    def __init__(self, text: str, tokens: list[Token], lexicon: Lexicon) -> None:
        self._text = text
        self._tokens = tokens
        self._lexicon = lexicon
        self._words = lexicon.context
        self._lower_here = {t.folded for t in tokens if not t.capital}
        self._protected = find_protected(text, tokens, lexicon)
        self._headline = find_headlines(text, tokens)

    def is_kept(self, at: int) -> bool:
        """Tell whether this word is an everyday or medical word or a protected eponym, so by itself no name."""
        token = self._tokens[at]
        if at in self._protected or self._lexicon.is_word(token.folded):
            return True
        known_name = self._lexicon.may_be_given(token.folded) or self._lexicon.is_surname(token.folded)
        return token.capital and not known_name and token.folded in self._lower_here

    def is_protected(self, at: int) -> bool:
        """Tell whether this word is part of a medical term or a product here, whoever's name it may also be."""
        return at in self._protected or self._tokens[at].folded in self._lexicon.drugs

    def is_dotted(self, at: int) -> bool:
        """Tell whether a full stop follows this word, as after an initial."""
        return self._text[self._tokens[at].end : self._tokens[at].end + 1] == "."

    def starts_initialled(self, at: int) -> bool:
        """Tell whether this initial and its full stop stand before a capitalised family name ("A. Brown")."""
        if not self.is_dotted(at) or at + 1 >= len(self._tokens) or self._gap(at) not in {". ", "."}:
            return False
        after = self._tokens[at + 1]
        return after.capital and (self._lexicon.may_be_surname(after.folded) or not self.is_kept(at + 1))

    def next_is_surname(self, at: int) -> bool:
        """Tell whether the next word is a family name and nothing else."""
        return self._lexicon.is_surname(self.next_word(at))

    def next_is_capital(self, at: int) -> bool:
        """Tell whether a capitalised word follows in the same sentence."""
        return at + 1 < len(self._tokens) and self._gap(at) == " " and self._tokens[at + 1].capital

    def next_word(self, at: int) -> str:
        """Return the next word, folded, "" across a sentence end."""
        if at + 1 >= len(self._tokens) or self._gap(at) not in {" ", "  ", "\n"}:
            return ""
        return self._tokens[at + 1].folded

    def previous_word(self, at: int) -> str:
        """Return the word before, folded, "" at the start of a text or sentence."""
        return self._tokens[at - 1].folded if at and self._gap(at - 1) == " " else ""

    def run(self, at: int, *, lower: bool = False, sure: bool = False) -> Iterator[Span]:
        """Yield the name that starts at this word: further capitals, initials and particles belong to it.

        Args:
            at: index of the name's first word.
            lower: the name is written in lower case.
            sure: the context leaves no doubt that a name stands here, so capitals count even in a heading.
        """
        start: int | None = at
        while start is not None and start not in self._protected:
            end = start
            for step in range(start + 1, min(start + LONGEST_NAME, len(self._tokens))):
                if not self._continues(end, step, lower=lower, sure=sure):
                    break
                end = step
            while end > start and self._tokens[end].folded in self._words.particles and not self._tokens[end].capital:
                end -= 1
            yield Span(self._tokens[start].start, self._tokens[end].end, Identifier.NAME)
            start = self._listed_after(end)

    def _listed_after(self, end: int) -> int | None:
        """Return where the next name of a list begins ("Tariq, Zorvan and Mina"), or None."""
        joined = end + 1 < len(self._tokens) and self._tokens[end + 1].folded in {"and", "or"}
        at = end + 2 if joined else end + 1
        if at >= len(self._tokens) or not (joined or self._gap(end) in {", ", " & "}):
            return None
        token = self._tokens[at]
        return at if token.capital and len(token.text) > 1 and not token.upper and not self.is_kept(at) else None

    def run_after_title(self, at: int, *, weak: bool) -> Iterator[Span]:
        """Yield the name after the title at this word; a weak title is itself an everyday word."""
        step = at + 1
        if step >= len(self._tokens) or self._gap(at) not in {" ", ". ", ".", "  ", ".  "}:
            return
        token = self._tokens[step]
        if (
            token.folded in self._words.never_first
            or step in self._protected
            or token.folded in {"mr", "mrs", "ms", "dr"}
        ):
            return
        if weak and (self._gap(at) != " " or token.initial):
            return
        name = self._lexicon.may_be_given(token.folded) or self._lexicon.may_be_surname(token.folded)
        word = self.is_kept(step)
        headline = self._tokens[at].upper or step in self._headline
        if token.capital and (not word or (name and not (weak and headline)) or (not weak and not headline)):
            yield from self.run(step)
        elif (
            not token.capital and (self._lexicon.is_given(token.folded) or self._lexicon.is_surname(token.folded))
        ) or (
            not weak
            and not token.capital
            and (not word or token.folded in self._lexicon.surname_words - self._words.plain_words)
        ):
            yield from self.run(step, lower=True)

    def listed(self) -> Iterator[Span]:
        """Yield names known by the lists, and pairs of capitals that no list of words knows."""
        for at, token in enumerate(self._tokens):
            if at in self._protected or (token.initial and not self._before_surname(at)):
                continue
            if token.initial:
                yield from self.run(at)
            elif token.capital:
                if self._is_listed_capital(at) or self._is_unknown_pair(at):
                    yield from self.run(at)
            elif self._is_listed_lower(at):
                yield from self.run(at, lower=True)

    def _is_listed_capital(self, at: int) -> bool:
        token = self._tokens[at]
        after = self._tokens[at + 1] if at + 1 < len(self._tokens) and self._gap(at) in {" ", ", "} else None
        if token.upper and len(token.text) < 5:
            # Short capitals are mostly abbreviations: only two names in a row count.
            return after is not None and self._both_listed(token, after)
        if self._lexicon.is_given(token.folded) or self._lexicon.is_surname(token.folded):
            return True
        follows = after is not None and after.capital and self._gap(at) == " " and len(after.text) > 1
        if token.folded in self._lexicon.given_ambiguous and follows and after is not None:
            if at + 1 in self._protected or self.next_word(at + 1) in self._words.condition_nouns:
                return False
            return self._lexicon.is_surname(after.folded) or (
                at not in self._headline and (not self.is_kept(at + 1) or self._lexicon.may_be_surname(after.folded))
            )
        if self._lexicon.may_be_surname(token.folded) and after is not None and self._gap(at) == ", ":
            return after.capital and self._lexicon.is_given(after.folded)
        return False

    def _is_unknown_pair(self, at: int) -> bool:
        token = self._tokens[at]
        if at + 1 >= len(self._tokens) or self._gap(at) != " " or token.upper or at in self._headline:
            return False
        after = self._tokens[at + 1]
        if not after.capital or after.upper or len(after.text) < 3 or len(token.text) < 2:
            return False
        if self.next_word(at + 1) in self._words.condition_nouns or self.is_kept(at):
            return False
        return not self.is_kept(at + 1) or (
            at + 1 not in self._protected and self._lexicon.may_be_surname(after.folded)
        )

    def _is_listed_lower(self, at: int) -> bool:
        token = self._tokens[at]
        after = self._tokens[at + 1] if at + 1 < len(self._tokens) and self._gap(at) == " " else None
        if self._lexicon.is_given(token.folded):
            return len(token.folded) > 2 and not self._lexicon.is_word(token.folded)
        if token.folded in self._lexicon.given_ambiguous and token.folded not in self._lexicon.common:
            return after is not None and self._lexicon.is_surname(after.folded)
        return False

    def _before_surname(self, at: int, initials: int = 1) -> bool:
        if at + 1 >= len(self._tokens) or self._gap(at) not in {". ", " ", "."}:
            return False
        after = self._tokens[at + 1]
        if after.initial:
            return self._gap(at) != " " and initials < MOST_INITIALS and self._before_surname(at + 1, initials + 1)
        if at + 1 in self._protected or not after.capital or after.upper:
            return False
        dotted = self._gap(at) in {". ", "."}
        return self._lexicon.is_surname(after.folded) or (dotted and at > 0 and not self.is_kept(at + 1))

    def _both_listed(self, first: Token, second: Token) -> bool:
        given = self._lexicon.may_be_given
        surname = self._lexicon.is_surname
        return (given(first.folded) and surname(second.folded)) or (
            surname(first.folded) and self._lexicon.is_given(second.folded)
        )

    def _continues(self, last: int, step: int, *, lower: bool, sure: bool) -> bool:
        """Tell whether the word at ``step`` belongs to the name that so far ends at ``last``."""
        token, gap = self._tokens[step], self._gap(last)
        after_initial = self._tokens[last].initial and gap in {". ", ".", " "}
        if self._tokens[last].possessive or step in self._protected:
            return False
        if gap not in {" ", "-", "  "} and not after_initial:
            if gap != ", " or not token.capital or (token.upper and (not sure or len(token.text) < 4)):
                return False
            if sure and (not self.is_kept(step) or token.folded in self._lexicon.given_ambiguous):
                return True
            return self._lexicon.is_given(token.folded) and not self._lexicon.is_given(self._tokens[last].folded)
        if token.folded in self._words.particles:
            beyond = self._tokens[step + 1] if step + 1 < len(self._tokens) else None
            return beyond is not None and beyond.capital and self._gap(step) in {" ", "-"}
        if token.initial:
            return token.text not in {"I", "A"} or self._gap(step).startswith(".")
        if token.capital:
            if not self.is_kept(step):
                return True
            return (sure or step not in self._headline) and (
                self._lexicon.may_be_surname(token.folded) or token.folded in self._lexicon.given_ambiguous
            )
        if not lower:
            return self._lexicon.is_surname(token.folded) and not self._tokens[last].capital
        return not self.is_kept(step) or (
            self._lexicon.may_be_surname(token.folded) and token.folded not in self._lexicon.common
        )

    def _gap(self, at: int) -> str:
        return gap_after(self._text, self._tokens, at)
