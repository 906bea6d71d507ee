"""Letters that are read from across the room, drawn with blocks of half a cell.

Two faces: five dots by seven, which may be doubled, and three by five. Both are written
down by rows of dots. What a face lacks, it cannot spell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from msgspec import Struct

# By columns from the left, the lowest bit at the top, as displays of that kind have it.
_FIVE = """
- 08 08 08 08 08  . 60 60  / 20 10 08 04 02  : 36 36  _ 40 40 40 40
0 3E 51 49 45 3E  1 00 42 7F 40 00  2 42 61 51 49 46  3 21 41 45 4B 31
4 18 14 12 7F 10  5 27 45 45 45 39  6 3C 4A 49 49 30  7 01 71 09 05 03
8 36 49 49 49 36  9 06 49 49 29 1E
A 7E 11 11 11 7E  B 7F 49 49 49 36  C 3E 41 41 41 22  D 7F 41 41 22 1C
E 7F 49 49 49 41  F 7F 09 09 09 01  G 3E 41 49 49 7A  H 7F 08 08 08 7F
I 41 7F 41  J 20 40 41 3F 01  K 7F 08 14 22 41  L 7F 40 40 40 40
M 7F 02 0C 02 7F  N 7F 04 08 10 7F  O 3E 41 41 41 3E  P 7F 09 09 09 06
Q 3E 41 51 21 5E  R 7F 09 19 29 46  S 46 49 49 49 31  T 01 01 7F 01 01
U 3F 40 40 40 3F  V 1F 20 40 20 1F  W 3F 40 38 40 3F  X 63 14 08 14 63
Y 07 08 70 08 07  Z 61 51 49 45 43
"""
_THREE = """
- 04 04 04  . 10  / 18 04 03  : 0A  _ 10 10 10
0 1F 11 1F  1 12 1F 10  2 1D 15 17  3 11 15 1F  4 07 04 1F  5 17 15 1D
6 1F 15 1D  7 01 01 1F  8 1F 15 1F  9 17 15 1F
A 1E 05 1E  B 1F 15 0A  C 0E 11 11  D 1F 11 0E  E 1F 15 11  F 1F 05 01
G 0E 11 1D  H 1F 04 1F  I 11 1F 11  J 08 10 0F  K 1F 04 1B  L 1F 10 10
M 1F 02 04 02 1F  N 1F 02 04 1F  O 0E 11 0E  P 1F 05 02  Q 0E 11 1E
R 1F 05 1A  S 12 15 09  T 01 1F 01  U 1F 10 1F  V 0F 10 0F
W 1F 08 04 08 1F  X 1B 04 1B  Y 03 1C 03  Z 19 15 13
"""
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


class Face(Struct, frozen=True, eq=False, gc=False):
    """One way to draw letters."""

    letters: Mapping[str, tuple[int, ...]]
    """The columns of each, a bit for each dot."""
    dots: int
    """Of its height."""
    is_double: bool = False
    """A dot is two cells, and not half of one."""

    @property
    def rows(self) -> int:
        """Lines that it takes."""
        return self.dots if self.is_double else (self.dots + 1) // 2

    def can_spell(self, text: str) -> bool:
        """Whether it has all letters."""
        return all(letter in self.letters for letter in text.upper())

    def fits(self, text: str, width: int) -> bool:
        """Whether it spells a text in so many cells; a long one costs nothing."""
        # No letter takes less than a cell.
        return len(text) <= width and self.can_spell(text) and self.width(text) <= width

    def width(self, text: str) -> int:
        """Cells that a text takes."""
        columns = sum(len(self.letters[letter]) + 1 for letter in text.upper())
        return max(0, columns - 1) * (2 if self.is_double else 1)


def _read(table: str) -> Mapping[str, tuple[int, ...]]:
    letters: dict[str, tuple[int, ...]] = {" ": (0, 0)}
    name = ""
    for word in table.split():
        if len(word) == 1:
            name = word
            letters[name] = ()
        elif name:
            letters[name] = (*letters[name], int(word, 16))
    return letters


_LARGE = _read(_FIVE)
DOUBLE = Face(_LARGE, 7, is_double=True)
LARGE = Face(_LARGE, 7)
SMALL = Face(_read(_THREE), 5)
_FACES = (DOUBLE, LARGE, SMALL)


def face_for(texts: Iterable[str], width: int, rows: int) -> Face | None:
    """The largest that spells each text in so many cells and rows; None: none does."""
    wanted = tuple(texts)
    for face in _FACES:
        if face.rows <= rows and all(face.fits(text, width) for text in wanted):
            return face
    return None


@lru_cache(maxsize=64)
def spelled(text: str, face: Face) -> tuple[str, ...]:
    """The rows of a text, all of one width."""
    columns: list[int] = []
    for letter in text.upper():
        columns += (*face.letters[letter], 0)
    dots = [[column >> y & 1 for column in columns[:-1]] for y in range(face.dots)]
    if face.is_double:
        return tuple("".join("██" if dot else "  " for dot in row) for row in dots)
    dots.append([0] * len(dots[0]))
    pairs = zip(dots[::2], dots[1::2], strict=False)
    return tuple(
        "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in pairs
    )
