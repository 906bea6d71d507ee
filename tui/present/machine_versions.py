"""Versions that should be one: who is behind, and by how much."""

from __future__ import annotations

import re

from msgspec import Struct

from tui.model.fleet import Cluster
from tui.present.glyphs import Marks
from widgets.values import Cell, Tone

_NUMBERS = re.compile(r"v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?!\d)")

Version = tuple[int, int, int]


def parse(tag: str) -> Version | None:
    """The numbers of `v1.11.3`; what follows them is left out."""
    found = _NUMBERS.match(tag)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


class Wanted(Struct, frozen=True, gc=False):
    """The versions that a cluster's nodes are measured by; None is not known."""

    talos: Version | None
    """The newest among its nodes."""
    kubernetes: Version | None
    """The newest kubelet of a control plane: its API server is of that version."""


def wanted_of(cluster: Cluster) -> Wanted:
    """What the nodes of one cluster should be."""
    talos = [parse(n.talos.value.version) for n in cluster.nodes if n.talos.value]
    kube = [
        parse(node.kube.kubelet_version)
        for node in cluster.nodes
        if node.kube and node.kube.is_control_plane
    ]
    return Wanted(
        max((each for each in talos if each), default=None),
        max((each for each in kube if each), default=None),
    )


def version_cell(tag: str, wanted: Version | None, marks: Marks) -> Cell:
    """A version; one that differs is marked, loudly when by more than one minor.

    A kubelet that is newer than its API server is as bad as one too old.
    """
    text, own = tag.removeprefix("v"), parse(tag)
    if own is None or wanted is None or own == wanted:
        return Cell(text)
    is_far = own[0] != wanted[0] or wanted[1] - own[1] > 1 or own[1] > wanted[1]
    if is_far:
        return Cell(f"{marks.real}{text}", Tone.CRITICAL)
    return Cell(f"{marks.degraded}{text}", Tone.WARNING)
