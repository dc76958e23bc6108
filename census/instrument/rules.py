"""Routing rules: a small JSON expression tree with three-valued logic, type-checked and compiled once at load.

A rule is an object with one operator and a list of arguments, `{"in": [{"answer": "q10"}, ["none", "1_4"]]}`.
Values are `{"answer": code}`, `{"answer": code, "row": row}` (one row of a grid), `{"rows": code}` (all rows of a
grid), `{"fact": name}` and literals; `{"rule": name}` stands for a rule declared once by name.

Truth is True, False or None (unknown), after Kleene: any comparison with an unanswered value is unknown, `not` of
unknown is unknown, `and` is False as soon as one part is False, `or` True as soon as one is True. Only `answered` is
never unknown. So "not (x > 5)" does not hold of an x that nobody gave, the trap of two-valued engines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from census.instrument.shapes import DONT_KNOW, FIGURES, ONE_CHOICE, PREFER_NOT, WRITTEN

Truth = bool | None


@dataclass(slots=True)
class Context:
    """What rules may look at while the path is walked: answers on the path so far, facts, and named rules' results."""

    visible: dict[str, Any]
    facts: Mapping[str, Any]
    known: dict[str, Truth] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule: `test(context)` gives its truth, `reads` the questions and `facts` the facts it looks at."""

    test: Callable[[Context], Truth]
    reads: frozenset[str]
    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Value:
    """A compiled value. `kind`: code, codes, number, text, bool, literal, list, truth or bad (already reported)."""

    get: Callable[[Context], Any]
    kind: str
    options: frozenset[str] | None = None
    literal: Any = None


@dataclass(frozen=True, slots=True)
class Sketch:
    """What the rule checker needs to know of a question before the question is built."""

    code: str
    type: str
    options: frozenset[str]
    rows: frozenset[str]
    page: int
    kept_apart: bool


def conjunction(truths: list[Truth]) -> Truth:
    """Kleene's "and"."""
    if any(truth is False for truth in truths):
        return False
    return None if any(truth is None for truth in truths) else True


def disjunction(truths: list[Truth]) -> Truth:
    """Kleene's "or"."""
    if any(truth is True for truth in truths):
        return True
    return None if any(truth is None for truth in truths) else False


def negation(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _members(value: Any) -> list | None:
    return list(value) if isinstance(value, list | tuple) else None


def _any_in(value: Any, wanted: tuple) -> Truth:
    members = _members(value)
    if members is None:
        return None
    return disjunction([None if member is None else member in wanted for member in members])


def _all_in(value: Any, wanted: tuple) -> Truth:
    members = _members(value)
    if members is None:
        return None
    return conjunction([None if member is None else member in wanted for member in members])


def _count(value: Any, wanted: tuple | None) -> int | None:
    members = _members(value)
    if members is None:
        return None
    if wanted is None:
        return sum(member is not None for member in members)
    if any(member is None for member in members):
        return None
    return sum(member in wanted for member in members)


def _number(value: Any) -> int | float | None:
    """Numbers only: a stored value of the wrong type is unknown, never an exception in the middle of a request."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}
TRUTHS = frozenset({"and", "or", "not", "in", "any-in", "all-in", "answered", *COMPARISONS})
SUMS = frozenset({"count", "+", "*"})
OPERATORS = TRUTHS | SUMS


class Compiler:
    """Turns rules into functions, reporting every fault it meets through `report(path, words)`.

    `sketches` are the questions by code, `facts` the declared facts (name to text|number|bool), `named` the named
    rules of the document. A named rule is compiled on first use; one that leads back to itself is a fault.
    """

    def __init__(
        self,
        sketches: Mapping[str, Sketch],
        facts: Mapping[str, str],
        named: Mapping[str, Any],
        report: Callable[[str, str], None],
    ) -> None:
        self.sketches = sketches
        self.facts = facts
        self.named = named
        self.report = report
        self._done: dict[str, Rule] = {}
        self._open: list[str] = []
        self._reads: set[str] = set()
        self._facts_read: set[str] = set()

    def compile(self, rule: Any, path: str) -> Rule:
        """The compiled rule; when faults were reported it is unknown for ever, and loading refuses it anyway."""
        outer = self._reads, self._facts_read
        self._reads, self._facts_read = set(), set()
        test = self._truth(rule, path)
        compiled = Rule(test, frozenset(self._reads), frozenset(self._facts_read))
        self._reads, self._facts_read = outer
        return compiled

    def compile_named(self, name: str, path: str) -> Rule | None:
        if name in self._done:
            return self._done[name]
        if name not in self.named:
            self.report(path, f"there is no rule named “{name}”")
            return None
        if name in self._open:
            self.report(path, f"the rule “{name}” leads back to itself")
            return None
        self._open.append(name)
        compiled = self.compile(self.named[name], f"/rules/{name}")
        self._open.pop()
        self._done[name] = compiled
        return compiled

    # -- truths --------------------------------------------------------------------------------------------------

    def _truth(self, rule: Any, path: str) -> Callable[[Context], Truth]:
        operator, arguments = self._operator(rule, path)
        if operator is None:
            return _unknown
        if operator == "rule":
            return self._named_truth(arguments, f"{path}/rule")
        if operator not in TRUTHS:
            self.report(path, f"“{operator}” gives a value, but a rule that is true or false is needed here")
            return _unknown
        here = f"{path}/{operator}"
        if operator in {"and", "or"}:
            tests = [self._truth(argument, f"{here}/{i}") for i, argument in enumerate(arguments)]
            combine = conjunction if operator == "and" else disjunction
            return lambda context: combine([test(context) for test in tests])
        if operator == "not":
            test = self._truth(arguments[0], f"{here}/0")
            return lambda context: negation(test(context))
        if operator == "answered":
            return self._answered(arguments[0], f"{here}/0")
        values = [self._value(argument, f"{here}/{i}") for i, argument in enumerate(arguments)]
        if any(value.kind == "bad" for value in values):
            return _unknown
        left, right = values
        if operator in COMPARISONS:
            return self._comparison(operator, left, right, here)
        return self._membership(operator, left, right, here)

    def _named_truth(self, name: Any, path: str) -> Callable[[Context], Truth]:
        if not isinstance(name, str):
            self.report(path, "the name of a rule must be text")
            return _unknown
        compiled = self.compile_named(name, path)
        if compiled is None:
            return _unknown
        self._reads |= compiled.reads
        self._facts_read |= compiled.facts

        def test(context: Context) -> Truth:
            # Safe to keep for the whole walk: rules only read questions that were passed before the first use.
            if name not in context.known:
                context.known[name] = compiled.test(context)
            return context.known[name]

        return test

    def _answered(self, argument: Any, path: str) -> Callable[[Context], Truth]:
        if not isinstance(argument, Mapping) or "answer" not in argument:
            self.report(path, '“answered” needs an answer, such as {"answer": "q02"}')
            return _unknown
        value = self._value(argument, path, whole_grid=True)
        return lambda context: value.get(context) is not None

    def _comparison(self, operator: str, left: Value, right: Value, path: str) -> Callable[[Context], Truth]:
        compare = COMPARISONS[operator]
        if operator not in {"==", "!="}:
            for side, value in enumerate((left, right)):
                if value.kind != "number":
                    self.report(
                        f"{path}/{side}", f"“{operator}” compares numbers, and this is {_KIND_WORDS[value.kind]}"
                    )
                    return _unknown

            def ordered(context: Context) -> Truth:
                a, b = _number(left.get(context)), _number(right.get(context))
                return None if a is None or b is None else compare(a, b)

            return ordered
        for side, value in enumerate((left, right)):
            if value.kind in {"codes", "list"}:
                self.report(f"{path}/{side}", "several values cannot be compared with one; use “any-in” or “all-in”")
                return _unknown
        for side, (value, other) in enumerate(((left, right), (right, left))):
            if value.kind == "literal" and other.kind not in {"code", "text", "literal"}:
                self.report(f"{path}/{side}", f"text is compared with {_KIND_WORDS[other.kind]}")
                return _unknown
            if value.kind in {"number", "bool"} and other.kind != value.kind:
                self.report(f"{path}/{side}", f"{_KIND_WORDS[value.kind]} is compared with {_KIND_WORDS[other.kind]}")
                return _unknown
            if value.kind == "literal" and other.options is not None and value.literal not in other.options:
                self.report(f"{path}/{side}", f"there is no option “{value.literal}” to compare with")
                return _unknown

        def equal(context: Context) -> Truth:
            a, b = left.get(context), right.get(context)
            return None if a is None or b is None else compare(a, b)

        return equal

    def _membership(self, operator: str, left: Value, right: Value, path: str) -> Callable[[Context], Truth]:
        if right.kind != "list":
            self.report(f"{path}/1", f"“{operator}” needs a list of values here")
            return _unknown
        wants_many = operator != "in"
        if wants_many and left.kind != "codes":
            self.report(
                f"{path}/0", f"“{operator}” needs an answer with several values; this is {_KIND_WORDS[left.kind]}"
            )
            return _unknown
        if not wants_many and left.kind not in {"code", "text", "number"}:
            self.report(f"{path}/0", f"“in” needs an answer with one value; this is {_KIND_WORDS[left.kind]}")
            return _unknown
        if not self._list_fits(left, right, f"{path}/1"):
            return _unknown
        wanted = right.literal
        if operator == "any-in":
            return lambda context: _any_in(left.get(context), wanted)
        if operator == "all-in":
            return lambda context: _all_in(left.get(context), wanted)

        def within(context: Context) -> Truth:
            value = left.get(context)
            return None if value is None else value in wanted

        return within

    def _list_fits(self, value: Value, wanted: Value, path: str) -> bool:
        fits = True
        for i, item in enumerate(wanted.literal):
            if value.options is not None and item not in value.options:
                self.report(f"{path}/{i}", f"there is no option “{item}”")
                fits = False
            elif value.kind == "number" and not _is_number(item):
                self.report(f"{path}/{i}", f"“{item}” is compared with a number")
                fits = False
            elif value.kind in {"text", "code", "codes"} and not isinstance(item, str):
                self.report(f"{path}/{i}", f"“{item}” is compared with text")
                fits = False
        return fits

    # -- values --------------------------------------------------------------------------------------------------

    def _value(self, node: Any, path: str, whole_grid: bool = False) -> Value:
        if isinstance(node, bool):
            return Value(lambda context: node, "bool", literal=node)
        if _is_number(node):
            return Value(lambda context: node, "number", literal=node)
        if isinstance(node, str):
            return Value(lambda context: node, "literal", literal=node)
        if isinstance(node, list):
            if not node or not all(isinstance(item, str) or _is_number(item) for item in node):
                self.report(path, "a list in a rule holds at least one text or number, and nothing else")
                return _BAD
            literal = tuple(node)
            return Value(lambda context: literal, "list", literal=literal)
        if isinstance(node, Mapping) and ("answer" in node or "rows" in node):
            return self._answer(node, path, whole_grid)
        if isinstance(node, Mapping) and set(node) == {"fact"}:
            return self._fact(node["fact"], path)
        operator, arguments = self._operator(node, path)
        if operator is None:
            return _BAD
        if operator not in SUMS:
            self.report(path, f"“{operator}” is true or false, but a value is needed here")
            return _BAD
        return self._sum(operator, arguments, f"{path}/{operator}")

    def _answer(self, node: Mapping, path: str, whole_grid: bool) -> Value:
        if set(node) not in ({"answer"}, {"answer", "row"}, {"rows"}):
            self.report(path, 'write {"answer": code}, {"answer": code, "row": row} or {"rows": code}')
            return _BAD
        code = node.get("answer", node.get("rows"))
        sketch = self.sketches.get(code) if isinstance(code, str) else None
        if sketch is None:
            self.report(path, f"there is no question “{code}”")
            return _BAD
        self._reads.add(code)
        if sketch.type != "grid":
            if "answer" not in node or "row" in node:
                self.report(path, f"“{code}” is not a grid, so it has no rows")
                return _BAD
            get = lambda context: context.visible.get(code)  # noqa: E731
            if sketch.type in ONE_CHOICE:
                return Value(get, "code", sketch.options)
            if sketch.type in FIGURES:
                return Value(get, "number")
            return Value(
                get, "text" if sketch.type in WRITTEN else "codes", None if sketch.type in WRITTEN else sketch.options
            )
        if "rows" in node:
            order = tuple(sorted(sketch.rows))
            return Value(lambda context: _row_values(context.visible.get(code), order), "codes", sketch.options)
        if "row" not in node:
            if whole_grid:
                return Value(lambda context: context.visible.get(code), "codes")
            self.report(path, f'“{code}” is a grid: name one row, or use {{"rows": "{code}"}}')
            return _BAD
        row = node["row"]
        if not isinstance(row, str) or row not in sketch.rows:
            self.report(path, f"“{code}” has no row “{row}”")
            return _BAD
        return Value(lambda context: _row_value(context.visible.get(code), row), "code", sketch.options)

    def _fact(self, name: Any, path: str) -> Value:
        if not isinstance(name, str) or name not in self.facts:
            self.report(path, f"there is no fact “{name}”")
            return _BAD
        self._facts_read.add(name)
        return Value(lambda context: context.facts.get(name), self.facts[name])

    def _sum(self, operator: str, arguments: list, path: str) -> Value:
        values = [self._value(argument, f"{path}/{i}") for i, argument in enumerate(arguments)]
        if any(value.kind == "bad" for value in values):
            return _BAD
        if operator == "count":
            counted = values[0]
            if counted.kind != "codes":
                self.report(
                    f"{path}/0", f"“count” needs an answer with several values; this is {_KIND_WORDS[counted.kind]}"
                )
                return _BAD
            if len(values) == 1:
                return Value(lambda context: _count(counted.get(context), None), "number")
            if values[1].kind != "list" or not self._list_fits(counted, values[1], f"{path}/1"):
                if values[1].kind != "list":
                    self.report(f"{path}/1", "“count” needs a list of values here")
                return _BAD
            return Value(lambda context: _count(counted.get(context), values[1].literal), "number")
        for i, value in enumerate(values):
            if value.kind != "number":
                self.report(f"{path}/{i}", f"“{operator}” needs numbers; this is {_KIND_WORDS[value.kind]}")
                return _BAD

        def total(context: Context) -> int | float | None:
            result: int | float = 0 if operator == "+" else 1
            for value in values:
                number = _number(value.get(context))
                if number is None:
                    return None
                result = result + number if operator == "+" else result * number
            return result

        return Value(total, "number")

    def _operator(self, rule: Any, path: str) -> tuple[str | None, Any]:
        if not isinstance(rule, Mapping) or len(rule) != 1:
            self.report(path, 'a rule is an object with one operator, such as {"==": [...]}')
            return None, None
        operator, arguments = next(iter(rule.items()))
        if operator == "rule":
            return operator, arguments
        if operator not in OPERATORS:
            self.report(path, f"there is no operator “{operator}”")
            return None, None
        if not isinstance(arguments, list):
            self.report(f"{path}/{operator}", f"“{operator}” takes a list of arguments")
            return None, None
        least, most = _ARGUMENTS.get(operator, (2, 2))
        if not least <= len(arguments) <= most:
            self.report(f"{path}/{operator}", f"“{operator}” cannot take {len(arguments)} argument(s)")
            return None, None
        return operator, arguments


_ARGUMENTS = {
    "and": (1, 99),
    "or": (1, 99),
    "not": (1, 1),
    "answered": (1, 1),
    "count": (1, 2),
    "+": (2, 99),
    "*": (2, 99),
}
_KIND_WORDS = {
    "code": "a chosen option",
    "codes": "a list of chosen options",
    "number": "a number",
    "text": "text",
    "bool": "true or false",
    "literal": "text",
    "list": "a list",
}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _row_value(value: Any, row: str) -> str | None:
    answer = value.get(row) if isinstance(value, Mapping) else None
    return None if answer in (DONT_KNOW, PREFER_NOT) else answer


def _row_values(value: Any, rows: tuple[str, ...]) -> list | None:
    return [_row_value(value, row) for row in rows] if isinstance(value, Mapping) else None


def _unknown(context: Context) -> Truth:
    return None


_BAD = Value(_unknown, "bad")
