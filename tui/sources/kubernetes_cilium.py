"""What Cilium keeps in Kubernetes beside its ConfigMap."""

from __future__ import annotations

import msgspec

from tui.model.fault import FaultKind
from tui.model.kube import NodeSettings
from tui.sources.base import SourceError
from tui.sources.kubernetes_managed_wire import ManagedMetaWire, spec_changed
from tui.sources.kubernetes_storage import Listing
from tui.sources.kubernetes_wire import ListWire, Wire

_VERSIONS = ("v2", "v2alpha1")
_UNKNOWN = "404 page not found"
"""How an API server says that it has no such resource; what stands before one says it
in words of its own."""


class _SpecWire(Wire):
    defaults: dict[str, str] | None = None


class _ConfigWire(Wire):
    metadata: ManagedMetaWire
    spec: _SpecWire = msgspec.field(default_factory=_SpecWire)


CONFIGS = msgspec.json.Decoder(ListWire[_ConfigWire])


async def node_configs(listing: Listing, namespace: str) -> tuple[NodeSettings, ...]:
    """Settings for some nodes; none where the cluster knows no such thing.

    wire    GET /apis/cilium.io/{v2,v2alpha1}/namespaces/NS/ciliumnodeconfigs
    raise   SourceError
    """
    for version in _VERSIONS:
        path = f"/apis/cilium.io/{version}/namespaces/{namespace}/ciliumnodeconfigs"
        try:
            return tuple(map(_settings, await listing(path, {}, CONFIGS)))
        except SourceError as error:
            fault = error.fault
            if fault.kind is not FaultKind.NOT_FOUND or _UNKNOWN not in fault.detail:
                raise
    return ()


def _settings(wire: _ConfigWire) -> NodeSettings:
    return NodeSettings(
        f"CiliumNodeConfig {wire.metadata.name}",
        wire.spec.defaults or {},
        spec_changed(wire.metadata),
    )
