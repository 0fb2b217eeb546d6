"""The rule language: a boolean expression over findings, patient facts and vital signs, in three-valued logic.

``chest_pain and (sweating or breathless.severe) and age_years >= 40`` is parsed once, by Python's own parser, and only
the handful of node kinds below are allowed. A name is True, False or None (unknown); Kleene's logic carries the unknown
through, so the interview can tell "not yet known" from "no".
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

Truth: TypeAlias = bool | None
Value: TypeAlias = bool | float | str | None
Lookup: TypeAlias = Callable[[str, str | None], Value]
"""``lookup(name, attribute)`` gives a finding, one of its attributes, a fact or a vital sign; None when not known."""
Test: TypeAlias = Callable[[Lookup], Truth]

FLAGS = frozenset(
    {
        "severe", "moderate", "mild", "sudden", "gradual", "worse", "better", "same", "comes_and_goes",
        "resolved", "past", "recurrent", "left", "right", "both_sides",
    }
)  # fmt: skip
MEASURES = frozenset({"score", "duration_h"})
"""Attributes of a finding: yes/no flags, and numbers (score 0-10, duration in hours)."""

FACT_NUMBERS = frozenset({"age_years", "age_months", "age_days", "weeks_pregnant", "postpartum_weeks", "duration_h"})
FACT_FLAGS = frozenset({"pregnant", "child", "infant", "writer_is_other"})
FACT_TEXTS = frozenset({"sex"})
VITALS = frozenset(
    {
        "temperature_c", "pulse", "resp_rate", "spo2", "systolic", "diastolic", "glucose_mmol", "gcs", "pain_score",
        "weight_kg", "lactate", "news2",
    }
)  # fmt: skip
"""Vital signs in °C, per minute, %, mmHg, mmol/L (lactate too), kg; the Glasgow Coma Scale and NEWS2 as points."""

NOT_FINDINGS = FACT_NUMBERS | FACT_FLAGS | FACT_TEXTS | VITALS
_COMPARE: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}


class ExpressionError(ValueError):
    """An expression that is not in the rule language; the message says which part."""


@dataclass(frozen=True)
class Expression:
    """A parsed rule condition."""

    source: str
    tree: ast.expr

    @cached_property
    def findings(self) -> frozenset[str]:
        """Ids of the findings it mentions."""
        return frozenset(n for n, _ in _names(self.tree) if n not in NOT_FINDINGS)

    @cached_property
    def denied(self) -> frozenset[str]:
        """Ids of the findings that speak against it: those under a "not"."""
        return frozenset(n for n in _denied(self.tree, positive=True) if n not in NOT_FINDINGS)

    @cached_property
    def facts(self) -> frozenset[str]:
        """Facts and vital signs it mentions."""
        return frozenset(n for n, _ in _names(self.tree) if n in NOT_FINDINGS)

    def evaluate(self, lookup: Lookup) -> Truth:
        """True, False, or None when what is known does not decide it."""
        return self._test(lookup)

    @cached_property
    def _test(self) -> Test:
        return _compiled(self.tree)

    def satisfied_by(self, lookup: Lookup) -> frozenset[str]:
        """Findings and facts that are known true in a true expression: its evidence."""
        return frozenset(_evidence(self.tree, lookup, positive=True))


def parse(source: str) -> Expression:
    """Parse one condition. Raises ExpressionError."""
    try:
        tree = ast.parse(" ".join(source.split()), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"not an expression: {source!r} ({error.msg})") from error
    _check(tree)
    return Expression(source, tree)


def _check(node: ast.expr) -> None:
    match node:
        case ast.BoolOp(values=values):
            for value in values:
                _check(value)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            _check(operand)
        case ast.Name(id=name):
            if name in FACT_NUMBERS | FACT_TEXTS | VITALS:
                raise ExpressionError(f"{name} needs a comparison")
        case ast.Attribute(value=ast.Name(), attr=attribute):
            if attribute not in FLAGS:
                raise ExpressionError(f"no attribute .{attribute} that is yes or no")
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            _check_comparison(left, operator, right)
        case ast.Call(func=ast.Name(id="any_of" | "all_of"), args=args, keywords=[]) if args:
            for arg in args:
                _check(arg)
        case _:
            raise ExpressionError(f"not in the rule language: {ast.unparse(node)}")


def _check_comparison(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> None:
    if not isinstance(right, ast.Constant):
        raise ExpressionError(f"compare with a number or a word, not {ast.unparse(right)}")
    match left:
        case ast.Name(id="sex"):
            if not isinstance(operator, ast.Eq) or right.value not in ("female", "male"):
                raise ExpressionError('sex is compared by == with "female" or "male"')
            return
        case ast.Name(id=name):
            if name not in FACT_NUMBERS | VITALS:
                raise ExpressionError(f"{name} is not a number")
        case ast.Attribute(value=ast.Name(), attr=attribute):
            if attribute not in MEASURES:
                raise ExpressionError(f".{attribute} is not a number")
        case ast.Call(func=ast.Name(id="count"), args=args, keywords=[]) if args:
            for arg in args:
                _check(arg)
        case _:
            raise ExpressionError(f"cannot compare {ast.unparse(left)}")
    if isinstance(right.value, bool) or not isinstance(right.value, int | float):
        raise ExpressionError(f"not a number: {right.value!r}")
    if not isinstance(operator, ast.Eq | ast.Lt | ast.LtE | ast.Gt | ast.GtE):
        raise ExpressionError("only < <= > >= == compare")


def _names(node: ast.expr) -> Iterator[tuple[str, str | None]]:
    match node:
        case ast.BoolOp(values=values):
            for value in values:
                yield from _names(value)
        case ast.UnaryOp(operand=operand):
            yield from _names(operand)
        case ast.Compare(left=left):
            yield from _names(left)
        case ast.Call(args=args):
            for arg in args:
                yield from _names(arg)
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            yield name, attribute
        case ast.Name(id=name):
            yield name, None


def _denied(node: ast.expr, *, positive: bool) -> Iterator[str]:
    match node:
        case ast.BoolOp(values=parts) | ast.Call(args=parts):
            for part in parts:
                yield from _denied(part, positive=positive)
        case ast.UnaryOp(operand=operand):
            yield from _denied(operand, positive=not positive)
        case _ if not positive:
            yield from (name for name, _ in _names(node))


def _flag(value: Value) -> Truth:
    return None if value is None else bool(value)


def _compiled(node: ast.expr) -> Test:
    """The node as a function, so that the tree is walked once and not at every question."""
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return _all([_compiled(v) for v in values])
        case ast.BoolOp(values=values):
            return _any([_compiled(v) for v in values])
        case ast.UnaryOp(operand=operand):
            return _not(_compiled(operand))
        case ast.Name(id=name):
            return lambda lookup: _flag(lookup(name, None))
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            return lambda lookup: _attribute(name, attribute, lookup)
        case ast.Call(func=ast.Name(id=function), args=args):
            return (_all if function == "all_of" else _any)([_compiled(a) for a in args])
        case ast.Compare(left=left, ops=[operator], comparators=[ast.Constant(value=right)]):
            return _comparison(left, operator, right)
    raise ExpressionError(f"not in the rule language: {ast.unparse(node)}")


def _attribute(name: str, attribute: str, lookup: Lookup) -> Truth:
    """An attribute of an absent finding is False; of an unknown one, unknown. What is past needs not be present."""
    if attribute == "past":
        return _flag(lookup(name, attribute))
    present = lookup(name, None)
    if present is False:
        return False
    value = _flag(lookup(name, attribute))
    return value if present else (None if value is not False else False)


def _comparison(left: ast.expr, operator: ast.cmpop, right: object) -> Test:
    match left:
        case ast.Name(id="sex"):
            return lambda lookup: None if (value := lookup("sex", None)) is None else value == right
        case ast.Name(id=name):
            return lambda lookup: _compared(lookup(name, None), operator, right)
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            return lambda lookup: _measured(name, attribute, lookup, operator, right)
        case ast.Call(args=args):
            return _count([_compiled(a) for a in args], operator, right)
    raise ExpressionError(f"cannot compare {ast.unparse(left)}")


def _measured(name: str, attribute: str, lookup: Lookup, operator: ast.cmpop, right: object) -> Truth:
    """How long something has lasted says nothing while nobody has said that it is there."""
    present = lookup(name, None)
    if present is False:
        return False
    return _compared(lookup(name, attribute), operator, right) if present else None


def _compared(value: Value, operator: ast.cmpop, right: object) -> Truth:
    if value is None or isinstance(value, str) or not isinstance(right, int | float):
        return None
    return _holds(operator, float(value), float(right))


def _holds(operator: ast.cmpop, left: float, right: float) -> bool:
    return left == right if isinstance(operator, ast.Eq) else _COMPARE[type(operator)](left, right)


def _count(tests: list[Test], operator: ast.cmpop, right: object) -> Test:
    """How many are true, between the number known true and that plus the unknown ones."""

    def test(lookup: Lookup) -> Truth:
        assert isinstance(right, int | float)
        truths = [t(lookup) for t in tests]
        low = truths.count(True)
        outcomes = {_holds(operator, float(n), float(right)) for n in range(low, low + truths.count(None) + 1)}
        return outcomes.pop() if len(outcomes) == 1 else None

    return test


def _not(inner: Test) -> Test:
    return lambda lookup: None if (value := inner(lookup)) is None else not value


def _all(tests: list[Test]) -> Test:
    return _until(tests, ends=False)


def _any(tests: list[Test]) -> Test:
    return _until(tests, ends=True)


def _until(tests: list[Test], *, ends: bool) -> Test:
    """Settled by the first that is ``ends``; else unknown when one is unknown."""

    def test(lookup: Lookup) -> Truth:
        result: Truth = not ends
        for part in tests:
            value = part(lookup)
            if value is ends:
                return ends
            if value is None:
                result = None
        return result

    return test


def _evidence(node: ast.expr, lookup: Lookup, *, positive: bool) -> Iterator[str]:
    match node:
        case ast.BoolOp(values=values):
            for value in values:
                yield from _evidence(value, lookup, positive=positive)
        case ast.UnaryOp(operand=operand):
            yield from _evidence(operand, lookup, positive=not positive)
        case ast.Call(args=args):
            for arg in args:
                yield from _evidence(arg, lookup, positive=positive)
        case ast.Compare(left=ast.Call(args=args)):
            for arg in args:
                yield from _evidence(arg, lookup, positive=positive)
        case _ if positive and _compiled(node)(lookup):
            for name, _ in _names(node):
                yield name
