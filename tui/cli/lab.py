"""`taloscope lab`: the demonstration estate alone, for other tools to be pointed at."""

from __future__ import annotations

from collections.abc import Sequence


def run(arguments: Sequence[str]) -> int:
    """Serve until stopped; the lab reads its own options."""
    # Nothing else of the product may load it: it is a guest here.
    from tui.lab.__main__ import main  # noqa: PLC0415

    return main(arguments)
