"""How panes share the lines of a column: by need, so that news gets the room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Need:
    """What a pane asks for, in lines."""

    least: int
    wanted: int
    weight: int = 1
    """Lines that it gets in its turn."""
    is_greedy: bool = False
    """It makes good use of lines that nobody wants."""
    is_patient: bool = False
    """It has no news: others get what they want before it gets more than its least."""


def share(room: int, needs: Sequence[Need]) -> tuple[int, ...]:
    """Give each its least in order, then some lines in turn to whoever wants more;
    the patient ones come last.

    return  lines for each pane; what nobody wants goes to the last greedy
            one, else to the last
    """
    given = []
    left = max(0, room)
    for need in needs:
        given.append(min(need.least, need.wanted, left))
        left -= given[-1]
    for is_patient in (False, True):
        turns = [n for n, need in enumerate(needs) if need.is_patient is is_patient]
        hungry = [n for n in turns if given[n] < needs[n].wanted]
        while left > 0 and hungry:
            for n in hungry:
                more = min(needs[n].weight, needs[n].wanted - given[n], left)
                given[n] += more
                left -= more
            hungry = [n for n in hungry if given[n] < needs[n].wanted]
    if given:
        greedy = [n for n, need in enumerate(needs) if need.is_greedy]
        given[greedy[-1] if greedy else -1] += left
    return tuple(given)
