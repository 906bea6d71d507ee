"""Lists the contexts of a kubeconfig, in the process that reads kubeconfigs."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tui.model.contexts import KubeContext
from tui.model.fault import FaultKind
from tui.sources.http_fault import source_error
from tui.sources.kubernetes_access import ALL_CONTEXTS, output_of


class ContextWire(msgspec.Struct):
    """What `tui.sources.kubeconfig --list` writes of each."""

    name: str
    cluster: str
    server: str
    way: str


_LIST = msgspec.json.Decoder(list[ContextWire])


async def kube_contexts(kubeconfig: Path | None) -> tuple[KubeContext, ...]:
    """All contexts, the current one first; merged as kubectl merges KUBECONFIG.

    raise   SourceError(CONFIG)
    """
    output, _ = await output_of(ALL_CONTEXTS, kubeconfig)
    try:
        found = _LIST.decode(output)
    except msgspec.MsgspecError as error:
        summary = "the kubeconfig has something else where names should be"
        raise source_error(FaultKind.CONFIG, summary, str(error)) from error
    return tuple(
        KubeContext(each.name, each.cluster, each.server, each.way) for each in found
    )
