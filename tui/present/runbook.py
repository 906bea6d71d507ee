"""A runbook page as lines: headings, lists, code and links of Markdown, no cleverer."""

from __future__ import annotations

import re

from widgets.values import Line, Span, Tone

Paragraph = tuple[Line, int]
"""A line, and how far in its continuation begins."""
_FENCE = "```"
_CODE_INDENT = 2
_STARTS = re.compile(r"\s*(?:#|```|[-*] |\d+[.)] |\|)")
"""What begins a line of its own."""
_ALONE = re.compile(r"\s*(?:#|```|\|)")
"""What nothing may be joined to."""
_ITEM = re.compile(r"(\s*)([-*]|\d+[.)]) +(.*)")
_HEADING = re.compile(r"(#+)\s*(.*?)\s*#*")
# None of these looks twice at what follows a bracket: a page of them takes no hours.
_INLINE = re.compile(
    r"(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*|\[[^\[\]]+\]\([^()\s]+\))"
)
_LINK = re.compile(r"\[([^\[\]]+)\]\(([^()\s]+)\)")
_LONGEST = 65_536
"""Characters of a page that are shown."""


def page(markdown: str) -> tuple[Paragraph, ...]:
    """The paragraphs of a page; blank lines stay, fences mark their lines as code."""
    lines: list[Paragraph] = []
    is_code = False
    for text in _paragraphs(markdown[:_LONGEST]):
        if text.lstrip().startswith(_FENCE):
            is_code = not is_code
        elif is_code:
            code = " " * _CODE_INDENT + text
            lines.append(((Span(code, Tone.ACCENT),), 2 * _CODE_INDENT))
        else:
            lines.append(_paragraph(text))
    if (left := len(markdown) - _LONGEST) > 0:
        lines.append(((Span(f"and {left:,} more characters", Tone.QUIET),), 0))
    return tuple(lines)


def _paragraph(text: str) -> Paragraph:
    if hit := _HEADING.fullmatch(text):
        # The first level is the page's own title, and the panel has one already.
        tone = Tone.ACCENT if len(hit[1]) < 3 else Tone.TEXT
        return (Span(hit[2], tone, bold=True),), 0
    if hit := _ITEM.fullmatch(text):
        head = f"{hit[1]}{hit[2]} "
        return (Span(head, Tone.QUIET), *_inline(hit[3])), len(head)
    return _inline(text), 0


def _paragraphs(markdown: str) -> list[str]:
    """Lines as they are meant: what was broken only to fit a page is joined again."""
    found: list[str] = []
    is_code = is_open = False
    for text in markdown.strip().splitlines():
        is_fence = text.lstrip().startswith(_FENCE)
        if is_fence:
            is_code = not is_code
        is_plain = bool(text.strip()) and not (
            is_code or is_fence or _STARTS.match(text)
        )
        if is_plain and is_open:
            found[-1] += " " + text.strip()
        else:
            found.append(text)
        is_open = bool(text.strip()) and not (is_code or is_fence or _ALONE.match(text))
    return found


def _inline(text: str) -> Line:
    """Code in the tone of what one can use, strong words in bold, a link's target."""
    return tuple(_piece(piece) for piece in _INLINE.split(text) if piece)


def _piece(piece: str) -> Span:
    if piece.startswith("`") and len(piece) > 1:
        return Span(piece[1:-1], Tone.ACCENT)
    if piece.startswith("**") and len(piece) > 4:
        return Span(piece[2:-2], bold=True)
    if _INLINE.fullmatch(piece) and piece.startswith("*"):
        return Span(piece[1:-1], bold=True)
    if link := _LINK.fullmatch(piece):
        words, target = link[1], link[2]
        return Span(words if words == target else f"{words} ({target})", Tone.ACCENT)
    return Span(piece)
