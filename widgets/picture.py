"""Pictures of the screen, exact to the cell, from what the compositor really draws."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI
from textual.app import App
from textual.color import Color

CELL_WIDTH = 8.4
CELL_HEIGHT = 18.0
_FONT = "DejaVu Sans Mono, Menlo, Consolas, monospace"


def picture(app: App[Any]) -> str:
    """Return the screen of a running app as SVG."""
    # It tells what it draws nowhere else.
    strips = app.screen._compositor.render_strips()  # noqa: SLF001
    ground = app.screen.styles.background.hex6
    width = app.size.width * CELL_WIDTH
    height = len(strips) * CELL_HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" font-family="{_FONT}" font-size="14">',
        f'<rect width="100%" height="100%" fill="{ground}"/>',
    ]
    for y, strip in enumerate(strips):
        x = 0
        for segment in strip:
            parts += _run(segment, x, y, ground)
            x += segment.cell_length
    return "\n".join([*parts, "</svg>", ""])


def _run(segment: Segment, x: int, y: int, ground: str) -> Iterator[str]:
    """Draw one piece of one style: its background, then its letters."""
    style = segment.style or Style.null()
    front, back = _colours(style, ground)
    cells = segment.cell_length
    if back != ground and cells:
        yield (
            f'<rect x="{x * CELL_WIDTH:g}" y="{y * CELL_HEIGHT:g}" '
            f'width="{cells * CELL_WIDTH:g}" height="{CELL_HEIGHT:g}" fill="{back}"/>'
        )
    text = segment.text
    if not text.strip():
        return
    lead = len(text) - len(text.lstrip())
    word = text.strip()
    weight = ' font-weight="bold"' if style.bold else ""
    line = ' text-decoration="underline"' if style.underline else ""
    width = Segment(word).cell_length * CELL_WIDTH
    yield (
        f'<text x="{(x + lead) * CELL_WIDTH:g}" y="{y * CELL_HEIGHT + 13.5:g}" '
        f'fill="{front}"{weight}{line} textLength="{width:g}" '
        f'lengthAdjust="spacingAndGlyphs" xml:space="preserve">{escape(word)}</text>'
    )


def _colours(style: Style, ground: str) -> tuple[str, str]:
    front = _hex(style.color, "#c0c0c0")
    back = _hex(style.bgcolor, ground)
    if style.dim:
        front = Color.parse(front).blend(Color.parse(back), 0.5).hex6
    return (back, front) if style.reverse else (front, back)


def _hex(colour: Any, default: str) -> str:
    if colour is None or colour.is_default:
        return default
    return str(colour.get_truecolor(DIMMED_MONOKAI).hex)
