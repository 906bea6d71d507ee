"""One Alertmanager as a whole: its silences, its peers, and where they disagree."""

from __future__ import annotations

from msgspec import Struct

from tui.model.fault import Fault
from tui.model.silence import Silence


class Peer(Struct, frozen=True, gc=False):
    """One of the servers that together are an Alertmanager."""

    url: str
    """Without secrets."""
    fault: Fault | None = None
    """Why it did not tell its silences; None when it did."""


class Told(Struct, frozen=True, gc=False):
    """What one peer answered when it was asked for its silences."""

    peer: Peer
    silences: tuple[Silence, ...] = ()
    """In the server's order; none when it did not answer: see the peer's fault."""


class Disagreement(Struct, frozen=True, gc=False):
    """A silence that some peers tell otherwise than others, for longer than a grace."""

    silence: Silence
    """As the peers have it that know it newest."""
    having: tuple[str, ...]
    """URLs of the peers that have it so."""
    lacking: tuple[str, ...]
    """URLs of the peers that do not have it, or an older one."""


class Alertmanager(Struct, frozen=True, gc=False):
    """One Alertmanager, which may serve several clusters."""

    endpoint: str
    clusters: tuple[str, ...]
    """Those that it serves, in the order of the config."""
    silences: tuple[Silence, ...] | None = None
    """Of all peers together, expired ones too; None until one has answered."""
    peers: tuple[Peer, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
