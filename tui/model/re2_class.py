"""Sets of characters in regular expressions, as Go's `regexp` understands them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

Ranges: TypeAlias = tuple[tuple[str, str], ...]
"""First and last character, both inclusive."""

_DIGIT: Ranges = (("0", "9"),)
_UPPER: Ranges = (("A", "Z"),)
_LOWER: Ranges = (("a", "z"),)
_ALPHA: Ranges = (*_UPPER, *_LOWER)
_ALNUM: Ranges = (*_DIGIT, *_ALPHA)
WORD: Ranges = (*_ALNUM, ("_", "_"))

PERL: dict[str, Ranges] = {
    "d": _DIGIT,
    "s": (("\t", "\n"), ("\f", "\r"), (" ", " ")),
    "w": WORD,
}
POSIX: dict[str, Ranges] = {
    "alnum": _ALNUM,
    "alpha": _ALPHA,
    "ascii": (("\0", "\x7f"),),
    "blank": (("\t", "\t"), (" ", " ")),
    "cntrl": (("\0", "\x1f"), ("\x7f", "\x7f")),
    "digit": _DIGIT,
    "graph": (("!", "~"),),
    "lower": _LOWER,
    "print": ((" ", "~"),),
    "punct": (("!", "/"), (":", "@"), ("[", "`"), ("{", "~")),
    "space": (("\t", "\r"), (" ", " ")),
    "upper": _UPPER,
    "word": WORD,
    "xdigit": (*_DIGIT, ("A", "F"), ("a", "f")),
}
_CATEGORIES = re.compile(
    "C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?"
)


_ORBITS = {
    character: orbit
    for orbit in (
        *("Kk\u212a", "Ss\u017f", "\xb5\u039c\u03bc", "\xc5\xe5\u212b", "\xdf\u1e9e"),
        *("\u0345\u0399\u03b9\u1fbe", "\u0392\u03b2\u03d0", "\u0395\u03b5\u03f5"),
        *("\u0398\u03b8\u03d1\u03f4", "\u039a\u03ba\u03f0", "\u03a0\u03c0\u03d6"),
        *("\u03a1\u03c1\u03f1", "\u03a3\u03c2\u03c3", "\u03a6\u03c6\u03d5"),
        *("\u03a9\u03c9\u2126", "\u0412\u0432\u1c80", "\u0414\u0434\u1c81"),
        *("\u041e\u043e\u1c82", "\u0421\u0441\u1c83", "\u0422\u0442\u1c84\u1c85"),
        *("\u042a\u044a\u1c86", "\u0462\u0463\u1c87", "\u1c88\ua64a\ua64b"),
        "\u1e60\u1e61\u1e9b",
    )
    for character in orbit
}
"""Characters with cases that no method of `str` leads to."""


class PatternError(ValueError):
    """No regular expression for Alertmanager; the text says why."""


class UntriedError(PatternError):
    """Alertmanager may well know it; what it matches cannot be told here."""


@dataclass(frozen=True, slots=True)
class Item:
    """One part of a class."""

    ranges: Ranges = ()
    category: str = ""
    """A general category of Unicode, or the first letter of several."""
    is_negated: bool = False
    folds: bool = False
    """Upper and lower case are one."""

    def has(self, character: str) -> bool:
        """Whether the character is in it."""
        found = _folded(character) if self.folds else (character,)
        return any(map(self._has, found)) is not self.is_negated

    def _has(self, character: str) -> bool:
        if self.category:
            name = unicodedata.category(character)
            # Go has no name for what is not assigned, nor for all of "other" with it.
            return name != "Cn" and name.startswith(self.category)
        return any(first <= character <= last for first, last in self.ranges)


@dataclass(frozen=True, slots=True)
class CharClass:
    """One character out of a set."""

    items: tuple[Item, ...]
    is_negated: bool = False

    def has(self, character: str) -> bool:
        """Whether the character is in it."""
        return any(item.has(character) for item in self.items) is not self.is_negated

    @property
    def only(self) -> str:
        """The one character that it stands for; empty when there are several."""
        if len(self.items) != 1 or self.is_negated:
            return ""
        (item,) = self.items
        if item.folds or item.is_negated or len(item.ranges) != 1:
            return ""
        ((first, last),) = item.ranges
        return first if first == last else ""


ANY = CharClass((), is_negated=True)
NO_LINE_END = CharClass((Item((("\n", "\n"),)),), is_negated=True)


def single(character: str, *, folds: bool) -> CharClass:
    """The class of one character, and of its other case when it folds."""
    if folds:
        known = sorted(set(_folded(character)))
        ranges = tuple((each, each) for each in known)
        return CharClass((Item(ranges, folds=True),))
    return CharClass((Item(((character, character),)),))


def unicode_item(name: str, *, is_negated: bool, folds: bool) -> Item:
    """A class of Unicode by name.

    raise   UntriedError for a script: the standard library has no table of them;
            PatternError for what is none
    """
    if name == "Any":
        return Item((("\0", "\U0010ffff"),), is_negated=is_negated)
    if _CATEGORIES.fullmatch(name):
        return Item(category=name, is_negated=is_negated, folds=folds)
    if len(name) > 2 and name[0].isupper() and name.replace("_", "").isalpha():
        raise UntriedError(f"\\p{{{name}}}: what it matches cannot be told here")
    raise PatternError(f"\\p{{{name}}} is no class of Unicode")


def _folded(character: str) -> Iterator[str]:
    """A character in its cases, itself too, by Unicode's simple folding."""
    if character in _ORBITS:
        yield from _ORBITS[character]
        return
    yield character
    simple = _simple(character)
    for other in (simple, simple.upper(), simple.title(), simple.lower()):
        if len(other) == 1 and other != character and _simple(other) == simple:
            yield other


def _simple(character: str) -> str:
    """What all cases of a character have in common."""
    folded = character.casefold()
    if len(folded) != 1:
        folded = character.lower()
    return folded if len(folded) == 1 else character
