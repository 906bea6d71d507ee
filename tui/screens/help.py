"""The keys that work here: of the focused pane first, then of the screen, then all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from tui.present.glyphs import Marks
from widgets.panel import Panel
from widgets.text_block import Paragraph, TextBlock
from widgets.values import Line, Span, Tone

_INDENT = 14
_NAMES = {
    "CheckList": "this list",
    "Listing": "this list",
    "MarkListing": "this list",
    "AlertsPane": "alerts",
    "StrayAlerts": "alerts",
    "HiddenBar": "real, hidden",
    "KernelLog": "this log",
    "LogView": "this log",
    "TaloscopeApp": "everywhere",
}


class HelpScreen(ModalScreen[None]):
    """A list of keys over the screen that it is about."""

    CSS_PATH = "help.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (150, "-broad")]  # noqa: RUF012 - so declared by Textual
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "Close", id="help.close"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="help.down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="help.up"),
    ]

    def __init__(self, keys: Iterable[tuple[str, str, str]], marks: Marks) -> None:
        """Make the list of (where it works, key, what it does), in that order."""
        super().__init__()
        self._keys = tuple(keys)
        self.marks = marks

    def compose(self) -> ComposeResult:
        panel = Panel(glyphs=self.marks.glyphs)
        panel.show_title((Span("keys", Tone.ACCENT),), (Span("esc closes"),))
        with panel, VerticalScroll():
            for part in _halves(self._groups()):
                text = TextBlock(glyphs=self.marks.glyphs)
                text.show(*(Paragraph(line, _INDENT) for line in part))
                yield text

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def _groups(self) -> list[list[Line]]:
        """The keys of each place, below its name."""
        groups: dict[str, list[Line]] = {}
        for where, key, what in self._keys:
            head: Line = (Span(where, Tone.TEXT, bold=True),)
            lines = groups.setdefault(where, [head])
            lines.append((Span(f"  {key:<{_INDENT - 2}}", Tone.ACCENT), Span(what)))
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


def keys_of(
    active: Iterable[tuple[ActiveBinding, str]],
) -> tuple[tuple[str, str, str], ...]:
    """(where, keys, what) of bindings that come with their keys as shown.

    Bindings arrive from the focused widget outwards; keys of one action are joined.
    """
    found: dict[tuple[str, str], list[str]] = {}
    words: dict[tuple[str, str], str] = {}
    for binding, key in active:
        where = _NAMES.get(type(binding.node).__name__, "this screen")
        slot = where, binding.binding.action
        found.setdefault(slot, []).append(key)
        words[slot] = binding.tooltip or binding.binding.description
    order = dict.fromkeys(where for where, _ in found)
    return tuple(
        (where, " ".join(keys), words[slot])
        for wanted in order
        for slot, keys in found.items()
        for where in [slot[0]]
        if where == wanted and words[slot]
    )
