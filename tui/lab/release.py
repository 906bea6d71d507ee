"""Which Talos a node runs, and what that means for its calls."""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from tui.lab.estate import LabNode

# source: services that came with a release; talos-linux release notes
_SERVICE_SINCE = {"syslogd": (1, 7), "auditd": (1, 9)}


def talos_release(node: LabNode) -> tuple[int, int]:
    """Major and minor of the node's Talos."""
    major, minor = re.findall(r"\d+", node.talos_version)[:2]
    return int(major), int(minor)


class Release(Struct, frozen=True):
    """A Talos, and the kernel and Kubernetes that came with it."""

    talos: str
    kubernetes: str
    kernel: str

    def on(self, node: LabNode) -> LabNode:
        """A node that runs this, without the services that it does not know."""
        node = replace(
            node,
            talos_version=self.talos,
            kubernetes_version=self.kubernetes,
            kernel=self.kernel,
        )
        release = talos_release(node)
        services = tuple(
            one
            for one in node.services
            if _SERVICE_SINCE.get(one.id, (0, 0)) <= release
        )
        return replace(node, services=services)


OLD = Release("v1.6.7", "v1.29.3", "6.1.82-talos")
SKEWED = Release("v1.10.6", "v1.32.9", "6.12.40-talos")
NEW = Release("v1.14.0", "v1.35.0", "6.18.45-talos")
RELEASES = {
    "1.6": OLD,
    "1.7": Release("v1.7.6", "v1.30.3", "6.6.43-talos"),
    "1.8": Release("v1.8.3", "v1.31.2", "6.6.60-talos"),
    "1.9": Release("v1.9.5", "v1.32.3", "6.12.18-talos"),
    "1.10": SKEWED,
    "1.12": Release("v1.12.1", "v1.34.3", "6.18.2-talos"),
    "1.13": Release("v1.13.0", "v1.35.0", "6.18.20-talos"),
    "1.14": NEW,
}
"""What a whole estate may run instead of its own Talos, by minor release."""
