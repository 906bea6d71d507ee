"""Ships the story's lines to the lab's Loki, as Vector does for the real nodes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from tui.lab.estate import LabLine, LabNode
from tui.lab.faults import FaultSet
from tui.lab.http import nanoseconds, rfc3339
from tui.lab.loki_store import Store
from tui.lab.release import talos_release
from tui.lab.world import World

BACKLOG = timedelta(hours=2)
KEPT = timedelta(hours=1)
"""What a node still has to send when it is taken again; older lines are gone."""
KERNEL_AS_SERVICE = (1, 13)
"""Since then the kernel's log is shipped as a service's too."""
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
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
    uptime = max(line.at - booted_at, timedelta(0))
    record = {
        "clock": uptime // timedelta(microseconds=1),
        "facility": line.facility,
        "msg": f"{line.message}\n{fields}",
        "priority": line.priority,
        "seq": line.seq,
        "talos-level": _TALOS_LEVELS.get(line.priority, "info"),
        "talos-time": rfc3339(at),
    }
    text = _ENCODER.encode(record)
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
        self._waits: dict[str, timedelta] = {}
        """Since when nobody takes what a node would send, by its address."""

    def catch_up(self) -> None:
        """Ship what was written since the last time; after a jump back, begin there."""
        position, estate = self._world.clock.position(), self._world.estate()
        nodes = {node.address: node for each in estate.clusters for node in each.nodes}
        for address, node in nodes.items():
            if not _is_taken(node, self._world.faults):
                self._waits.setdefault(address, self._last)
            elif address in self._waits:
                since = max(self._waits.pop(address), position - KEPT)
                for line in self._world.lines(since, address):
                    if line.at <= self._last and line.seq < _OWN:
                        self._ship(line, node)
        for line in self._world.lines(self._last):
            if line.address not in self._waits:
                self._ship(line, nodes[line.address])
        self._last = position

    def _ship(self, line: LabLine, node: LabNode) -> None:
        """Send a line on its way, if its node sends it and it gets there."""
        if not _gets_there(line, node, self._world.faults):
            return
        at = self._world.when(line.at)
        for level, text in _forms(line, at, node):
            labels = {
                "cluster": line.cluster,
                "host": line.address,
                "job": "talos-kernel",
                "level": level,
                "talos_service": line.service,
            }
            self.store.add(labels, [(nanoseconds(at), text, ())])


_OWN = 3_000_000
"""Numbered lines begin there: they are a node's own, and nobody ships them."""


def _is_taken(node: LabNode, faults: FaultSet) -> bool:
    """Whether the Service is there, and the pod behind it on that node is ready."""
    is_down = faults.has("vector-down", node.name)
    return not (is_down or faults.has("node-port-gone", node.cluster))


def _gets_there(line: LabLine, node: LabNode, faults: FaultSet) -> bool:
    is_kernel = line.service == "kernel"
    if not (node.ships_kernel if is_kernel else node.ships_services):
        return False
    if faults.has("node-silent", node.name):
        return False
    for argument in faults.arguments("lines-lost"):
        name, _, every = argument.rpartition(":")
        if name == node.name and is_kernel and line.seq % int(every) == 0:
            return False
    return True


def _forms(line: LabLine, at: datetime, node: LabNode) -> Iterator[tuple[str, str]]:
    """Level and text of each entry that a line becomes."""
    yield line.priority, body(line, at, node.booted_at)
    if line.service == "kernel" and talos_release(node) >= KERNEL_AS_SERVICE:
        head = f"{line.facility}: {line.priority:>7}: [{rfc3339(at)}]"
        yield "info", f"{head}: {line.message}"
