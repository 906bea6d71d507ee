"""Tries regular expressions as Alertmanager does: on the whole text, in linear time.

Python's `re` reads another language, and may take for ever over a few letters that
somebody typed. This is Thompson's construction: all ways are followed at once, and what
was worked out is remembered as the states of an automaton.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from tui.model.re2_class import WORD, CharClass, Item, PatternError, UntriedError
from tui.model.re2_syntax import Choice, Node, Place, Repeat, Sequence, parse

__all__ = ["Pattern", "PatternError", "UntriedError", "compiled"]

_MOST_STEPS = 20_000
"""Instructions that may be looked at for one text, some milliseconds."""
_MOST_INSTRUCTIONS = 20_000
_MOST_STATES = 2_000
_MOST_WAYS = 20_000
_WORD = Item(WORD)


@dataclass(slots=True)
class _Step:
    """One instruction: what it asks, and where it leads."""

    asks: CharClass | Place | None = None
    to: tuple[int, ...] = ()


_State: TypeAlias = "tuple[frozenset[int], str]"
"""Instructions at which the ways stand, and the character before them.

The character is "" at the beginning, and one that stands for its kind otherwise.
"""


@dataclass(slots=True)
class _Known:
    """What was worked out of one state."""

    state: _State
    ways: dict[str, _Known] = field(default_factory=dict)
    accepts: bool | None = None
    """Whether the text may end here; None while nobody asked."""


@dataclass(slots=True)
class _Steps:
    """How much may still be looked at for one text."""

    left: int = _MOST_STEPS

    def take(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise UntriedError("it takes too long to try here")


class Pattern:
    """One expression, anchored at both ends. Threads may share it.

    raise   PatternError where Alertmanager would refuse it
    """

    def __init__(self, text: str) -> None:
        self._untried = ""
        self._literals: frozenset[str] | None = None
        try:
            tree = parse(text)
        except UntriedError as error:
            self._untried = str(error)
            return
        self._literals = _literals(tree)
        if self._literals is not None:
            return
        self._steps: list[_Step] = []
        self._begin = self._compile(tree, self._add(_Step()))
        self._minds_places = any(isinstance(step.asks, Place) for step in self._steps)
        self._forget()

    def matches(self, text: str) -> bool:
        """Whether the whole text is one of those described.

        raise   UntriedError when that cannot be told here
        """
        if self._literals is not None:
            return text in self._literals
        if self._untried:
            raise UntriedError(self._untried)
        left = _Steps()
        known = self._first
        for character in text:
            found = known.ways.get(character)
            known = self._next(known, character, left) if found is None else found
            if not known.state[0]:
                return False
        if known.accepts is None:
            known.accepts = 0 in self._reached(known.state, "", left)
        return known.accepts

    def _compile(self, node: Node, then: int) -> int:
        """The instruction at which the node begins, when `then` follows it."""
        match node:
            case CharClass() | Place():
                return self._add(_Step(node, (then,)))
            case Sequence(parts):
                for part in reversed(parts):
                    then = self._compile(part, then)
                return then
            case Choice(parts):
                return self._add(
                    _Step(to=tuple(self._compile(part, then) for part in parts))
                )
            case Repeat(part, least, most):
                return self._compile_repeat(part, least, most, then)

    def _compile_repeat(
        self, part: Node, least: int, most: int | None, then: int
    ) -> int:
        if most is None:
            loop = self._add(_Step())
            self._steps[loop].to = (self._compile(part, loop), then)
            then = loop
        else:
            end = then
            for _ in range(most - least):
                then = self._add(_Step(to=(self._compile(part, then), end)))
        for _ in range(least):
            then = self._compile(part, then)
        return then

    def _add(self, step: _Step) -> int:
        if len(self._steps) >= _MOST_INSTRUCTIONS:
            raise PatternError("it is too large")
        self._steps.append(step)
        return len(self._steps) - 1

    def _forget(self) -> None:
        self._states: dict[_State, _Known] = {}
        self._ways = 0
        self._first = self._known((frozenset({self._begin}), ""))

    def _known(self, state: _State) -> _Known:
        found = self._states.get(state)
        if found is None:
            found = self._states[state] = _Known(state)
        return found

    def _next(self, known: _Known, character: str, left: _Steps) -> _Known:
        """The state after one more character, which was not met here before."""
        if len(self._states) > _MOST_STATES or self._ways > _MOST_WAYS:
            self._forget()
            known = _Known(known.state)
        to = {
            self._steps[at].to[0]
            for at in self._reached(known.state, character, left)
            if self._takes(at, character)
        }
        before = _kind(character) if self._minds_places else ""
        found = self._known((frozenset(to), before))
        known.ways[character] = found
        self._ways += 1
        return found

    def _takes(self, at: int, character: str) -> bool:
        asks = self._steps[at].asks
        return isinstance(asks, CharClass) and asks.has(character)

    def _reached(self, state: _State, ahead: str, left: _Steps) -> set[int]:
        """All instructions that the ways come to without taking a character."""
        waiting, before = list(state[0]), state[1]
        reached = set(waiting)
        while waiting:
            step = self._steps[waiting.pop()]
            if isinstance(step.asks, CharClass):
                continue
            if step.asks is not None and not _holds(step.asks, before, ahead):
                continue
            for to in step.to:
                if to not in reached:
                    reached.add(to)
                    waiting.append(to)
        left.take(len(reached))
        return reached


@lru_cache(maxsize=2_000)
def compiled(text: str) -> Pattern:
    """The pattern of an expression, made once.

    raise   PatternError where Alertmanager would refuse it
    """
    return Pattern(text)


def _kind(character: str) -> str:
    """A character that stands for all that places tell apart as little."""
    return character if character == "\n" else "a" if _WORD.has(character) else " "


def _holds(place: Place, before: str, ahead: str) -> bool:
    """What is asked of a place; "" is the beginning, or the end, of the text."""
    match place:
        case Place.TEXT_BEGINS:
            return not before
        case Place.TEXT_ENDS:
            return not ahead
        case Place.LINE_BEGINS:
            return before in {"", "\n"}
        case Place.LINE_ENDS:
            return ahead in {"", "\n"}
    is_edge = _is_word(before) is not _is_word(ahead)
    return is_edge is (place is Place.WORD_EDGE)


def _is_word(character: str) -> bool:
    return bool(character) and _WORD.has(character)


def _literals(node: Node) -> frozenset[str] | None:
    """The few texts that an expression stands for; None when it says more."""
    while isinstance(node, Sequence) and len(node.parts) == 1:
        (node,) = node.parts
    if isinstance(node, Choice):
        found = [_literal(part) for part in node.parts]
    else:
        found = [_literal(node)]
    texts = [text for text in found if text is not None]
    return frozenset(texts) if len(texts) == len(found) else None


def _literal(node: Node) -> str | None:
    parts = node.parts if isinstance(node, Sequence) else (node,)
    text = "".join(p.only for p in parts if isinstance(p, CharClass))
    return text if len(text) == len(parts) else None
