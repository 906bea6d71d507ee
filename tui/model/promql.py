"""PromQL as evidence: every series that an expression reads is held to one cluster.

An expression is taken apart as far as that needs, and put together again with matchers
in every selector. What is not understood is refused: a query of which it is not certain
that it speaks of one cluster, of now, and of what is there, proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from tui.model.labels import quoted
from tui.model.silence import Matcher

_DURATION = r"(?:\d+(?:ms|[smhdwy]))+"
_MILLISECONDS = {
    "ms": 1,
    "s": 1_000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "w": 604_800_000,
    "y": 31_536_000_000,
}
_TOKEN = re.compile(
    rf"""(?P<space>\s+|\#[^\n]*)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)
    |(?P<range>\[\s*{_DURATION}\s*(?::\s*(?:{_DURATION})?\s*)?\])
    |(?P<number>{_DURATION}|0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<name>[A-Za-z_:][A-Za-z0-9_:]*)
    |(?P<sign>==|!=|<=|>=|=~|!~|[-+*/%^<>=(){{}},@])""",
    re.VERBOSE | re.ASCII,
)
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_AGGREGATE = """
avg bottomk count count_values group max min quantile stddev stdvar sum topk
"""
_CALL = """
abs avg_over_time ceil changes clamp clamp_max clamp_min count_over_time delta deriv exp
floor histogram_avg histogram_count histogram_fraction histogram_quantile histogram_sum
idelta increase irate label_join label_replace ln log10 log2 max_over_time min_over_time
quantile_over_time rate resets round sgn sort sort_desc sqrt stddev_over_time
stdvar_over_time sum_over_time time timestamp
"""
_AGGREGATIONS = frozenset(_AGGREGATE.split())
_FUNCTIONS = frozenset(_CALL.split())
_OPERATORS = frozenset({"and", "atan2"})
_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})
_ARITHMETIC = frozenset("+-*/%^") | _COMPARISONS
_LISTS = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
_NUMBERS = frozenset({"inf", "nan"})
_OF_NOTHING = frozenset(
    {"absent", "absent_over_time", "scalar", "vector", "or", "unless"}
)
_OF_TARGETS = frozenset({"job", "instance"})
_OF_ANOTHER_TIME = frozenset(
    {"@", "offset", "first_over_time", "last_over_time", "present_over_time"}
)


class Read(Struct, frozen=True, gc=False):
    """One selector of an expression, as it stands there."""

    selector: str
    over_ms: int = 0
    """How far back it is read; 0: no further than Prometheus looks by itself."""
    target: str = ""
    """The matchers of it that are about targets."""

    @property
    def last_written(self) -> str:
        """PromQL: when that of its series which was written longest ago was written.

        Prometheus shows the last sample of a series for five minutes as if it were of
        now, unless it knows that the series has ended.
        """
        return f"min(timestamp({self.selector}))"

    @property
    def ended(self) -> str:
        """PromQL: how many series it read that are no more; nothing when none is."""
        over = f"{self.selector}[{self.over_ms}ms]"
        return f"count(count_over_time({over}) unless {self.selector})"

    @property
    def down(self) -> str:
        """PromQL: how many targets are down of which it would read more series."""
        return f"count(up{{{self.target}}} == 0 and on (job) {self.selector})"


def reads(expression: str, matchers: Sequence[Matcher]) -> tuple[Read, ...]:
    """What an expression reads that is held to these matchers, each once.

    raise   ValueError as `held_to`
    """
    reader = _Reader(expression, matchers)
    reader.read()
    return tuple(dict.fromkeys(reader.reads))


def held_to(expression: str, matchers: Sequence[Matcher]) -> str:
    """The expression with these matchers in every selector.

    raise   ValueError with a sentence that says what keeps it from being evidence
    """
    return _Reader(expression, matchers).read()


def written(matcher: Matcher) -> str:
    """A matcher as PromQL and LogQL write it."""
    operators = {
        (False, True): "=",
        (False, False): "!=",
        (True, True): "=~",
        (True, False): "!~",
    }
    operator = operators[matcher.is_regex, matcher.is_equal]
    return f"{matcher.name}{operator}{quoted(matcher.value)}"


class _Token(Struct, frozen=True, gc=False):
    kind: str
    text: str
    before: str
    """Spaces and comments."""

    @property
    def word(self) -> str:
        """Keywords are the same in capitals."""
        return self.text.lower() if self.kind == "name" else self.text


_END = _Token("end", "", "")


class _Reader:
    """One pass over an expression; operands and operators take turns."""

    def __init__(self, expression: str, matchers: Sequence[Matcher]) -> None:
        self._tokens = _tokens(expression)
        self._at = 0
        self._own = ",".join(map(written, matchers))
        self._parts: list[str] = []
        self.reads: list[Read] = []

    def read(self) -> str:
        """The whole expression, anew."""
        self._expression()
        if self._peek() is not _END:
            raise _not_understood(self._peek())
        if not self.reads:
            raise ValueError("reads no series: it says nothing of the cluster")
        return "".join(self._parts)

    def _expression(self) -> None:
        self._operand()
        while self._is_operator():
            operator = self._take()
            if self._peek().word == "bool":
                self._take()
            elif operator.text in _COMPARISONS:
                raise ValueError(
                    f"leaves out what speaks against it at {operator.text!r}: write "
                    f"{operator.text} bool, which is 1 or 0"
                )
            while self._peek().word in _LISTS:
                self._label_list()
            self._operand()

    def _is_operator(self) -> bool:
        token = self._peek()
        _refuse(token)
        return token.word in _OPERATORS | _ARITHMETIC

    def _operand(self) -> None:
        """A number, a text, a selector, a call or what stands in parentheses."""
        token, before = self._peek(), len(self.reads)
        _refuse(token)
        if token.text in {"+", "-"}:
            self._take()
            self._operand()
        elif token.kind in {"number", "text"} or token.word in _NUMBERS:
            self._take()
        elif token.text == "(":
            self._arguments()
        elif token.text == "{":
            self._selector("")
        elif token.kind == "name":
            self._named()
        else:
            raise _not_understood(token)
        while self._peek().kind == "range":
            over = _over_ms(self._take().text)
            for at, read in enumerate(self.reads[before:], before):
                self.reads[at] = replace(read, over_ms=read.over_ms + over)

    def _named(self) -> None:
        token, following = self._peek(), self._peek(1)
        if token.word in _AGGREGATIONS:
            self._take()
            is_grouped = self._grouping()
            self._arguments()
            if not is_grouped:
                self._grouping()
        elif following.text == "(":
            if token.text not in _FUNCTIONS:
                raise ValueError(f"{token.text}() is not known to speak of its series")
            self._take()
            self._arguments()
        elif token.word in _OPERATORS | _LISTS | {"bool"}:
            raise _not_understood(token)
        else:
            self._selector(self._take().text)

    def _grouping(self) -> bool:
        if self._peek().word not in {"by", "without"}:
            return False
        self._label_list()
        return True

    def _arguments(self) -> None:
        """Expressions in parentheses; none for a function without arguments."""
        self._take("(")
        while self._peek().text != ")":
            self._expression()
            if self._peek().text != ",":
                break
            self._take()
        self._take(")")

    def _label_list(self) -> None:
        """`by (a, b)`; what follows group_left without parentheses is no list."""
        is_optional = self._take().word in {"group_left", "group_right"}
        if is_optional and self._peek().text != "(":
            return
        self._take("(")
        while self._peek().text != ")":
            token = self._take()
            if token.kind not in {"name", "text"}:
                raise _not_understood(token)
            if self._peek().text != ",":
                break
            self._take()
        self._take(")")

    def _selector(self, metric: str) -> None:
        """`{...}`, or nothing behind a metric's name: it gets the cluster's matchers.

        Only a plain list is taken: some servers know `or` in there.
        """
        start, of_target = len(self._parts), [self._own] if self._own else []
        if self._peek().text != "{":
            self._parts.append(f"{{{self._own}}}")
        else:
            self._take()
            is_followed = self._own and self._peek().text != "}"
            self._parts.append(f"{self._own}," if is_followed else self._own)
            while self._peek().text != "}":
                of_target += self._matcher()
                if self._peek().text != ",":
                    break
                self._take()
            self._take("}")
        text = metric + "".join(self._parts[start:])
        self.reads.append(Read(text.strip(), target=",".join(of_target)))

    def _matcher(self) -> list[str]:
        """Take one; as it is written when it is about a target, else nothing."""
        name = self._take()
        if name.kind == "text" and self._peek().text in {",", "}"}:
            return []
        is_label = name.kind == "text" or _LABEL.fullmatch(name.text)
        operator, value = self._take(), self._take()
        known = operator.text in {"=", "!=", "=~", "!~"} and value.kind == "text"
        if not (is_label and known):
            raise _not_understood(name)
        is_of_target = name.text in _OF_TARGETS
        return [f"{name.text}{operator.text}{value.text}"] if is_of_target else []

    def _peek(self, ahead: int = 0) -> _Token:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else _END

    def _take(self, wanted: str = "") -> _Token:
        token = self._peek()
        if token is _END or (wanted and token.text != wanted):
            raise _not_understood(token)
        self._at += 1
        self._parts.append(token.before + token.text)
        return token


def _tokens(expression: str) -> list[_Token]:
    found, at, before = [], 0, ""
    while at < len(expression):
        hit = _TOKEN.match(expression, at)
        if hit is None or hit.lastgroup is None:
            raise ValueError(f"is not understood at {expression[at : at + 10]!r}")
        if hit.lastgroup == "space":
            before += hit.group()
        else:
            found.append(_Token(hit.lastgroup, hit.group(), before))
            before = ""
        at = hit.end()
    return found


def _over_ms(text: str) -> int:
    """How far back `[1h]` or `[1h:5m]` reaches."""
    parts = re.findall(r"(\d+)(ms|[smhdwy])", text.partition(":")[0])
    return sum(int(number) * _MILLISECONDS[unit] for number, unit in parts)


def _refuse(token: _Token) -> None:
    """What would make a proof of nothing, or of what is over."""
    if token.word in _OF_NOTHING:
        raise ValueError(f"{token.text} makes evidence of what is missing")
    if token.word in _OF_ANOTHER_TIME:
        raise ValueError(f"{token.text} asks of another time than now")


def _not_understood(token: _Token) -> ValueError:
    if token is _END:
        return ValueError("ends too early")
    return ValueError(f"is not understood at {token.text!r}")
