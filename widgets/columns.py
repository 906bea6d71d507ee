"""How wide the columns of a table are. Depends on the columns and the room only, so
that nothing jumps when the rows change.
"""

from __future__ import annotations

from collections.abc import Sequence

from widgets.values import Column

GAP = 1
"""Cells between two columns."""


def column_widths(columns: Sequence[Column], room: int) -> tuple[int, ...]:
    """Return the width of each column; 0 for one that has no place.

    Columns with the highest `drop` go first while the least widths exceed the room;
    what then still has no place is cut off on the right.
    """
    kept = _kept(columns, room)
    widths = {index: columns[index].width for index in kept}
    left = room - sum(widths.values()) - GAP * (len(kept) - 1)
    _share_out(columns, widths, left)
    return _cut_off(columns, widths, room)


def _kept(columns: Sequence[Column], room: int) -> list[int]:
    kept = list(range(len(columns)))
    while sum(columns[index].width + GAP for index in kept) - GAP > room:
        weakest = max(kept, key=lambda index: (columns[index].drop, index))
        if columns[weakest].drop == 0:
            break
        kept.remove(weakest)
    return kept


def _share_out(columns: Sequence[Column], widths: dict[int, int], left: int) -> None:
    """Give the room that is left to the columns that want it, by weight."""
    hungry = [index for index in widths if columns[index].weight > 0]
    while left > 0 and hungry:
        total = sum(columns[index].weight for index in hungry)
        given = 0
        for index in hungry:
            share = max(1, left * columns[index].weight // total)
            most = columns[index].max_width
            if most is not None:
                share = min(share, most - widths[index])
            share = min(share, left - given)
            widths[index] += share
            given += share
        left -= given
        hungry = [
            index for index in hungry if widths[index] != columns[index].max_width
        ]


def _cut_off(
    columns: Sequence[Column], widths: dict[int, int], room: int
) -> tuple[int, ...]:
    fitted = []
    for index in range(len(columns)):
        width = max(0, min(widths.get(index, 0), room))
        room -= width + GAP if width else 0
        fitted.append(width)
    return tuple(fitted)
