"""A runbook page as lines: headings, lists and code of Markdown, nothing cleverer."""

from __future__ import annotations

import re

from widgets.values import Line, Span, Tone

_INLINE = re.compile(r"(`[^`]+`|\*\*[^*]+\*\*)")


def page(markdown: str) -> tuple[Line, ...]:
    """The lines of a page; blank lines stay, fences mark their lines as code."""
    lines: list[Line] = []
    is_code = False
    for text in markdown.strip().splitlines():
        if text.lstrip().startswith("```"):
            is_code = not is_code
        elif is_code:
            lines.append((Span(f"  {text}", Tone.ACCENT),))
        elif text.startswith("#"):
            lines.append((Span(text.lstrip("# "), Tone.TEXT, bold=True),))
        else:
            lines.append(_inline(text))
    return tuple(lines)


def _inline(text: str) -> Line:
    """Code in the tone of what one can use, strong words in bold."""
    spans = []
    for piece in _INLINE.split(text):
        if piece.startswith("`"):
            spans.append(Span(piece.strip("`"), Tone.ACCENT))
        elif piece.startswith("**"):
            spans.append(Span(piece.strip("*"), bold=True))
        elif piece:
            spans.append(Span(piece))
    return tuple(spans)
