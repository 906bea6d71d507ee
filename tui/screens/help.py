"""The keys that work here: of the focused pane first, then of the screen, then all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.present.glyphs import Marks
from widgets.page import Page
from widgets.panel import Panel
from widgets.text_block import Paragraph, TextBlock
from widgets.values import Line, Span, Tone

_INDENT = 14
"""Where words begin, unless a key is longer."""
_NAMES = {
    "CheckList": "this list",
    "Listing": "this list",
    "CopyListing": "this list",
    "ReadListing": "this list",
    "LongListing": "this list",
    "MarkListing": "this list",
    "AlertsPane": "alerts",
    "StrayAlerts": "alerts",
    "HiddenBar": "real, hidden",
    "KernelLog": "this log",
    "LogView": "this log",
    "Page": "this text",
    "Body": "this page",
}
_FIELD = "this field"
_OF_THE_APP = {"go": "go to", "record": "the record", "app": "everywhere"}
"""By the first part of a binding's id."""


class HelpScreen(ModalScreen[None]):
    """A list of keys over the screen that it is about."""

    CSS_PATH = "help.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (150, "-broad")]  # noqa: RUF012 - so declared by Textual
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss", "Close", id="help.close"),
    ]

    def __init__(self, keys: Iterable[tuple[str, str, str]], marks: Marks) -> None:
        """Make the list of (where it works, key, what it does), in that order."""
        super().__init__()
        self._keys = tuple(keys)
        self.marks = marks

    def compose(self) -> ComposeResult:
        panel = Panel(glyphs=self.marks.glyphs)
        panel.show_title((Span("keys", Tone.ACCENT),), (Span("esc closes"),))
        with panel, Page():
            widest = max((len(key) for _, key, _ in self._keys), default=0)
            indent = max(_INDENT, widest + 4)
            for part in _halves(self._groups(indent)):
                text = TextBlock(glyphs=self.marks.glyphs)
                text.show(*(Paragraph(line, indent) for line in part))
                yield text

    def _groups(self, indent: int) -> list[list[Line]]:
        """The keys of each place, below its name; words begin at `indent`."""
        groups: dict[str, list[Line]] = {}
        for where, key, what in self._keys:
            head: Line = (Span(where, Tone.TEXT, bold=True),)
            lines = groups.setdefault(where, [head])
            lines.append((Span(f"  {key:<{indent - 2}}", Tone.ACCENT), Span(what)))
        return list(groups.values())


def _halves(groups: Sequence[Sequence[Line]]) -> tuple[list[Line], list[Line]]:
    """Two parts of about the same length, no place divided between them."""
    half = sum(len(group) for group in groups) / 2
    left: list[Line] = []
    right: list[Line] = []
    for group in groups:
        has_room = not right and len(left) + len(group) / 2 <= half
        part = left if has_room or not left else right
        part += [*group, ()]
    return left, right


def _place(active: ActiveBinding) -> str:
    """Where a key works."""
    if isinstance(active.node, App):
        first = (active.binding.id or "").partition(".")[0]
        return _OF_THE_APP.get(first, "everywhere")
    if isinstance(active.node, Input):
        return _FIELD
    return _NAMES.get(type(active.node).__name__, "this screen")


def keys_of(
    active: Iterable[tuple[ActiveBinding, str]],
) -> tuple[tuple[str, str, str], ...]:
    """(where, keys, what) of bindings that come with their keys as shown.

    Bindings arrive from the focused widget outwards; keys of one action are joined.
    """
    found: dict[tuple[str, str], list[str]] = {}
    words: dict[tuple[str, str], str] = {}
    for binding, key in active:
        where = _place(binding)
        slot = where, binding.binding.action
        found.setdefault(slot, []).append(key)
        words[slot] = binding.tooltip or binding.binding.description
    places = dict.fromkeys(where for where, _ in found)
    # What a field does with a key is known everywhere; what the screen does is not.
    last = [each for each in (_FIELD, *_OF_THE_APP.values()) if each in places]
    order = [*(each for each in places if each not in last), *last]
    return tuple(
        (where, " ".join(keys), words[slot])
        for wanted in order
        for slot, keys in found.items()
        for where in [slot[0]]
        if where == wanted and words[slot]
    )
