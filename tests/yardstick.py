"""Milliseconds that mean the same on a slow machine and on a busy one.

The budgets themselves are read from `make bench`; a test only guards the order of
magnitude, and must not fail because the machine is slow or somebody else is at work.
"""

from __future__ import annotations

from collections.abc import Callable
from time import thread_time

# What `_yard` takes on the machine where the limits of the tests were set.
YARD_MS = 1.9


def best_ms(action: Callable[[], object], times: int = 5) -> float:
    """CPU of the quickest of some runs, in milliseconds of that machine."""
    return min(_spent_ms(action) for _ in range(times)) / slowness()


def slowness() -> float:
    """How many times longer this machine takes just now; never under 1."""
    return max(1.0, min(_spent_ms(_yard) for _ in range(5)) / YARD_MS)


def _spent_ms(action: Callable[[], object]) -> float:
    before = thread_time()
    action()
    return 1000 * (thread_time() - before)


def _yard() -> None:
    """Work of the product's kind: texts made, hashed and put in order."""
    sorted({f"10.0.{n % 97}.{n}": n for n in range(6_000)}.items())
