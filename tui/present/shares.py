"""How panes share the lines of a column: by need, so that news gets the room."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class Need(Struct, frozen=True, gc=False):
    """What a pane asks for, in lines."""

    least: int
    wanted: int
    weight: int = 1
    """Lines that it gets in its turn."""
    is_greedy: bool = False
    """It makes good use of lines that nobody wants."""
    is_patient: bool = False
    """It has no news: others get what they want before it gets more than its least."""
    urgent: int = 0
    """Lines that it gets before others get their least."""
    floor: int | None = None
    """What it makes do with while another one has something urgent; None: its least."""

    @property
    def steps(self) -> tuple[int, int, int]:
        """How many lines it has at least when each of these is dealt with in turn: what
        all can do with, what is urgent, the least of all."""
        floor = self.least if self.floor is None else self.floor
        floor = min(floor, self.wanted)
        urgent = min(max(floor, self.urgent), self.wanted)
        return floor, urgent, max(urgent, min(self.least, self.wanted))


def share(room: int, needs: Sequence[Need]) -> tuple[int, ...]:
    """Give each what it can do with, then what is urgent, then its least, in order;
    then some lines in turn to whoever wants more; the patient ones come last.

    return  lines for each pane; what nobody wants goes to the last greedy
            one, else to the last
    """
    given = [0] * len(needs)
    left = max(0, room)
    for step in range(3):
        for n, need in enumerate(needs):
            more = min(need.steps[step] - given[n], left)
            given[n] += more
            left -= more
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
