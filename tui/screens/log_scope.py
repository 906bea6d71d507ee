"""What of the kernel logs is shown, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from tui.backend import Archive
from tui.clock import Clock
from tui.model.log import Entry
from widgets.values import LogLine


class LogAccess(Struct, frozen=True):
    """Where the logs come from, and how many entries a log keeps."""

    read: Callable[[str], Iterable[Entry | LogLine]]
    """The entries of a cluster that are kept when it is asked, oldest first."""
    under_way: Callable[[str], int]
    """How many messages about a cluster's log are still to come that tell of entries
    and gaps which are among these."""
    archive: Archive
    """What Loki has of older ones."""
    clock: Clock
    kept: int


class Scope(Struct, frozen=True):
    """What of the logs is wanted."""

    names: tuple[str, ...]
    """The clusters."""
    what: str
    """These in words, for the title."""
    node: str = ""
    kind: str = ""
    """Only this class of the kernel catalogue."""

    @property
    def only(self) -> str:
        """What of the clusters, with a space before it; empty for everything."""
        parts = [each for each in (self.kind, self.node) if each]
        return f" of {' of '.join(parts)}" if parts else ""
