"""Tries regular expressions as Alertmanager and Loki do: by RE2, in linear time.

Python's `re` reads another language, and may take for ever over a few letters that
somebody typed. See docs/decisions/0012.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate

import re2

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
# Nobody asks what a group matched, which takes RE2 several times as long.
_OPTIONS.never_capture = True
_ANYTHING = "(?s).*"
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
        self._text = text
        if _BYTE.search(text):
            raise PatternError(r"invalid escape sequence: \C")
        try:
            self._compiled = re2.compile(_bytes(text), _OPTIONS)
        except re2.error as error:
            raise PatternError(_said(error)) from None

    def matches(self, text: str) -> bool:
        """Whether it matches the whole text, as a matcher of Alertmanager must."""
        return self._compiled.fullmatch(_bytes(text)) is not None

    def among(self, texts: Sequence[str]) -> list[str]:
        """Those of many texts that it matches as a whole, faster than one by one."""
        tried = re2.Set.FullMatchSet(_OPTIONS)
        for expression in (self._text, _ANYTHING):
            tried.Add(_bytes(expression))
        try:
            tried.Compile()
        except re2.error:
            return list(filter(self.matches, texts))
        found = zip(texts, map(tried.Match, map(_bytes, texts)), strict=True)
        # That anything matches is always among it, unless RE2 ran out of memory.
        return [
            text
            for text, places in found
            if (0 in places if places else self.matches(text))
        ]

    def is_in(self, text: str) -> bool:
        """Whether it matches anywhere in the text, as a line filter of Loki does."""
        return self._compiled.search(_bytes(text)) is not None


class LineSieve:
    """Picks the few of many lines in which one of some patterns of `re` may match.

    It may pick others too. Picked is what RE2 reads otherwise than Python: a line with
    rare white space, or with white space or digits beyond ASCII; also a backslash.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        """`texts` have literals of ASCII alone, and nothing that RE2 refuses."""
        options = re2.Options()
        options.never_capture = True
        options.encoding = re2.Options.Encoding.LATIN1
        joined = "|".join((r"[\x0b\x1c-\x1f\\]", *(f"(?:{text})" for text in texts)))
        self._compiled = re2.compile(joined.encode("ascii"), options)

    def places(self, lines: Sequence[str]) -> list[int]:
        """Where the lines are in which it matches, in order: one pass over them all."""
        data = "\n".join((*lines, "")).encode("ascii", _PLAIN)
        hit = self._compiled.search(data)
        if hit is None:
            return []
        ends = list(accumulate(len(line) + 1 for line in lines))
        found = []
        while hit is not None:
            place = bisect_right(ends, hit.start())
            found.append(place)
            hit = self._compiled.search(data, ends[place])
        return found


@lru_cache(maxsize=2_000)
def compiled(text: str) -> Pattern:
    """The pattern of an expression, made once.

    raise   PatternError where RE2 refuses it
    """
    return Pattern(text)


def _bytes(text: str) -> bytes:
    """UTF-8; half a surrogate pair, which is no character, as its three bytes."""
    return text.encode("utf-8", "surrogatepass")


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Letters beyond ASCII as one, byte for letter; others as what is always picked."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    odd = error.object[error.start : error.end]
    plain = ("\\" if each.isspace() or each.isdecimal() else "w" for each in odd)
    return "".join(plain), error.end


_PLAIN = "taloscope-plain"
codecs.register_error(_PLAIN, _plain)


def _said(error: Exception) -> str:
    """RE2's own words, and plainer ones for what people miss most."""
    said = error.args[0] if error.args else ""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    operator = words.rpartition(": ")[2]
    return _WORDS.get(operator, words)
