"""One chart below its newest values."""

from __future__ import annotations

from textual.app import ComposeResult

from tui.aside import aside
from tui.present.curves import Curves
from tui.present.glyphs import Marks
from widgets.chart import Chart
from widgets.panel import Panel
from widgets.values import Span, Tone


class CurvePanel(Panel):
    """The subject, its values in words, and its curves."""

    def __init__(self, subject: str, marks: Marks) -> None:
        super().__init__(glyphs=marks.glyphs, id=subject, classes="-flat curve")
        self._subject = subject

    def compose(self) -> ComposeResult:
        yield Chart(self.glyphs, aside)

    def show_curves(self, curves: Curves, none: str) -> None:
        """Show other curves; without any, say why there are none."""
        words = curves.words or (Span(none, Tone.QUIET),)
        self.show_title((Span(f"{self._subject}  ", Tone.ACCENT), *words))
        self.query_one(Chart).show(curves.plot)
