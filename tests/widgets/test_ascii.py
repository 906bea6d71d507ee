from __future__ import annotations

from rich.cells import cell_len

from tui.present.glyphs import UNICODE
from widgets.ascii import to_ascii


def test_what_is_ascii_stays() -> None:
    assert to_ascii("\x1b[31mplain\x1b[0m") == "\x1b[31mplain\x1b[0m"


def test_other_characters_become_as_wide_ones() -> None:
    assert to_ascii("┏━ prod ━┓ 漢字 é…") == "+= prod =+ ???? ?~"


def test_every_glyph_has_one_of_its_width() -> None:
    glyphs = UNICODE.glyphs
    drawn = f"{UNICODE.real}{UNICODE.good}{glyphs.levels}{glyphs.thumb}{glyphs.rule}"
    assert "?" not in to_ascii(drawn)
    assert len(to_ascii(drawn)) == cell_len(drawn)
