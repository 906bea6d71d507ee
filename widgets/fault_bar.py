"""Why a pane has no fresh data, and what helps; gone when there is no fault."""

from __future__ import annotations

from widgets.text_block import Paragraph, TextBlock
from widgets.values import FaultNote, Line, Span, Tone


class FaultBar(TextBlock):
    """One paragraph: who failed, why, what helps, when the next try is."""

    def show_fault(self, fault: FaultNote | None) -> None:
        """Show a fault; None takes the bar off the screen."""
        self.display = fault is not None
        if fault is not None:
            self.show(_paragraph(fault))

    def show_line(self, line: Line) -> None:
        """Show one line, cut off where there is no room; an empty one hides the bar."""
        self.display = bool(line)
        self.styles.height = 1
        if line:
            self.show_lines(line)


def _paragraph(fault: FaultNote) -> Paragraph:
    spans = [
        Span(f"{fault.glyph} {fault.what}: ", fault.tone, bold=True),
        Span(fault.why, fault.tone),
    ]
    if fault.advice:
        spans.append(Span(f"  {fault.advice}"))
    if fault.retry:
        spans.append(Span(f"  {fault.retry}", Tone.QUIET))
    return Paragraph(tuple(spans), 2)
