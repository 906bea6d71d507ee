"""Leases: by them leaders, and the kubelets of all nodes, show that they live."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TypeVar

import msgspec

from tui.model.kube import Lease
from tui.model.question import LeaseOf, LeasesIn
from tui.sources.kubernetes_storage import Listing
from tui.sources.kubernetes_wire import ListWire, MetaWire, Wire
from tui.sources.wire import utc

T = TypeVar("T")


class _SpecWire(Wire):
    """The holder is null when it was given up."""

    holder_identity: str | None = None
    renew_time: datetime | None = None
    lease_duration_seconds: int | None = None


class _LeaseWire(Wire):
    metadata: MetaWire
    spec: _SpecWire = msgspec.field(default_factory=_SpecWire)


LEASE = msgspec.json.Decoder(_LeaseWire)
LEASES = msgspec.json.Decoder(ListWire[_LeaseWire])


class Single(Protocol):
    """Reads one object; raises SourceError."""

    async def __call__(
        self, path: str, name: str, decoder: msgspec.json.Decoder[T]
    ) -> T | None:
        """The one of that name; None where there is none."""


async def ask(
    single: Single, listing: Listing, question: LeaseOf | LeasesIn
) -> tuple[Lease, ...]:
    """The one lease, or all of a namespace.

    wire    GET /apis/coordination.k8s.io/v1/namespaces/NS/leases[/NAME]
    raise   SourceError
    """
    path = f"/apis/coordination.k8s.io/v1/namespaces/{question.namespace}/leases"
    match question:
        case LeaseOf(_, name):
            found = await single(f"{path}/{name}", name, LEASE)
            return (_lease(found),) if found else ()
        case LeasesIn():
            return tuple(map(_lease, await listing(path, {}, LEASES)))


def _lease(wire: _LeaseWire) -> Lease:
    return Lease(
        namespace=wire.metadata.namespace,
        name=wire.metadata.name,
        holder=wire.spec.holder_identity or "",
        renewed_at=utc(wire.spec.renew_time),
        duration_seconds=wire.spec.lease_duration_seconds or 0,
    )
