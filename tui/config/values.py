"""What the config says, as frozen values: validated once, when they are made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from tui.model.attention import Wishes
from tui.model.bounds import Bounds
from tui.model.labels import NO_LABELS, Labels

if TYPE_CHECKING:
    from tui.model.declared import DeclaredRule
    from tui.model.silence import Matcher
    from tui.model.target import InventoryTarget


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that is never shown: `repr` and `str` give stars.

    No struct: rich and msgspec would write its field out.
    """

    value: str

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__


class Through(Struct, frozen=True):
    """A Service of a cluster that leads to a server, by a port-forward."""

    context: str
    """kubeconfig context."""
    namespace: str
    service: str
    port: str
    """A number, or its name."""
    url: str
    """Base URL inside the cluster: what the server itself is asked for."""
    kubeconfig: Path | None = None

    @property
    def path(self) -> str:
        """namespace/service."""
        return f"{self.namespace}/{self.service}"


class Endpoint(Struct, frozen=True):
    """Where one HTTP server is and how to get in. Shared by several clusters or not."""

    urls: tuple[str, ...]
    """One, or several peers of one Alertmanager. Base URLs; a path is kept.

    Of a Service kube://CONTEXT/NAMESPACE/NAME:PORT, which only names it."""
    cluster: str = ""
    """The cluster it lives in: what carries no cluster label belongs there."""
    username: str = ""
    password: Secret | None = None
    password_command: tuple[str, ...] = ()
    """Prints the password; it is run when it is first needed, and after a refusal."""
    bearer_token_file: Path | None = None
    bearer_token: Secret | None = None
    bearer_token_command: tuple[str, ...] = ()
    ca_file: Path | None = None
    cert_file: Path | None = None
    """A client certificate, PEM; its key may be in the same file."""
    key_file: Path | None = None
    insecure: bool = False
    """Certificates are not verified; shown wherever the endpoint is shown."""
    tenant: str = ""
    """Loki's X-Scope-OrgID."""
    selector: str = '{job="talos-kernel"}'
    """Loki only: the stream selector of the kernel logs."""
    through: Through | None = None
    """The port-forward that leads there; None when it is reached as it is."""


class Permission(Enum):
    """What taloscope may change in a cluster; without a word, nothing."""

    SERVICE_ACTIONS = "service-actions"
    """Start, stop and restart Talos services."""
    SERVICEMONITOR_ACTIONS = "servicemonitor-actions"
    """Delete ServiceMonitors, and put back what was deleted here."""


class ClusterConfig(Struct, frozen=True):
    """One cluster, in the order of the file."""

    name: str
    labels: Labels
    """What marks a target, alert or entry of a shared endpoint as this cluster's.

    Default: `cluster` = its name."""
    context: str = ""
    """kubeconfig context; empty when Kubernetes is not read."""
    talos_context: str = ""
    """talosconfig context; empty when Talos is not read."""
    talos_nodes: tuple[str, ...] = ()
    """Addresses to ask about; empty for those of the talosconfig."""
    prometheus: Endpoint | None = None
    alertmanager: Endpoint | None = None
    loki: Endpoint | None = None
    """Its own endpoint, else the shared one: equal values are one connection."""
    inventory: tuple[InventoryTarget, ...] = ()
    """Ranges are written out."""
    allow: frozenset[Permission] = frozenset()


class SilenceTemplate(Struct, frozen=True):
    """A silence that is made often; its fields may be changed before it is."""

    name: str
    matchers: tuple[Matcher, ...]
    duration: str
    """As the form takes it: `4h`, `monday 08:00`, `for good`."""
    comment: str = ""


class Silences(Struct, frozen=True):
    """What the operator says about silences."""

    author: str = ""
    """Who writes them; empty for the name of the login."""
    templates: tuple[SilenceTemplate, ...] = ()


class Config(Struct, frozen=True):
    """The whole config."""

    path: Path
    clusters: tuple[ClusterConfig, ...]
    kubeconfig: Path | None = None
    """None for kubectl's own search order."""
    talosconfig: Path | None = None
    """None for talosctl's own search order."""
    refresh_seconds: float = 10.0
    """How often each feed is read."""
    timeout_seconds: float = 5.0
    """Deadline of one call; shorter than the refresh."""
    log_entries: int = 100_000
    """How many entries each log keeps."""

    @property
    def marks(self) -> tuple[tuple[str, Labels], ...]:
        """Name and labels of each cluster."""
        return tuple((each.name, each.labels) for each in self.clusters)

    def marks_of(self, name: str) -> Labels:
        """Labels that tell a cluster's targets apart; none on a server of its own."""
        cluster = next((each for each in self.clusters if each.name == name), None)
        if cluster is None or cluster.prometheus is None:
            return NO_LABELS
        server = cluster.prometheus
        users = [each for each in self.clusters if each.prometheus == server]
        return cluster.labels if len(users) > 1 else NO_LABELS

    silences: Silences = Silences()
    attention: Wishes = Wishes()
    record: Bounds = Bounds()
    rules: tuple[DeclaredRule, ...] = ()
    """The operator's own, in the order of the file."""


class ConfigError(Exception):
    """The config cannot be used; the text names file, line, key and what to do."""

    def __init__(self, words: str) -> None:
        """Make the error; a config came from somewhere, and is quoted harmless."""
        odd = {ord(c): " " for c in set(words) if not (c.isprintable() or c == "\n")}
        super().__init__(words.translate(odd))
