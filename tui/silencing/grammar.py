"""Matchers as Alertmanager and amtool read them, and as we write them.

wire    Alertmanager tries two grammars: the classic one (`name="value"`, quotes may be
        left out, a stray backslash stands for itself) and since 0.27 the UTF-8 one
        (any name in quotes, Go's escapes). Where both read it, the classic one wins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tui.model.labels import Labels
from tui.model.re2 import PatternError, compiled
from tui.model.silence import Matcher

_GAP = r"[\t\n\f\r ]*"
"""White space as Go's expressions read it: a no-break space is part of a value."""
_CLASSIC = re.compile(
    rf"{_GAP}([a-zA-Z_:][a-zA-Z0-9_:]*){_GAP}(=~|=|!=|!~){_GAP}(.*?){_GAP}", re.DOTALL
)
_WORD = r"""[^\s{}!=~,\\"'`]+"""
_STRING = r'"(?:[^"\\\n]|\\.)*"'
_UTF8 = re.compile(
    rf"\s*({_STRING}|{_WORD})\s*(=~|=|!=|!~)\s*({_STRING}|{_WORD})?\s*", re.DOTALL
)
_PLAIN_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_OPERATORS = {
    (True, False): "=",
    (True, True): "=~",
    (False, False): "!=",
    (False, True): "!~",
}
LONGEST = 16_384
"""Characters of a matcher that is typed or given: to read one takes time."""
_GO_ESCAPES = dict(zip("abfnrtv\\\"'", "\a\b\f\n\r\t\v\\\"'", strict=True))
_GO_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-f]{1,6})\}|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})"
    r"|x([0-7][0-9a-fA-F])|([01][0-7]{2})|(.))",
    re.DOTALL,
)
_SEEN = re.compile(r"\\u\{([0-9a-f]{1,6})\}|\\(.)", re.DOTALL)


class WordingError(ValueError):
    """What was typed cannot be used; the text says why, for the person who typed it."""


def parse_matcher(text: str) -> Matcher:
    """One matcher: `name="value"`, `!=`, `=~`, `!~`; quotes may be left out.

    One escape is our own: `\\u{202e}` in quotes stands for a character that cannot be
    seen, so that what `written` gives is read back.
    raise   WordingError
    """
    if len(text) > LONGEST:
        raise WordingError(f"{text[:40]}…: longer than {LONGEST:,} characters")
    matcher = _classic(text) or _utf8(text)
    if matcher is None:
        typed = text.strip() or "empty"
        raise WordingError(f'{typed}: write name="value", or =~ != !~')
    if not (is_text(matcher.name) and is_text(matcher.value)):
        raise WordingError(f"{text.strip()}: not UTF-8")
    if matcher.is_regex:
        try:
            compiled(matcher.value)
        except PatternError as error:
            words = f"{matcher.name}: no regular expression: {error}"
            raise WordingError(words) from None
    return matcher


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """Several, divided by commas, in braces or not: `{a="b", c=~"d|e"}`.

    raise   WordingError
    """
    inner = text.strip()
    # Without the one at the start, the one at the end may be that of `x{2}`.
    if inner.startswith("{") and inner.endswith("}"):
        inner = inner[1:-1]
    return tuple(parse_matcher(part) for part in _parts(inner) if part.strip())


def parse_arguments(arguments: Sequence[str]) -> tuple[Matcher, ...]:
    """amtool's: one matcher each; a first one without an operator is an alert's name.

    raise   WordingError
    """
    found: list[Matcher] = []
    for position, argument in enumerate(arguments):
        is_list = argument.lstrip().startswith("{")
        if position == 0 and not is_list and not re.search(r"[=~]", argument):
            found.append(parse_matcher(f"alertname={argument}"))
        else:
            found += parse_argument(argument)
    return tuple(found)


def parse_argument(argument: str) -> tuple[Matcher, ...]:
    """One matcher, which may well hold commas, or several in braces.

    raise   WordingError
    """
    if argument.lstrip().startswith("{"):
        return parse_matchers(argument)
    return (parse_matcher(argument),)


def refusal(matchers: Sequence[Matcher]) -> str:
    """Why Alertmanager would refuse these together; empty when it would not."""
    if not matchers:
        return "at least one matcher is needed"
    if all(matcher.is_equal and tried(matcher, {}) for matcher in matchers):
        return "each of these matches an alert without the label: say one that must be"
    return ""


def is_text(text: str) -> bool:
    """Whether it can be sent: half a surrogate pair, or a byte that is none, cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def tried(matcher: Matcher, labels: Labels) -> bool | None:
    """Whether a label set passes; None where only Alertmanager can tell."""
    try:
        return matcher.matches(labels)
    except PatternError:
        return None


def written(matcher: Matcher) -> str:
    """A matcher as `parse_matcher` reads it, with nothing in it that cannot be seen."""
    name = matcher.name
    if not _PLAIN_NAME.fullmatch(name):
        name = _quoted(name)
    operator = _OPERATORS[matcher.is_equal, matcher.is_regex]
    return f"{name}{operator}{_quoted(matcher.value)}"


def _classic(text: str) -> Matcher | None:
    found = _CLASSIC.fullmatch(text)
    if found is None:
        return None
    name, operator, value = found.groups()
    is_quoted = value.startswith('"')
    if is_quoted:
        if not _is_closed(value):
            return None
        value = value[1:-1]
    elif re.search(r'(?<!\\)(?:\\\\)*"', value):
        return None
    return _matcher(name, operator, _SEEN.sub(_classic_escape, value))


def _is_closed(value: str) -> bool:
    """Whether its quotes close: over several lines too, in the classic grammar."""
    return re.fullmatch(r'"(?:[^"\\]|\\.)*"', value, re.DOTALL) is not None


def _classic_escape(found: re.Match[str]) -> str:
    seen, single = found.groups()
    if seen:
        return _character(int(seen, 16), found[0])
    return "\n" if single == "n" else single if single in '"\\' else found[0]


def _utf8(text: str) -> Matcher | None:
    found = _UTF8.fullmatch(text)
    if found is None:
        return None
    name, operator, value = found.groups()
    try:
        return _matcher(_unquoted(name), operator, _unquoted(value or ""))
    except KeyError:
        return None


def _unquoted(text: str) -> str:
    """A word as it stands, a string as Go reads it; KeyError for an unknown escape."""
    if not text.startswith('"'):
        return text
    return _GO_ESCAPE.sub(_go_escape, text[1:-1])


def _go_escape(found: re.Match[str]) -> str:
    *codes, octal, single = found.groups()
    if single:
        return _GO_ESCAPES[single]
    code = next((int(code, 16) for code in codes if code), None)
    return _character(int(octal, 8) if code is None else code, found[0])


def _character(code: int, otherwise: str) -> str:
    return chr(code) if code <= 0x10FFFF else otherwise


def _matcher(name: str, operator: str, value: str) -> Matcher:
    return Matcher(name, value, "~" in operator, not operator.startswith("!"))


def _parts(text: str) -> list[str]:
    """Divided at the commas that are in no quotes."""
    parts, part = [], ""
    for piece in re.findall(r'\\.|"(?:[^"\\]|\\.)*"|.', text, re.DOTALL):
        if piece == ",":
            parts.append(part)
            part = ""
        else:
            part += piece
    return [*parts, part]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(map(_visible, escaped)) + '"'


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return f"\\u{{{ord(character):x}}}"
