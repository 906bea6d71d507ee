"""What may stand where a matcher is being typed: labels and values that are known now.

Known are those of alerts, rules and silences in reach; how many alerts have one is said
beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from tui.model.silence import Matcher
from tui.silencing.cover import escaped
from tui.silencing.grammar import LONGEST, WordingError, parse_matcher, written
from tui.silencing.reach import Reach, known_labels
from widgets.values import Cell, Row, Tone

_PARTIAL = re.compile(
    r'\s*(?P<name>"(?:[^"\\]|\\.)*"?|[^\s=!~"]*)\s*(?P<operator>=~|!~|!=|=)?\s*'
    r"(?P<value>.*)",
    re.DOTALL,
)
_CLOSED = re.compile(r'"(?:[^"\\]|\\.)*"\s*', re.DOTALL)
_OPERATOR = re.compile(r"\s*(=~|!~|!=|=)")


class Candidate(Struct, frozen=True, gc=False):
    """A label or a value, and how many alerts have it."""

    text: str
    count: int
    """Of a value: alerts that pass the other matchers too."""


class Completion(Struct, frozen=True, gc=False):
    """What could stand where the caret is, the likeliest first."""

    candidates: tuple[Candidate, ...] = ()
    is_sure: bool = False
    """Whether the first one begins with what was typed."""


class _Partial(Struct, frozen=True, gc=False):
    """What was typed before the caret, taken apart."""

    name: str
    operator: str
    """Empty while the label itself is being typed."""
    before: str
    """Alternatives of an expression that are done, with the bar behind them."""
    typed: str
    """What there is of the word that is to be completed."""


class Vocabulary:
    """All labels and values of one reach."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._rumoured: dict[str, set[str]] = {}
        """Values that no alert has now, of rules and of silences."""
        self._names: Mapping[str, int] | None = None

    def complete(self, text: str, caret: int, others: Sequence[Matcher]) -> Completion:
        """List what could stand at the caret; nothing where a value is closed.

        others  the other matchers of the form, so that counts are of what is left
        """
        partial = _partial(text[:caret])
        if partial is None:
            return Completion()
        known = (
            self._counted(partial.name, others)
            if partial.operator
            else self.names.items()
        )
        done = set(partial.before.split("|")) - {""}
        left = (each for each in known if not done or escaped(each[0]) not in done)
        return _ranked(left, partial.typed)

    def count(self, matcher: Matcher) -> int:
        """How many alerts pass this matcher alone."""
        return self._reach.firing.may((matcher,)).bit_count()

    @property
    def names(self) -> Mapping[str, int]:
        """Labels, with the number of alerts that have each."""
        if self._names is None:
            found: Counter[str] = Counter()
            for alert in self._reach.alerts:
                found.update(alert.alert.labels.keys())
            for name, value in self._told():
                self._rumoured.setdefault(name, set()).add(value)
                found[name] += 0
            self._names = found
        return self._names

    def _told(self) -> Iterator[tuple[str, str]]:
        """Labels that rules give to alerts to come, and that silences speak of."""
        for ruler in self._reach.rulers:
            for rule in ruler.rules or ():
                yield from known_labels(ruler, rule).items()
        for silence in self._reach.standing:
            for matcher in silence.matchers:
                if not matcher.is_regex:
                    yield matcher.name, matcher.value

    def _counted(
        self, name: str, others: Sequence[Matcher]
    ) -> Iterator[tuple[str, int]]:
        firing = self._reach.firing
        beside = [each for each in others if each.name != name]
        passing = firing.may(beside) if beside else firing.all
        having = firing.counts(name, passing)
        yield from ((value, alerts) for value, alerts in having.items() if value)
        if name in self.names:
            for value in self._rumoured.get(name, set()) - having.keys():
                yield value, 0


class ChoiceRows:
    """A row for each candidate, with how many alerts have it: a `RowSource`."""

    def __init__(self, offered: Completion) -> None:
        self._candidates = offered.candidates

    def __len__(self) -> int:
        return len(self._candidates)

    def key(self, place: int) -> str:
        """Its place: the rows are others after each letter."""
        return f"{place}"

    def place(self, key: str) -> int | None:
        """The place that is the key."""
        return int(key) if key and int(key) < len(self) else None

    def row(self, place: int) -> Row:
        """Make a row; what no alert has is quiet."""
        found = self._candidates[place]
        tone = Tone.TEXT if found.count else Tone.QUIET
        cells = (Cell(found.text), Cell(f"{found.count}", Tone.QUIET))
        return Row(self.key(place), cells, tone)


def accepted(text: str, caret: int, candidate: str) -> tuple[str, int]:
    """Put a candidate where the caret is; the text, and where the caret is then."""
    partial = _partial(text[:caret])
    if partial is None:
        return text, caret
    if not partial.operator:
        name = written(Matcher(candidate, "")).removesuffix('=""')
        rest = text[caret:] if _OPERATOR.match(text[caret:]) else "="
        operator = _OPERATOR.match(rest)
        return name + rest, len(name) + (operator.end() if operator else 0)
    is_regex = "~" in partial.operator
    value = partial.before + escaped(candidate) if is_regex else candidate
    is_equal = not partial.operator.startswith("!")
    done = written(Matcher(partial.name, value, is_regex, is_equal))
    # An expression may go on with another alternative: the caret stays in its quotes.
    return done, len(done) - is_regex


def lenient(text: str) -> Matcher:
    """Read a matcher that may still lack its closing quote.

    raise   WordingError
    """
    try:
        return parse_matcher(text)
    except WordingError:
        partial = _partial(text) if len(text) <= LONGEST else None
        if partial is None or not partial.operator or '"' not in text:
            raise
        return parse_matcher(f'{text}"')


def turned(matcher: Matcher, character: str) -> Matcher:
    """The matcher with its operator turned: `!` negates, `~` makes it an expression.

    What it matches stays the same as far as that can be: values are escaped.
    """
    if character == "!":
        return replace(matcher, is_equal=not matcher.is_equal)
    value = escaped(matcher.value)
    if matcher.is_regex:
        bare = re.sub(r"\\(.)", r"\1", matcher.value)
        value = bare if escaped(bare) == matcher.value else matcher.value
    return replace(matcher, value=value, is_regex=not matcher.is_regex)


def _partial(head: str) -> _Partial | None:
    found = _PARTIAL.fullmatch(head)
    if found is None:
        return None
    name, operator, value = found["name"], found["operator"] or "", found["value"]
    if not operator:
        # A "!" that waits for its "=" is the beginning of an operator.
        return None if value else _Partial("", "", "", _bare(name))
    if _CLOSED.fullmatch(value):
        return None
    before = ""
    typed = _bare(value)
    if "~" in operator:
        done, bar, typed = typed.rpartition("|")
        before = done + bar
    return _Partial(_bare(name), operator, before, typed)


def _bare(text: str) -> str:
    """Without quotes and escapes."""
    if not text.startswith('"'):
        return text
    inner = text[1:]
    if _CLOSED.fullmatch(text):
        inner = inner.rstrip()[:-1]
    return re.sub(r'\\(["\\])', r"\1", inner)


def _ranked(known: Iterable[tuple[str, int]], typed: str) -> Completion:
    """Those that hold what was typed: the same, then those that begin with it."""
    wanted = typed.casefold()
    found = []
    for text, count in known:
        place = text.casefold().find(wanted)
        if place >= 0:
            rank = int(text != typed) if place == 0 else 2
            found.append((rank, -count, text))
    found.sort()
    if len(found) == 1 and found[0][2] == typed:
        return Completion()
    is_sure = bool(found) and found[0][0] < 2
    return Completion(tuple(Candidate(text, -n) for _, n, text in found), is_sure)
