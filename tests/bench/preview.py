"""`python -m tests.bench.preview`: what a key press costs in the form of a silence."""

from __future__ import annotations

import gc
import os
import sys

from tests.bench.run import Measure, say, table
from tests.silencing.crowd import crowd
from tests.silencing.test_speed import BUDGET_SECONDS, TYPED, slowest_key

ALERTS, SILENCES = 2_000, 500
TIMES = (1, 10)
MEASURES = (
    Measure("preview of a silence, slowest key", "ms of CPU", 1000 * BUDGET_SECONDS),
)


def slowest(times: int) -> float:
    """Milliseconds of the longest preview while several matchers are typed."""
    say(f"previewing {times * ALERTS} alerts and {times * SILENCES} silences ...")
    # As in the product the collector does not go through all that was there before.
    gc.collect()
    gc.freeze()
    try:
        return 1000 * max(
            slowest_key(crowd(times * ALERTS, times * SILENCES), typed)
            for typed in TYPED
        )
    finally:
        gc.unfreeze()


def main() -> int:
    """Measure and print the table."""
    columns = tuple(f"{times * ALERTS:,} alerts" for times in TIMES)
    cells: list[float | None] = [slowest(times) for times in TIMES]
    sys.stdout.write(
        f"{os.cpu_count()} cores, {SILENCES} silences, or 10 times that\n\n"
    )
    sys.stdout.write(table(MEASURES, columns, [cells]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
