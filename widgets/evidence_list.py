"""Why something is believed: one piece of evidence after the other, each with its
source and its age.
"""

from __future__ import annotations

from collections.abc import Sequence

from widgets.text import width_of
from widgets.text_block import Paragraph, TextBlock
from widgets.values import EvidenceItem, Span, Tone


class EvidenceList(TextBlock):
    """Shows what each piece speaks for, then its claim, then who says so and when."""

    def show_items(self, items: Sequence[EvidenceItem]) -> None:
        """Show other evidence; the claims begin in one column."""
        heads = [f"{item.glyph} {item.word}" for item in items]
        indent = max((width_of(head) for head in heads), default=0) + 2
        self.show(
            *(
                _paragraph(item, head, indent)
                for item, head in zip(items, heads, strict=True)
            )
        )


def _paragraph(item: EvidenceItem, head: str, indent: int) -> Paragraph:
    origin = f"{item.source}, {item.age}" if item.age else item.source
    return Paragraph(
        (
            Span(head, item.tone, bold=True),
            Span(" " * (indent - width_of(head))),
            Span(item.claim),
            Span(f"  {origin}", Tone.QUIET),
        ),
        indent,
    )
