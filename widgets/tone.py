"""Where a Tone becomes a style: the only way from our values to the theme.

A widget that draws tones is `Toned`. Each tone is a component class, so a theme changes
all widgets at once by rules such as `Toned > .tone--critical { color: ...; }`.
"""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual.widget import Widget

from widgets.values import Span, Tone


class Toned(Widget):
    """A widget that can say a Tone and get a style for it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"tone--{tone}" for tone in Tone}

    DEFAULT_CSS = """
    Toned > .tone--critical { color: $error; }
    Toned > .tone--warning { color: $warning; }
    Toned > .tone--good { color: $success; }
    Toned > .tone--quiet { color: $text-muted; }
    Toned > .tone--accent { color: $accent; }
    Toned > .tone--text { color: $text; }
    """

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - the name that Textual gives it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._tone_styles: dict[tuple[Tone, bool], Style] = {}
        """Kept here because Textual forgets its own at every refresh."""

    def tone_style(self, tone: Tone, *, bold: bool = False) -> Style:
        """Return the style of a tone on this widget's own background."""
        style = self._tone_styles.get((tone, bold))
        if style is None:
            style = self.get_component_rich_style(f"tone--{tone}")
            style = self._tone_styles[tone, bold] = style + Style(bold=bold or None)
        return style

    def forget_styles(self) -> None:
        """Ask the style sheet afresh next time."""
        self._tone_styles.clear()

    def notify_style_update(self) -> None:
        self.forget_styles()
        super().notify_style_update()

    def span_style(self, span: Span) -> Style:
        """Return the style of a span."""
        return self.tone_style(span.tone, bold=span.bold)

    def over(self, style: Style, component: str) -> Style:
        """Lay a component (a cursor, a match) over a style.

        What the component does not set shows through, except the background: the
        component's, blended with ours, is opaque.
        """
        above = self.get_component_rich_style(component, partial=True)
        background = self.get_component_rich_style(component).bgcolor
        return style + above + Style(bgcolor=background)
