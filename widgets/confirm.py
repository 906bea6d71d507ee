"""A question before something is changed. The answer is no, unless a key says yes."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from widgets.panel import Panel
from widgets.text_block import TextBlock
from widgets.values import UNICODE, Glyphs, Line, Span, Tone


class Confirm(ModalScreen[bool]):
    """Closes with True on the confirming key; with False on enter, escape, n and q.

    A question that escape has raised is answered yes by escape: who presses it twice
    wants to leave.
    """

    DEFAULT_CSS = """
    Confirm { align: center middle; }
    Confirm > Panel { width: 60; max-width: 100%; height: auto; padding: 1 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter,n,q",
            "dismiss(False)",
            "No",
            id="confirm.no",
            tooltip="Leave everything as it is",
        ),
        Binding(
            "escape",
            "escape",
            "Escape",
            show=False,
            id="confirm.escape",
            tooltip="No; yes when the question is whether to leave",
        ),
    ]

    def __init__(
        self,
        title: str,
        lines: tuple[Line, ...],
        *,
        yes: str = "y",
        leave: bool = False,
        glyphs: Glyphs = UNICODE,
    ) -> None:
        """Make a question.

        lines  what will happen
        yes    the key that confirms
        leave  escape confirms too: the question is whether to leave
        """
        super().__init__()
        self._title = title
        self._lines = lines
        self._yes = yes
        self._leave = leave
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        panel = Panel(glyphs=self._glyphs)
        panel.show_title(
            (Span(self._title, Tone.WARNING, bold=True),), (), Tone.WARNING
        )
        text = TextBlock(glyphs=self._glyphs)
        text.show_lines(*self._lines, (), self._keys())
        with panel:
            yield text

    def on_key(self, event: events.Key) -> None:
        if event.character == self._yes:
            event.stop()
            self.dismiss(True)  # noqa: FBT003 - the answer

    def action_escape(self) -> None:
        self.dismiss(self._leave)

    def _keys(self) -> Line:
        if self._leave:
            return (
                Span("esc", Tone.WARNING, bold=True),
                Span(" leave   "),
                Span("enter", Tone.ACCENT, bold=True),
                Span(" stay", Tone.TEXT),
            )
        return (
            Span(self._yes, Tone.WARNING, bold=True),
            Span(" yes   "),
            Span("enter", Tone.ACCENT, bold=True),
            Span(" no", Tone.TEXT),
        )
