"""Ships the story's lines to the lab's Loki, as Vector does for the real nodes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from tui.lab.estate import LabLine
from tui.lab.http import nanoseconds, rfc3339
from tui.lab.loki_store import Store
from tui.lab.world import World

BACKLOG = timedelta(hours=2)
_TALOS_LEVELS = {
    "emerg": "error",
    "alert": "error",
    "crit": "error",
    "err": "error",
    "warning": "warn",
    "notice": "info",
    "debug": "debug",
}


def body(line: LabLine, at: datetime, booted_at: timedelta) -> str:
    """The text of an entry.

    Kernel lines come from the kernel's sender, a JSON object with sorted keys;
    of a service's lines Vector keeps the message alone.
    """
    if line.service != "kernel":
        return line.message
    fields = "".join(f" {key}={value}\n" for key, value in line.fields)
    uptime = line.at - booted_at
    record = {
        "clock": uptime // timedelta(microseconds=1),
        "facility": line.facility,
        "msg": f"{line.message}\n{fields}",
        "priority": line.priority,
        "seq": line.seq,
        "talos-level": _TALOS_LEVELS.get(line.priority, "info"),
        "talos-time": rfc3339(at),
    }
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
    # Go's encoder writes these three as escapes, and rules on raw lines feel it.
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


class Feed:
    """Brings a store up to where the story stands."""

    def __init__(self, world: World, store: Store) -> None:
        self._world = world
        self.store = store
        self._last = world.clock.position() - BACKLOG

    def catch_up(self) -> None:
        """Ship what was written since the last time; after a jump back, begin there."""
        position = self._world.clock.position()
        booted_at = {
            node.address: node.booted_at for node in self._world.story.plan.nodes
        }
        for line in self._world.lines(self._last):
            at = self._world.when(line.at)
            labels = {
                "cluster": line.cluster,
                "host": line.address,
                "job": "talos-kernel",
                "level": line.priority,
                "talos_service": line.service,
            }
            self.store.add(
                labels, [(nanoseconds(at), body(line, at, booted_at[line.address]), ())]
            )
        self._last = position
