"""One connection, examined step by step: what was tried, and what came of it."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from tui.model.fleet import SourceKind


class StepState(Enum):
    """What one step came to."""

    WELL = "well"
    NOTED = "noted"
    """Nothing is broken by it, but one should know."""
    ILL = "ill"
    LEFT_OUT = "not-tried"
    """Something before it failed."""


class Doing(Enum):
    """What is tried, in the order in which a connection is made."""

    KUBECONFIG = "kubeconfig"
    TALOSCONFIG = "talosconfig"
    PROXY = "proxy"
    FORWARD = "port-forward"
    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    CERTIFICATE = "certificate"
    """How long one is good: the server's, or the one that lets us in."""
    UNVERIFIED = "insecure"
    TOKEN = "token"  # noqa: S105 - a word
    AUTH = "auth"
    VERSION = "version"
    CLOCK = "clock"
    ROLE = "role"
    RIGHT = "right"
    """Whether one kind of thing may be read."""
    READ = "read"
    """Reading what the product reads, to see it come."""
    NODE = "node"
    CRASH = "crash report"
    BUG = "examination"


class Step(Struct, frozen=True, gc=False):
    """One thing that was tried."""

    what: Doing
    state: StepState
    told: str = ""
    """What was found; of one that is ill, why."""
    advice: str = ""
    """What to do about it."""
    subject: str = ""
    """Whom it is about, where a connection is made of several servers."""
    name: str = ""
    """Of what there are many: the right, what is read, the node."""
    seconds: float | None = None
    """How long it took; None where that says nothing."""

    @property
    def is_ill(self) -> bool:
        """Whether something has to be done."""
        return self.state is StepState.ILL

    @property
    def title(self) -> str:
        """What was tried, in words."""
        return f"{self.what.value} {self.name}".rstrip()


class Connection(Struct, frozen=True, gc=False):
    """What can be examined: a server, or all machines of one talosconfig context."""

    kind: SourceKind
    endpoint: str
    """As feeds name it: a URL without secrets, or a context."""
    clusters: tuple[str, ...]
