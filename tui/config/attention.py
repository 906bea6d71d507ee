"""Reads the table about attention: whom to call, when, and how."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import time

from tui.config.table import Table
from tui.config.text import seconds
from tui.model.attention import Quiet, Wishes

_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


def attention(table: Table, names: Collection[str]) -> Wishes:
    """What the operator wants to be called for.

    names   of the clusters
    """
    plain = Wishes()
    clusters = table.each("clusters", str)
    for index, name in enumerate(clusters or ()):
        if name not in names:
            known = ", ".join(names)
            table.problems.note(
                (*table.path, "clusters", index), f"is no cluster; there are {known}"
            )
    severities = table.each("severities", str)
    most = table.parsed("on_real_timeout", seconds)
    every = table.parsed("on_real_every", seconds)
    if most == 0:
        table.wrong("on_real_timeout", "must be more than nothing")
    command = table.each("on_real", str)
    if command == ():
        table.wrong("on_real", 'must be a command: ["notify-send", "taloscope"]')
    found = Wishes(
        clusters=None if clusters is None else frozenset(clusters),
        severities=None if severities is None else frozenset(severities),
        quiet=table.parsed("quiet", quiet),
        bell=table.flag("bell", default=True),
        desktop=table.flag("desktop", default=True),
        on_real=command or (),
        on_real_seconds=most or plain.on_real_seconds,
        on_real_every_seconds=plain.on_real_every_seconds if every is None else every,
    )
    table.finish()
    return found


def quiet(text: str) -> Quiet:
    """Hours such as `22:00-07:00`.

    raise   ValueError with a sentence
    """
    found = _HOURS.fullmatch(text)
    numbers = [int(each) for each in found.groups()] if found else []
    if not numbers or max(numbers[::2]) > 23 or max(numbers[1::2]) > 59:
        raise ValueError('must be hours of the day: "22:00-07:00"')
    hour, minute, to_hour, to_minute = numbers
    hours = Quiet(time(hour, minute), time(to_hour, to_minute))
    if hours.begin == hours.end:
        raise ValueError("begins when it ends: leave it out, or name other hours")
    return hours
