"""The colours, and nothing else: one dark and one light theme.

Chosen after Okabe and Ito, so that critical (vermilion), warning (yellow) and good
(bluish green) stay apart for eyes that cannot tell red from green; each comes with a
glyph and a word anyway.
"""

from __future__ import annotations

from dataclasses import replace

from textual.theme import Theme

DARK = Theme(
    name="taloscope-dark",
    dark=True,
    primary="#4f9fd6",
    secondary="#8fa3b5",
    accent="#6cc0f5",
    foreground="#d7dee4",
    background="#0e1216",
    surface="#141a20",
    panel="#1d252d",
    error="#ff6a4d",
    warning="#f2c14e",
    success="#4fc4a0",
)
LIGHT = Theme(
    name="taloscope-light",
    dark=False,
    primary="#0b68a8",
    secondary="#4d5d6b",
    accent="#0b68a8",
    foreground="#1c242b",
    background="#fbfbf9",
    surface="#f1f2f0",
    panel="#e4e7e6",
    error="#b02a0a",
    warning="#8a5a00",
    success="#00714f",
)
THEMES = (DARK, LIGHT)
_BARE = (
    replace(DARK, error="#ffffff", warning="#f0f0f0"),
    replace(LIGHT, error="#000000", warning="#101010"),
)


def themes(*, is_bare: bool) -> tuple[Theme, ...]:
    """The dark one and the light one.

    is_bare     of a colour only its lightness is shown (NO_COLOR): there the loudest
                tone is the furthest from the ground, where it was the nearest to it
    """
    return _BARE if is_bare else THEMES
