"""One Alertmanager as a whole: its silences, its peers, and where they disagree."""

from __future__ import annotations

from dataclasses import dataclass

from tui.model.fault import Fault
from tui.model.silence import Silence


@dataclass(frozen=True, slots=True)
class Peer:
    """One of the servers that together are an Alertmanager."""

    url: str
    """Without secrets."""
    fault: Fault | None = None
    """Why it did not tell its silences; None when it did."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one peer answered when it was asked for its silences."""

    peer: Peer
    silences: tuple[Silence, ...] = ()
    """In the server's order; none when it did not answer: see the peer's fault."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A silence that some peers tell otherwise than others, for longer than a grace."""

    silence: Silence
    """As the peers have it that know it newest."""
    having: tuple[str, ...]
    """URLs of the peers that have it so."""
    lacking: tuple[str, ...]
    """URLs of the peers that do not have it, or an older one."""


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """One Alertmanager, which may serve several clusters."""

    endpoint: str
    clusters: tuple[str, ...]
    """Those that it serves, in the order of the config."""
    silences: tuple[Silence, ...] | None = None
    """Of all peers together, expired ones too; None until one has answered."""
    peers: tuple[Peer, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
