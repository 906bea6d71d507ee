"""`taloscope lab`: the demonstration estate alone, for other tools to be pointed at."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def options_parser() -> argparse.ArgumentParser:
    """What the lab takes, and so the demo."""
    from tui.lab.__main__ import options_parser as of_the_lab  # noqa: PLC0415

    return of_the_lab()


def run(arguments: Sequence[str]) -> int:
    """Serve until stopped; the lab reads its own options."""
    # Nothing else of the product may load it: it is a guest here.
    from tui.lab.__main__ import main  # noqa: PLC0415

    return main(arguments)
