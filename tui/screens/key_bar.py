"""The foot of a screen: the keys that matter now, and where all others are."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from textual.screen import Screen
from textual.widgets import Input

from widgets.status_line import StatusLine
from widgets.text import cells_of
from widgets.values import Line, Span, Tone

_SHOWN_KEYS = 5
_GAP = 2
"""Between two keys."""


def words_of(*keys: tuple[str, str]) -> Line:
    """Keys and what each does, as they stand at the right of the foot."""
    gaps = ["  "] * (len(keys) - 1) + [" "]
    return tuple(
        span
        for (key, does), gap in zip(keys, gaps, strict=True)
        for span in (
            Span(f"{key} ", Tone.ACCENT, bold=True),
            Span(f"{does}{gap}", Tone.QUIET),
        )
    )


_ALL_KEYS = words_of((":", "all"), ("?", "keys"))
_KEYS_WHILE_TYPING = words_of(("^p", "all"), ("f1", "keys"))
"""In a field `:` and `?` are letters like any other."""
_ENDS = words_of(("enter", "keep"), ("esc", "show all"))


class KeyBar(StatusLine):
    """The keys that matter now, and those that lead to all others."""

    _first: tuple[str, ...] = ()
    _place = ""
    _ends: Line = _ENDS

    def put_first(self, actions: tuple[str, ...]) -> None:
        """Show the keys of these actions, in this order, before all others; of those
        that everybody guesses too.
        """
        if actions != self._first:
            self._first = actions
            self._tell(self.screen)

    def tell_search(self, place: str, ends: Line = _ENDS) -> None:
        """Say what is searched in place of the keys, until that is empty."""
        self._place, self._ends = place, ends
        self._tell(self.screen)

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._tell)
        self._tell(self.screen)

    def on_resize(self) -> None:
        self._tell(self.screen)

    def _tell(self, screen: Screen[object]) -> None:
        if not screen.is_current or not screen.is_mounted:
            return
        if self._place:
            self.show((Span(f" {self._place}", Tone.ACCENT),), self._ends)
            return
        shown: dict[str, Line] = {}
        for active in screen.active_bindings.values():
            binding = active.binding
            is_told = binding.show or binding.action in self._first
            if is_told and active.enabled and binding.action not in shown:
                key = self.app.get_key_display(binding)
                shown[binding.action] = (
                    Span(f" {key}", Tone.ACCENT, bold=True),
                    Span(f" {binding.description.lower()}  ", Tone.QUIET),
                )
        first = (action for action in self._first if action in shown)
        actions = list(dict.fromkeys((*first, *shown)))[:_SHOWN_KEYS]
        is_typing = isinstance(screen.focused, Input)
        others = _KEYS_WHILE_TYPING if is_typing else _ALL_KEYS
        self.show(self._fitting([shown[each] for each in actions], others), others)

    def _fitting(self, keys: Sequence[Line], others: Line) -> Line:
        """Those that have room to the end: half a word is no help."""
        room = self.size.width - cells_of(others) - 1
        fitting: list[Span] = []
        for key in keys:
            room -= cells_of(key)
            if room >= 0 or not self.size.width:
                fitting += key
            elif room + _GAP >= 0:
                fitting += (*key[:-1], replace(key[-1], text=key[-1].text.rstrip()))
        return tuple(fitting)
