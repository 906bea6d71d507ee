"""What is no TOML, in the words of who wrote it: tomllib speaks of its own tuples."""

from __future__ import annotations

import re
from ast import literal_eval

from tui.config.locate import KeyPath, lines_of
from tui.config.table import dotted

_TWICE = re.compile(
    r"Cannot (?:declare|redefine namespace) (\(.*\))(?: twice)?(?:, column \d+)?"
)
_KEY_TWICE = re.compile(
    r"(?:Cannot overwrite a value|Duplicate inline table key .*)(?:, column \d+)?"
)
_AT_END = " (at end of document)"


def in_words(said: str, text: str, line: int) -> str:
    """What is wrong in that line.

    said    tomllib's words, without the place
    """
    if found := _TWICE.fullmatch(said.removesuffix(_AT_END)):
        path: KeyPath = literal_eval(found[1])
        lines = text.split("\n")[: line - 1]
        # What stands before it is TOML.
        first = lines_of("\n".join(lines)).get(path)
        where = f", in line {first}" if first else ""
        return f"{dotted(path)} is there already{where}: join the two, or rename one"
    if _KEY_TWICE.fullmatch(said.removesuffix(_AT_END)):
        return "a key of this name is there already"
    return f"not TOML: {said}"
