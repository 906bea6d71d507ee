"""How fast kernel lines are understood, on one core: the catalogue, and the clues.

Run it by itself, or call `rows`: each row is a name and lines a second.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

from tests.model.kernel_lines import TROUBLE
from tui.lab.homelab import HOMELAB
from tui.lab.lines import lines
from tui.model.kernel import classify, signs
from tui.model.log import Entry
from tui.model.storage import Clues
from tui.triage.clues import noted

COUNT = 200_000
RUNS = 3
AT_ONCE = 500
"""As a busy tail brings them."""


def mixed(count: int = COUNT) -> list[str]:
    """Everyday lines of the lab with one line of trouble in a hundred."""
    week = HOMELAB.calm_period * count // len(HOMELAB.nodes)
    calm = [line.message for line in lines(-week, week * 0)][:count]
    for place in range(0, len(calm), 100):
        calm[place] = TROUBLE[place // 100 % len(TROUBLE)][0]
    return calm


def rows() -> tuple[tuple[str, float], ...]:
    """Lines a second of processor time, the quickest of some runs."""
    known = mixed()
    entries = [
        Entry(number, {"host": "wk-1"}, line) for number, line in enumerate(known)
    ]

    def understand() -> None:
        for line in known:
            classify(line)

    def understand_many() -> None:
        for start in range(0, len(known), AT_ONCE):
            list(signs(known[start : start + AT_ONCE]))

    def look_for_clues() -> None:
        noted(Clues(), entries)

    return (
        ("classify, lines/s", len(known) / _quickest(understand)),
        ("the same, 500 at once", len(known) / _quickest(understand_many)),
        ("look for clues, lines/s", len(entries) / _quickest(look_for_clues)),
    )


def _quickest(work: Callable[[], None]) -> float:
    """Seconds of processor time."""
    found = []
    for _ in range(RUNS):
        begun = process_time()
        work()
        found.append(process_time() - begun)
    return min(found)


if __name__ == "__main__":
    for name, rate in rows():
        print(f"{name:<28}{rate:>12,.0f}")  # noqa: T201 - it is a program
