"""Reads regular expressions as Go's `regexp` does, which Alertmanager uses.

wire    RE2's syntax in Go's Perl mode, golang.org/s/re2syntax: no look-around, no
        back-references, no possessive operators; `\\d`, `\\s`, `\\w`, `\\b` are ASCII
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from tui.model.re2_class import (
    ANY,
    NO_LINE_END,
    PERL,
    POSIX,
    CharClass,
    Item,
    PatternError,
    UntriedError,
    single,
    unicode_item,
)

_MOST_REPEATS = 1000
_DEEPEST = 100
_SIGNS: dict[str, tuple[int, int | None]] = {
    "*": (0, None),
    "+": (1, None),
    "?": (0, 1),
}
_REPEAT = re.compile(r"\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}")
_NAMED = re.compile(r"\(\?P<([A-Za-z0-9_]+)>")
_FLAGS = re.compile(r"\(\?([imsU]*)(?:(-)([imsU]+))?([:)])")
_HEX = re.compile(r"x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]+)\})")
_OCTAL = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}")
_UNICODE = re.compile(r"\\([pP])(?:\{(\^?)([^}]*)\}|([^{]))")
_CONTROL = dict(zip("afnrtv", "\a\f\n\r\t\v", strict=True))


class Place(Enum):
    """What is asked of the place between two characters."""

    TEXT_BEGINS = "\\A"
    TEXT_ENDS = "\\z"
    LINE_BEGINS = "(?m)^"
    LINE_ENDS = "(?m)$"
    WORD_EDGE = "\\b"
    NO_WORD_EDGE = "\\B"


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other; none matches the empty text."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same several times."""

    part: Node
    least: int
    most: int | None
    """None for any number."""


Node: TypeAlias = CharClass | Place | Sequence | Choice | Repeat


def parse(text: str) -> Node:
    """The tree of an expression.

    raise   PatternError where Go refuses it, with what it cannot do
    """
    return _Parser(text).whole()


class _Parser:
    """One pass over one expression."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._flags = frozenset[str]()
        self._names: set[str] = set()
        self._depth = 0

    def whole(self) -> Node:
        """Everything; a closing parenthesis must not be left over."""
        node = self._choice()
        if self._at < len(self._text):
            raise PatternError("a ) closes nothing")
        return node

    def _choice(self) -> Node:
        """To the end, or to the parenthesis that closes the group."""
        parts: list[Node] = []
        items: list[Node] = []
        was_repeat = False
        while self._at < len(self._text) and self._text[self._at] != ")":
            is_repeat = False
            if self._take("|"):
                parts.append(Sequence(tuple(items)))
                items = []
            elif times := self._times():
                if was_repeat:
                    raise PatternError("two repetitions follow one another")
                if not items:
                    raise PatternError("there is nothing to repeat before it")
                items[-1] = _repeat(items[-1], *times)
                is_repeat = True
            else:
                items += self._item()
            was_repeat = is_repeat
        parts.append(Sequence(tuple(items)))
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _times(self) -> tuple[int, int | None] | None:
        """How often the item before is wanted; None when nothing says so."""
        found: tuple[int, int | None] | None = None
        counted = _REPEAT.match(self._text, self._at)
        sign = self._text[self._at]
        if sign in _SIGNS:
            self._at += 1
            found = _SIGNS[sign]
        elif counted:
            self._at = counted.end()
            least = int(counted[1])
            most = int(counted[3]) if counted[3] else None if counted[2] else least
            if max(least, most or 0) > _MOST_REPEATS:
                raise PatternError(f"more than {_MOST_REPEATS} repetitions")
            if most is not None and most < least:
                raise PatternError(f"{counted[0]} falls")
            found = least, most
        if found:
            self._take("?")
        return found

    def _item(self) -> list[Node]:
        """What stands at this place; nothing for a change of flags."""
        character = self._text[self._at]
        match character:
            case "(":
                return self._group()
            case "[":
                return [self._bracketed()]
            case "\\":
                return self._escaped()
        self._at += 1
        is_line = "m" in self._flags
        known: dict[str, Node] = {
            ".": ANY if "s" in self._flags else NO_LINE_END,
            "^": Place.LINE_BEGINS if is_line else Place.TEXT_BEGINS,
            "$": Place.LINE_ENDS if is_line else Place.TEXT_ENDS,
        }
        return [known.get(character) or self._literal(character)]

    def _literal(self, character: str) -> CharClass:
        return single(character, folds="i" in self._flags)

    def _group(self) -> list[Node]:
        outside = self._flags
        if self._text.startswith("(?", self._at):
            named = _NAMED.match(self._text, self._at)
            flags = _FLAGS.match(self._text, self._at)
            found = named or flags
            if found is None:
                raise PatternError(_strange_group(self._text[self._at :]))
            self._at = found.end()
            if named:
                if named[1] in self._names:
                    raise PatternError(f"two groups are called {named[1]}")
                self._names.add(named[1])
            elif flags:
                self._flags = (self._flags | {*flags[1]}) - {*(flags[3] or "")}
                if flags[4] == ")":
                    return []
        else:
            self._at += 1
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UntriedError(f"more than {_DEEPEST} groups inside one another")
        node = self._choice()
        self._depth -= 1
        if not self._take(")"):
            raise PatternError("a ( is not closed")
        self._flags = outside
        return [node]

    def _escaped(self) -> list[Node]:
        for sign, place in (
            ("\\A", Place.TEXT_BEGINS),
            ("\\z", Place.TEXT_ENDS),
            ("\\b", Place.WORD_EDGE),
            ("\\B", Place.NO_WORD_EDGE),
        ):
            if self._take(sign):
                return [place]
        if self._take("\\Q"):
            end = self._text.find("\\E", self._at)
            if end < 0:
                # It would swallow what Alertmanager anchors the expression with.
                raise PatternError("a \\Q is not ended by \\E")
            literal = self._text[self._at : end]
            self._at = end + 2
            return [self._literal(character) for character in literal]
        item = self._class_escape()
        if item:
            return [CharClass((item,))]
        return [self._literal(self._character())]

    def _bracketed(self) -> CharClass:
        """A class in brackets."""
        self._at += 1
        is_negated = self._take("^")
        items: list[Item] = []
        is_first = True
        while is_first or not self._text.startswith("]", self._at):
            is_first = False
            item = self._posix() or self._class_escape() or self._range()
            items.append(item)
        self._at += 1
        return CharClass(tuple(items), is_negated)

    def _posix(self) -> Item | None:
        """`[:alpha:]` and its like."""
        end = self._text.find(":]", self._at + 2)
        if not self._text.startswith("[:", self._at) or end < 0:
            return None
        name = self._text[self._at + 2 : end]
        ranges = POSIX.get(name.removeprefix("^"))
        if ranges is None:
            raise PatternError(f"[:{name}:] is no class")
        self._at = end + 2
        return Item(ranges, is_negated=name[0] == "^", folds="i" in self._flags)

    def _class_escape(self) -> Item | None:
        """`\\d` and `\\pL` and their like."""
        folds = "i" in self._flags
        named = _UNICODE.match(self._text, self._at)
        if named:
            self._at = named.end()
            is_negated = (named[1] == "P") is not bool(named[2])
            name = named[4] or named[3]
            return unicode_item(name, is_negated=is_negated, folds=folds)
        for sign, ranges in PERL.items():
            for letter in (sign, sign.upper()):
                if self._take(f"\\{letter}"):
                    return Item(ranges, is_negated=letter != sign, folds=folds)
        return None

    def _range(self) -> Item:
        first = last = self._class_character()
        dash = self._text[self._at : self._at + 2]
        if len(dash) == 2 and dash[0] == "-" and dash[1] != "]":
            self._at += 1
            last = self._class_character()
        if last < first:
            raise PatternError(f"the range {first}-{last} falls")
        return Item(((first, last),), folds="i" in self._flags)

    def _class_character(self) -> str:
        if self._at >= len(self._text):
            raise PatternError("a [ is not closed")
        if self._text[self._at] == "\\":
            return self._character()
        self._at += 1
        return self._text[self._at - 1]

    def _character(self) -> str:
        """The one that an escape stands for."""
        self._at += 1
        if self._at >= len(self._text):
            raise PatternError("a \\ stands at the end")
        for grammar, base in ((_HEX, 16), (_OCTAL, 8)):
            found = grammar.match(self._text, self._at)
            if found:
                digits = found[0] if base == 8 else found[1] or found[2]
                if int(digits, base) > 0x10FFFF:
                    raise PatternError(f"\\{found[0]} is no character")
                self._at = found.end()
                return chr(int(digits, base))
        character = self._text[self._at]
        self._at += 1
        if character in _CONTROL:
            return _CONTROL[character]
        if character.isascii() and not character.isalnum():
            return character
        if character in "123456789":
            raise PatternError(f"\\{character}: RE2 has no back-references")
        raise PatternError(f"\\{character}: RE2 does not know this escape")

    def _take(self, what: str) -> bool:
        found = self._text.startswith(what, self._at)
        if found:
            self._at += len(what)
        return found


def _repeat(node: Node, least: int, most: int | None) -> Repeat:
    repeat = Repeat(node, least, most)
    if _times_over(repeat) > _MOST_REPEATS:
        raise PatternError(f"together more than {_MOST_REPEATS} repetitions")
    return repeat


def _times_over(node: Node) -> int:
    """The product of the counted repetitions inside one another."""
    match node:
        case Sequence(parts) | Choice(parts):
            return max(map(_times_over, parts), default=1)
        case Repeat(part, least, most):
            return max(least, most or 1, 1) * _times_over(part)
    return 1


def _strange_group(text: str) -> str:
    for sign, name in (
        ("(?=", "look-ahead"),
        ("(?!", "look-ahead"),
        ("(?<=", "look-behind"),
        ("(?<!", "look-behind"),
        ("(?P=", "back-references"),
        ("(?>", "atomic groups"),
    ):
        if text.startswith(sign):
            return f"{text[: len(sign)]}: RE2 has no {name}"
    if text.startswith("(?<"):
        return "(?<: not every Alertmanager knows this: write (?P<name>…) or (?:…)"
    return f"{text[:4]}: RE2 does not know this group"
