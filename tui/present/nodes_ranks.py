"""What the node table sorts by where that is not what a cell says.

Numbers are sorted from high to low, words from a to z; None comes last.
"""

from __future__ import annotations

from tui.present import nodes
from tui.present.machine_versions import parse
from tui.present.nodes_place import Place


def boot(place: Place) -> float | None:
    """Whoever runs longest has the greatest; it does not change while one runs."""
    booted = nodes.booted_at(place.node)
    return -booted.timestamp() if booted else None


def address(place: Place) -> str:
    """By each number of the address."""
    parts = place.node.address.split(".")
    return ".".join(part.zfill(3) for part in parts)


def _oldest(tag: str) -> float | None:
    """The older the version, the greater."""
    version = parse(tag)
    if version is None:
        return None
    major, minor, patch = version
    return -float((major * 1000 + minor) * 1000 + patch)


def talos(place: Place) -> float | None:
    """The oldest Talos first."""
    node = place.node.talos.value
    return _oldest(node.version) if node else None


def kubelet(place: Place) -> float | None:
    """The oldest kubelet first."""
    kube = place.node.kube
    return _oldest(kube.kubelet_version) if kube else None


def services(place: Place) -> float | None:
    """Who has most services down first."""
    _, bad = nodes.service_counts(place.node)
    return float(len(bad)) if place.node.talos.value else None


def certificate(place: Place) -> float | None:
    """What ends first comes first."""
    ends = [each.expires_at.timestamp() for each in place.cluster.certificates]
    return -min(ends) if ends else None
