"""`taloscope lab`: the demonstration estate alone, for other tools to be pointed at."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from tui.cli.arguments import Parser


def options_parser(verb: str = "lab") -> argparse.ArgumentParser:
    """What the lab takes, and so the demo."""
    # Nothing else of the product may load it: it is a guest here.
    from tui.lab.__main__ import options_parser as of_the_lab  # noqa: PLC0415

    parser = of_the_lab(f"taloscope {verb}", Parser)
    if verb == "demo":
        parser.description = "Open the dashboard on a lab of your own, and end both."
    return parser


def run(arguments: Sequence[str]) -> int:
    """Serve until stopped; the lab reads its own options."""
    asked = options_parser().parse_args(arguments)
    from tui.lab.__main__ import serve  # noqa: PLC0415 - as above

    return serve(asked)
