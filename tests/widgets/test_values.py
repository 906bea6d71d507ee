from __future__ import annotations

import subprocess
import sys

import pytest
from msgspec.structs import astuple

from widgets.text import width_of
from widgets.values import ASCII, UNICODE, Box, Glyphs


def test_values_need_no_toolkit() -> None:
    code = (
        "import sys, widgets.values; "
        "sys.exit(bool({'textual', 'rich', 'plotext'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def characters(glyphs: Glyphs) -> list[str]:
    found = [*glyphs.levels]
    for part in (glyphs, glyphs.box, glyphs.box_heavy):
        values = astuple(part)
        found += [value for value in values if isinstance(value, str)]
    found.remove(glyphs.levels)
    return found


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_every_glyph_is_one_cell_wide(glyphs: Glyphs) -> None:
    assert {width_of(character) for character in characters(glyphs)} == {1}
    assert isinstance(glyphs.box, Box)


def test_ascii_glyphs_are_ascii() -> None:
    assert "".join(characters(ASCII)).isascii()
