"""A runbook page as lines: headings, lists and code of Markdown, nothing cleverer."""

from __future__ import annotations

import re

from widgets.values import Line, Span, Tone

_STARTS = re.compile(r"\s*(?:#|```|[-*] |\d+[.)] |\|)")
"""What begins a line of its own."""
_ALONE = re.compile(r"\s*(?:#|```|\|)")
"""What nothing may be joined to."""
_INLINE = re.compile(r"(`[^`]+`|\*\*[^*]+\*\*)")


def page(markdown: str) -> tuple[Line, ...]:
    """The lines of a page; blank lines stay, fences mark their lines as code."""
    lines: list[Line] = []
    is_code = False
    for text in _paragraphs(markdown):
        if text.lstrip().startswith("```"):
            is_code = not is_code
        elif is_code:
            lines.append((Span(f"  {text}", Tone.ACCENT),))
        elif text.startswith("#"):
            lines.append((Span(text.lstrip("# "), Tone.TEXT, bold=True),))
        else:
            lines.append(_inline(text))
    return tuple(lines)


def _paragraphs(markdown: str) -> list[str]:
    """Lines as they are meant: what was broken only to fit a page is joined again."""
    found: list[str] = []
    is_code = is_open = False
    for text in markdown.strip().splitlines():
        if text.lstrip().startswith("```"):
            is_code = not is_code
        is_plain = bool(text.strip()) and not is_code and not _STARTS.match(text)
        if is_plain and is_open:
            found[-1] += " " + text.strip()
        else:
            found.append(text)
        is_open = bool(text.strip()) and not is_code and not _ALONE.match(text)
    return found


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
