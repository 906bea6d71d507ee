"""Text from outside as Markdown: whatever it is, it stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from tui.model.secrecy import without_secrets
from tui.present.units import plain

LONGEST = 300
"""Letters of a text in a table or a list."""
_SPECIAL = re.compile(r"[\\`*\[\]|~]")
# Inside of words neither means anything.
_EDGE = re.compile(r"(?<!\w)_|_(?!\w)")
_MENTION = re.compile(r"(?<!\w)@")


def text(said: str) -> str:
    """A text from outside: on one line, without secrets, and no markup in it."""
    flat = " ".join(plain(said).split())
    shown = without_secrets(flat)
    if len(shown) > LONGEST:
        shown = f"{shown[: LONGEST - 1]}…"
    shown = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    shown = _SPECIAL.sub(r"\\\g<0>", shown)
    return _MENTION.sub("&#64;", _EDGE.sub(r"\\_", shown))


def code(said: str) -> str:
    """The same as code, but for the cells of tables."""
    shown = without_secrets(" ".join(plain(said).split()))[:LONGEST]
    fence = "`" * (longest_run(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}" if shown else ""


def cell(said: str) -> str:
    """Code in the cell of a table, which a bar would end."""
    return code(said).replace("|", "\\|")


def longest_run(shown: str) -> int:
    """How many backticks stand side by side in it."""
    return max((len(run) for run in re.findall("`+", shown)), default=0)


def bare(said: str) -> str:
    """A text for a block of code, where nothing is markup but its own fence."""
    return without_secrets(" ".join(plain(said).split()))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table of cells that are Markdown already."""
    yield f"| {' | '.join(heads)} |"
    yield f"| {' | '.join('---' for _ in heads)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
