"""Label matchers, as Prometheus, Alertmanager and Loki all understand them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from msgspec import Struct


class MatcherError(ValueError):
    """A pattern that no regular expression engine accepts, in Go's words."""


@lru_cache(maxsize=512)
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern ready for `fullmatch` or `search`; raises MatcherError."""
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error as error:
        raise MatcherError(
            f"error parsing regexp: {_go_words(error, pattern)}"
        ) from error


def _go_words(error: re.error, pattern: str) -> str:
    if "unterminated subpattern" in error.msg:
        return f"missing closing ): `{pattern}`"
    if "unterminated character set" in error.msg:
        return f"missing closing ]: `{pattern}`"
    return f"{error.msg}: `{pattern}`"


class Matcher(Struct, frozen=True):
    """One matcher; `operator` is =, !=, =~ or !~. A missing label is ""."""

    name: str
    operator: str
    value: str

    @property
    def is_regex(self) -> bool:
        """Whether the value is a pattern, anchored at both ends."""
        return self.operator in {"=~", "!~"}

    @property
    def is_equal(self) -> bool:
        """Whether a hit is what it wants."""
        return self.operator in {"=", "=~"}

    def accepts(self, value: str) -> bool:
        """Whether a label's value satisfies it; raises MatcherError."""
        if self.is_regex:
            is_hit = compiled(self.value).fullmatch(value) is not None
        else:
            is_hit = value == self.value
        return is_hit is self.is_equal

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether a label set satisfies it."""
        return self.accepts(labels.get(self.name, ""))


def all_match(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether a label set satisfies every one of them."""
    return all(matcher.matches(labels) for matcher in matchers)
