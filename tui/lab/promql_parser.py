"""PromQL, as far as clients of the lab use it: text in, tree out.

Errors read as Prometheus writes them: `line:column: parse error: what`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from msgspec import Struct

from tui.lab.matchers import Matcher

AGGREGATIONS = frozenset({"sum", "count", "min", "max", "avg", "group"})
RANGE_FUNCTIONS = frozenset(
    {
        f"{name}_over_time"
        for name in ("avg", "sum", "min", "max", "count", "last", "present")
    }
    | {"changes"}
)
INSTANT_FUNCTIONS = frozenset(
    {"absent", "vector", "scalar", "time", "sort", "sort_desc", "timestamp"}
)
_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"or"}),
    frozenset({"and", "unless"}),
    frozenset({"==", "!=", "<", ">", "<=", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "/", "%"}),
)
COMPARISONS = _LEVELS[2]
SET_OPERATORS = _LEVELS[0] | _LEVELS[1]


class ParseError(ValueError):
    """An expression that is not PromQL, or not the part that the lab speaks."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"1:{position + 1}: parse error: {reason}")


class Number(Struct, frozen=True):
    """A scalar literal."""

    value: float


class Text(Struct, frozen=True):
    """A string literal."""

    value: str


class Selector(Struct, frozen=True):
    """Series by name and labels; `range_seconds` makes it a range vector."""

    matchers: tuple[Matcher, ...]
    name: str = ""
    range_seconds: float = 0.0


class Call(Struct, frozen=True):
    """A function's call."""

    function: str
    arguments: tuple[Expression, ...]


class Aggregate(Struct, frozen=True):
    """An aggregation; `without` turns the grouping around."""

    operator: str
    operand: Expression
    labels: tuple[str, ...] = ()
    without: bool = False


class Binary(Struct, frozen=True):
    """Two sides; `on` None compares all labels, else those (or all but those)."""

    operator: str
    left: Expression
    right: Expression
    on: tuple[str, ...] | None = None
    ignoring: bool = False
    returns_bool: bool = False


Expression = Number | Text | Selector | Call | Aggregate | Binary

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<duration>(?:\d+(?:ms|[smhdwy]))+)(?![\w.])
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|\b(?i:inf|nan)\b)
    | (?P<name>[a-zA-Z_:][\w:]*)
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)
    | (?P<operator>=~|!~|==|!=|<=|>=|[-+*/%=<>(){}\[\],])
    )""",
    re.VERBOSE,
)
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SECONDS["y"] = 365 * 86400


def seconds(duration: str) -> float:
    """A Prometheus duration such as 1h30m in seconds; ValueError when it is none."""
    if not re.fullmatch(r"(?:\d+(?:ms|[smhdwy]))+", duration):
        raise ValueError(duration)
    parts = re.findall(r"(\d+)(ms|[smhdwy])", duration)
    return float(sum(int(count) * _SECONDS[unit] for count, unit in parts))


def unquote(text: str) -> str:
    """The value of a string literal in any of the three quotes."""
    body = text[1:-1]
    if text[0] == "`":
        return body
    escapes = {"n": "\n", "t": "\t", "r": "\r"}
    return re.sub(r"\\(.)", lambda hit: escapes.get(hit[1], hit[1]), body)


class _Token(Struct, frozen=True):
    kind: str
    text: str
    position: int


def _tokens(source: str) -> list[_Token]:
    found, position = [], 0
    while source[position:].strip():
        hit = _TOKEN.match(source, position)
        if hit is None or hit.lastgroup is None:
            at = position + len(source[position:]) - len(source[position:].lstrip())
            raise ParseError(at, f"unexpected character: {source[at]!r}")
        found.append(
            _Token(hit.lastgroup, hit[hit.lastgroup], hit.start(hit.lastgroup))
        )
        position = hit.end()
    return [*found, _Token("end", "", len(source))]


@lru_cache(maxsize=256)
def parse(source: str) -> Expression:
    """The tree of an expression; raises ParseError."""
    tokens = _tokens(source)
    if tokens[0].kind == "end":
        raise ParseError(0, "no expression found in input")
    parser = _Parser(tokens)
    tree = parser.expression(0)
    parser.expect_end()
    return tree


@dataclass(slots=True)
class _Parser:
    tokens: list[_Token]
    index: int = field(default=0)

    @property
    def token(self) -> _Token:
        return self.tokens[self.index]

    def take(self) -> _Token:
        self.index += 1
        return self.tokens[self.index - 1]

    def accept(self, text: str) -> bool:
        if self.token.text == text and self.token.kind in {"operator", "name"}:
            self.index += 1
            return True
        return False

    def expect(self, text: str, context: str) -> None:
        if not self.accept(text):
            self.fail(context)

    def fail(self, context: str) -> None:
        token = self.token
        what = "end of input" if token.kind == "end" else f"<{token.text}>"
        raise ParseError(token.position, f"unexpected {what}{context}")

    def expect_end(self) -> None:
        if self.token.kind != "end":
            self.fail("")

    def expression(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self.unary()
        left = self.expression(level + 1)
        while self.token.text in _LEVELS[level] and self.token.kind != "text":
            operator = self.take().text
            returns_bool = self.accept("bool")
            on, ignoring = self.matching()
            right = self.expression(level + 1)
            left = Binary(operator, left, right, on, ignoring, returns_bool)
        return left

    def matching(self) -> tuple[tuple[str, ...] | None, bool]:
        if self.accept("on"):
            return self.names(), False
        if self.accept("ignoring"):
            return self.names(), True
        return None, False

    def unary(self) -> Expression:
        if self.accept("-"):
            return Binary("*", Number(-1.0), self.unary())
        self.accept("+")
        return self.primary()

    def primary(self) -> Expression:
        token = self.token
        if token.kind == "number":
            return Number(float(self.take().text))
        if token.kind == "text":
            return Text(unquote(self.take().text))
        if self.accept("("):
            inner = self.expression(0)
            self.expect(")", " in parenthesised expression")
            return inner
        if token.kind == "name":
            return self.named(self.take())
        if token.text == "{":
            return self.selector("")
        self.fail("")
        raise AssertionError

    def named(self, token: _Token) -> Expression:
        following = self.token.text
        if token.text in AGGREGATIONS and following in {"(", "by", "without"}:
            return self.aggregate(token.text)
        if following == "(":
            return self.call(token)
        return self.selector(token.text)

    def aggregate(self, operator: str) -> Expression:
        labels, without = self.grouping()
        self.expect("(", " in aggregation")
        operand = self.expression(0)
        self.expect(")", " in aggregation")
        if not labels:
            labels, without = self.grouping()
        return Aggregate(operator, operand, labels, without)

    def grouping(self) -> tuple[tuple[str, ...], bool]:
        if self.accept("by"):
            return self.names(), False
        if self.accept("without"):
            return self.names(), True
        return (), False

    def names(self) -> tuple[str, ...]:
        self.expect("(", " in grouping opts")
        found = []
        while not self.accept(")"):
            if self.token.kind != "name":
                self.fail(" in grouping opts, expected label")
            found.append(self.take().text)
            if self.token.text != ")":
                self.expect(",", ' in grouping opts, expected "," or ")"')
        return tuple(found)

    def call(self, token: _Token) -> Expression:
        name = token.text
        if name not in RANGE_FUNCTIONS | INSTANT_FUNCTIONS:
            raise ParseError(token.position, f'unknown function with name "{name}"')
        self.expect("(", "")
        arguments: list[Expression] = []
        start = self.token.position
        while not self.accept(")"):
            arguments.append(self.expression(0))
            if self.token.text != ")":
                self.expect(",", " in function call")
        wanted = 0 if name == "time" else 1
        if len(arguments) != wanted:
            reason = f'expected {wanted} argument(s) in call to "{name}", got '
            raise ParseError(token.position, f"{reason}{len(arguments)}")
        if name in RANGE_FUNCTIONS and not _is_range(arguments[0]):
            reason = f'expected type range vector in call to function "{name}", got '
            raise ParseError(start, f"{reason}instant vector")
        return Call(name, tuple(arguments))

    def selector(self, name: str) -> Expression:
        start = self.token.position
        matchers = [Matcher("__name__", "=", name)] if name else []
        if self.accept("{"):
            matchers.extend(self.matchers())
        if all(matcher.accepts("") for matcher in matchers):
            raise ParseError(
                start, "vector selector must contain at least one non-empty matcher"
            )
        range_seconds = 0.0
        if self.accept("["):
            if self.token.kind != "duration":
                self.fail(" in subquery selector, expected duration")
            range_seconds = seconds(self.take().text)
            self.expect("]", "")
        return Selector(tuple(matchers), name, range_seconds)

    def matchers(self) -> list[Matcher]:
        found: list[Matcher] = []
        while not self.accept("}"):
            if self.token.kind != "name":
                self.fail(" inside braces")
            name = self.take().text
            if self.token.text not in {"=", "!=", "=~", "!~"}:
                self.fail(" in label matching, expected label matching operator")
            operator = self.take().text
            if self.token.kind != "text":
                self.fail(" in label matching, expected string")
            found.append(Matcher(name, operator, unquote(self.take().text)))
            if self.token.text != "}":
                self.expect(",", ' in label matching, expected "," or "}"')
        return found


def _is_range(expression: Expression) -> bool:
    return isinstance(expression, Selector) and expression.range_seconds > 0
