"""Texts that mean harm, and values in whose every text they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import asdict, replace

T = TypeVar("T")
Spoil = Callable[[str], str]

PARTS = (
    *(
        "\x1b[31m",
        "\x1b[2J\x1b[H",
        "\x1b[?1049l",
        "\x1b]0;owned\x07",
        "\x1b]8;;x\x1b\\",
    ),
    *("\x1b]52;c;cm0gLXJm\x07", "\x1bP1;1|", "\x1b", "\x9b31m", "\x9d0;t\x9c", "\x90q"),
    *("\x07", "\x08\x08", "\r", "\n", "\t", "\v\f", "\x00", "\x7f", "\x85", "\x1c\x1e"),
    *("[bold]", "[/nope]", "[red", "[@click=app.quit]x[/]", "[link=file:///x]", "\\["),
    *("\u202e", "\u202d\u2066", "\u2069", "\u061c", "\u200e", "\u2028", "\u2029"),
    *("\u200b", "\u200d", "\ufeff", "\u2060", "\xad", "\U000e0041", "\u180e", "\ufe0f"),
    *("漢字", "ｗｉｄｅ", "\u1100\u1161\u11a8", "\U0001f468\u200d\U0001f469", "🏴"),
    *("e\u0301", "\u0301" * 60, "\u0e33", "\u20dd", "ﷺ", "\U0001f1f3\U0001f1ff"),
    *("\ud800", "\udfff", "\ufffe", "\uffff", "\U0010ffff", "\ue000"),
    *("$(reboot)", "`id`", "'\"", "{}{{", "%s%n", "../../etc", "<script>", "&#27;"),
)
"""Each alone does something to some terminal, toolkit, shell or measure."""


def texts() -> st.SearchStrategy[str]:
    """A few parts that mean harm, between any characters."""
    return st.lists(st.sampled_from(PARTS) | st.text(max_size=6), max_size=5).map(
        "".join
    )


def spoiled(value: T, spoil: Spoil) -> T:
    """The value with each of its texts spoiled; equal texts stay equal."""
    found: Any = _spoiled(value, spoil)
    return found  # type: ignore[no-any-return]


def _spoiled(value: Any, spoil: Spoil) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return spoil(value) if value else value
    if isinstance(value, Struct):
        parts = asdict(value).items()
        return replace(value, **{name: _spoiled(part, spoil) for name, part in parts})
    if isinstance(value, Mapping):
        return {_spoiled(k, spoil): _spoiled(v, spoil) for k, v in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return type(value)([_spoiled(each, spoil) for each in value])
    return value
