"""The one owner of what was read: `reduce` is the only writer, and it is pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias, assert_never

from msgspec import Struct, field
from msgspec.structs import replace

from tui.model.fleet import FeedKey
from tui.model.log import LogFinding
from tui.model.pipeline import Voice
from tui.model.reading import Reading
from tui.model.storage import Clues


class KernelLog(Struct, frozen=True):
    """What the kernel log of one cluster amounts to."""

    findings: tuple[LogFinding, ...] = ()
    last_entry_at: datetime | None = None
    last_by_node: Mapping[str, datetime] = field(default_factory=dict)
    """The same for each node, as entries name it; `""` for those that do not."""
    voices: Mapping[str, Voice] = field(default_factory=dict)
    """How often each node was heard, by the same names."""
    clues: Clues = Clues()


class State(Struct, frozen=True):
    """Everything read so far."""

    readings: Mapping[FeedKey, Reading[Any]] = field(default_factory=dict)
    kernel: Mapping[str, KernelLog] = field(default_factory=dict)
    """By name of the cluster."""


class Observed(Struct, frozen=True):
    """A feed made an attempt."""

    key: FeedKey
    reading: Reading[Any]


class Forgotten(Struct, frozen=True):
    """Nobody asks this any more: an old answer must not linger."""

    key: FeedKey


class KernelLogged(Struct, frozen=True):
    """The kernel log of a cluster moved on."""

    cluster: str
    log: KernelLog


Event: TypeAlias = Observed | Forgotten | KernelLogged


def reduce(state: State, event: Event) -> State:
    """The next state. What did not change keeps its identity."""
    match event:
        case Observed(key, reading):
            old = state.readings.get(key)
            if old is not None and old.value == reading.value:
                reading = replace(reading, value=old.value)
            return replace(state, readings={**state.readings, key: reading})
        case Forgotten(key):
            rest = {k: v for k, v in state.readings.items() if k != key}
            return replace(state, readings=rest)
        case KernelLogged(cluster, log):
            return replace(state, kernel={**state.kernel, cluster: log})
        case _:
            assert_never(event)
