"""COSI resources: what a node's controllers know, as typed values.

A `Kind` says where resources of one type are and how their spec is read; `kinds` has
those that this package knows, and others can be made in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Kind(Struct, Generic[T_co], frozen=True):
    """One type of resource.

    type       in the long form that is on the wire, such as "Members.cluster.talos.dev"
    namespace  where such resources are
    read       a spec, as YAML text, into a value; it takes whatever a node may send
    """

    type: str
    namespace: str
    read: Callable[[str], T_co]

    @property
    def name(self) -> str:
        """The short name, such as "Members"."""
        return self.type.partition(".")[0]


class Resource(Struct, Generic[T_co], frozen=True):
    """One resource.

    version           a decimal number as text, or "undefined"
    created, updated  None when the node does not say
    labels            Talos' own, such as a member's machine type
    """

    id: str
    version: str
    is_tearing_down: bool
    created: datetime | None
    updated: datetime | None
    labels: Mapping[str, str]
    spec: T_co
