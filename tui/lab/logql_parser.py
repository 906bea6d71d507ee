"""LogQL, as far as clients of the lab use it: text in, tree out.

Errors read as Loki writes them: `parse error at line 1, col 6: …`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from msgspec import Struct

from tui.lab.matchers import Matcher, MatcherError, compiled
from tui.lab.promql_parser import seconds, unquote

RANGE_FUNCTIONS = frozenset(
    {"count_over_time", "rate", "bytes_over_time", "bytes_rate"}
)
AGGREGATIONS = frozenset({"sum", "count", "min", "max", "avg"})
OPERATORS = frozenset({">", "<", ">=", "<=", "==", "!=", "+", "-", "*", "/"})


class LogQLError(ValueError):
    """A query that Loki refuses with 400; the text is the answer's body."""


class LineFilter(Struct, frozen=True):
    """Keeps lines that contain, or do not contain, one of the texts or patterns."""

    operator: str  # |= != |~ !~
    texts: tuple[str, ...]

    def accepts(self, line: str) -> bool:
        """Whether a line stays."""
        if "~" in self.operator:
            is_hit = any(compiled(text).search(line) for text in self.texts)
        else:
            is_hit = any(text in line for text in self.texts)
        return is_hit is self.operator.startswith("|")


class JsonStage(Struct, frozen=True):
    """Makes labels of a JSON line's fields."""


class LabelFilter(Struct, frozen=True):
    """Keeps entries by a label, of the stream, the metadata or the line."""

    matcher: Matcher


Stage = LineFilter | JsonStage | LabelFilter


class LogQuery(Struct, frozen=True):
    """A selector and its pipeline."""

    matchers: tuple[Matcher, ...]
    stages: tuple[Stage, ...] = ()


class RangeQuery(Struct, frozen=True):
    """Counts what a log query finds in a stretch of time."""

    function: str
    query: LogQuery
    seconds: float


class Aggregate(Struct, frozen=True):
    """An aggregation; `without` turns the grouping around."""

    operator: str
    operand: MetricQuery
    labels: tuple[str, ...] = ()
    without: bool = False


class Binary(Struct, frozen=True):
    """A metric beside a number, or two numbers."""

    operator: str
    left: MetricQuery
    right: MetricQuery


MetricQuery = RangeQuery | Aggregate | Binary | float
Query = LogQuery | MetricQuery

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<duration>\d+(?:ms|[smhdwy])(?:\d+(?:ms|[smhdwy]))*)
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<name>[a-zA-Z_][\w]*)
    | (?P<text>"(?:[^"\\]|\\.)*"|`[^`]*`)
    | (?P<operator>\|=|\|~|=~|!~|!=|==|<=|>=|[-+*/|=<>(){}\[\],])
    )""",
    re.VERBOSE,
)


class _Token(Struct, frozen=True):
    kind: str
    text: str
    column: int


def _tokens(source: str) -> list[_Token]:
    found, position = [], 0
    while source[position:].strip():
        hit = _TOKEN.match(source, position)
        if hit is None or hit.lastgroup is None:
            column = len(source) - len(source[position:].lstrip()) + 1
            what = "literal not terminated"
            if source[column - 1] not in '"`':
                what = f"syntax error: unexpected character {source[column - 1]!r}"
            raise LogQLError(f"parse error at line 1, col {column}: {what}")
        start = hit.start(hit.lastgroup)
        found.append(_Token(hit.lastgroup, hit[hit.lastgroup], start + 1))
        position = hit.end()
    return [*found, _Token("end", "$end", len(source) + 1)]


@lru_cache(maxsize=256)
def parse(source: str) -> Query:
    """The tree of a query; raises LogQLError."""
    if not source.strip():
        raise LogQLError("parse error : syntax error: unexpected $end")
    parser = _Parser(_tokens(source))
    tree = parser.query()
    parser.expect_end()
    return tree


@lru_cache(maxsize=64)
def parse_selector(source: str) -> tuple[Matcher, ...]:
    """A bare `{…}`, as match[] and the label endpoints take it."""
    parser = _Parser(_tokens(source))
    matchers = parser.selector()
    parser.expect_end()
    return matchers


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
        if self.token.text == text and self.token.kind != "text":
            self.index += 1
            return True
        return False

    def fail(self, expected: str = "") -> None:
        what = "STRING" if self.token.kind == "text" else self.token.text
        tail = f", expecting {expected}" if expected else ""
        at = f"parse error at line 1, col {self.token.column}"
        raise LogQLError(f"{at}: syntax error: unexpected {what}{tail}")

    def expect(self, text: str) -> None:
        if not self.accept(text):
            self.fail(text)

    def expect_end(self) -> None:
        if self.token.kind != "end":
            self.fail()

    def query(self) -> Query:
        if self.token.text == "{":
            return self.log_query()
        return self.metric()

    def metric(self) -> MetricQuery:
        left = self.metric_part()
        while self.token.kind == "operator" and self.token.text in OPERATORS:
            operator = self.take().text
            left = Binary(operator, left, self.metric_part())
        return left

    def metric_part(self) -> MetricQuery:
        token = self.token
        if token.kind == "number":
            return float(self.take().text)
        if self.accept("("):
            inner = self.metric()
            self.expect(")")
            return inner
        if token.text in RANGE_FUNCTIONS:
            return self.range_query(self.take().text)
        if token.text in AGGREGATIONS:
            return self.aggregate(self.take().text)
        self.fail()
        raise AssertionError

    def aggregate(self, operator: str) -> Aggregate:
        labels, without = self.grouping()
        self.expect("(")
        operand = self.metric()
        self.expect(")")
        if not labels:
            labels, without = self.grouping()
        return Aggregate(operator, operand, labels, without)

    def grouping(self) -> tuple[tuple[str, ...], bool]:
        without = self.token.text == "without"
        if not (self.accept("by") or self.accept("without")):
            return (), False
        self.expect("(")
        names = []
        while not self.accept(")"):
            if self.token.kind != "name":
                self.fail("IDENTIFIER")
            names.append(self.take().text)
            self.accept(",")
        return tuple(names), without

    def range_query(self, function: str) -> RangeQuery:
        self.expect("(")
        query = self.log_query()
        self.expect("[")
        if self.token.kind != "duration":
            self.fail("DURATION")
        length = seconds(self.take().text)
        self.expect("]")
        # `{…}[5m] |= "x"` is legal too: the range may stand before the pipeline.
        query = LogQuery(query.matchers, (*query.stages, *self.stages()))
        self.expect(")")
        return RangeQuery(function, query, length)

    def log_query(self) -> LogQuery:
        matchers = self.selector()
        if all(matcher.accepts("") for matcher in matchers):
            raise LogQLError(
                "parse error : queries require at least one regexp or equality matcher "
                "that does not have an empty-compatible value. For instance, "
                'app=~".*" does not meet this requirement, but app=~".+" will'
            )
        return LogQuery(matchers, self.stages())

    def selector(self) -> tuple[Matcher, ...]:
        self.expect("{")
        found: list[Matcher] = []
        while not self.accept("}"):
            if self.token.kind != "name":
                self.fail("IDENTIFIER")
            found.append(self.matcher())
            if self.token.text != "}":
                self.expect(",")
        return tuple(found)

    def matcher(self) -> Matcher:
        name = self.take().text
        if self.token.text not in {"=", "!=", "=~", "!~"}:
            self.fail("= or != or =~ or !~")
        matcher = Matcher(name, self.take().text, self.string())
        if matcher.is_regex:
            _checked(matcher.value, f"stage '{name}'")
        return matcher

    def string(self, expected: str = "STRING") -> str:
        if self.token.kind != "text":
            self.fail(expected)
        return unquote(self.take().text)

    def stages(self) -> tuple[Stage, ...]:
        found: list[Stage] = []
        while self.token.text in {"|=", "!=", "|~", "!~", "|"}:
            operator = self.take().text
            if operator != "|":
                found.append(self.line_filter(operator))
            elif self.accept("json"):
                found.append(JsonStage())
            elif self.token.kind == "name":
                found.append(LabelFilter(self.matcher()))
            else:
                self.fail("json or a label")
        return tuple(found)

    def line_filter(self, operator: str) -> LineFilter:
        texts = [self.string("STRING or ip")]
        while self.accept("or"):
            texts.append(self.string())
        if "~" in operator:
            for text in texts:
                _checked(text, f"stage '{operator} \"{text}\"'")
        return LineFilter(operator, tuple(texts))


def _checked(pattern: str, where: str) -> None:
    try:
        compiled(pattern)
    except MatcherError as error:
        raise LogQLError(f"parse error : {where} : {error}") from error
