"""Tries regular expressions as Alertmanager and Loki do: by RE2, in linear time.

Python's `re` reads another language, and may take for ever over a few letters that
somebody typed. See docs/decisions/0012.
"""

from __future__ import annotations

import re
from functools import lru_cache

import re2

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
# Go's RE2 knows no single byte; C++'s does.
_BYTE = re.compile(r"(?<!\\)(?:\\\\)*\\C")
_WORDS = {
    "(?=": "there is no look-ahead in RE2",
    "(?!": "there is no look-ahead in RE2",
    "(?<=": "there is no look-behind in RE2",
    "(?<!": "there is no look-behind in RE2",
    "(?>": "there are no atomic groups in RE2",
}


class PatternError(ValueError):
    """It is no expression of RE2; the text says why."""


class Pattern:
    """An expression that can be held against texts."""

    def __init__(self, text: str) -> None:
        """Raise PatternError where RE2 refuses it."""
        if _BYTE.search(text):
            raise PatternError(r"invalid escape sequence: \C")
        try:
            self._compiled = re2.compile(_bytes(text), _OPTIONS)
        except re2.error as error:
            raise PatternError(_said(error)) from None

    def matches(self, text: str) -> bool:
        """Whether it matches the whole text, as a matcher of Alertmanager must."""
        return self._compiled.fullmatch(_bytes(text)) is not None

    def is_in(self, text: str) -> bool:
        """Whether it matches anywhere in the text, as a line filter of Loki does."""
        return self._compiled.search(_bytes(text)) is not None


@lru_cache(maxsize=2_000)
def compiled(text: str) -> Pattern:
    """The pattern of an expression, made once.

    raise   PatternError where RE2 refuses it
    """
    return Pattern(text)


def _bytes(text: str) -> bytes:
    """UTF-8; half a surrogate pair, which is no character, as its three bytes."""
    return text.encode("utf-8", "surrogatepass")


def _said(error: Exception) -> str:
    """RE2's own words, and plainer ones for what people miss most."""
    said = error.args[0] if error.args else ""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    operator = words.rpartition(": ")[2]
    return _WORDS.get(operator, words)
