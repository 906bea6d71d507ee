"""Where a node sends its logs, as its resources tell.

Of the machine config, which holds secrets, nothing else leaves this module.
source  pkg/machinery/config/types of siderolabs/talos
"""

from __future__ import annotations

from talosapi.resource import Kind
from talosapi.spec import Spec, documents, parse


def _destinations(text: str) -> tuple[str, ...]:
    """URLs of machine.logging.

    One YAML string since Talos 1.12, the documents in its place before that.
    """
    inner = parse(text)
    found: list[str] = []
    for document in documents(inner) if isinstance(inner, str) else (inner,):
        logging = Spec(document).spec("machine").spec("logging")
        found += [one.text("endpoint") for one in logging.specs("destinations")]
    return tuple(filter(None, found))


def _kernel_destinations(text: str) -> tuple[str, ...]:
    """URLs that Go spells out as the fields of a struct; newer ones may be text."""
    spec = Spec.of(text)
    spelled = tuple(
        f"{one.text('scheme')}://{one.text('host')}{one.text('path')}"
        for one in spec.specs("destinations")
        if one.text("host")
    )
    return (*spelled, *spec.texts("destinations"))


SERVICE_LOGS = Kind("MachineConfigs.config.talos.dev", "config", _destinations)
KERNEL_LOGS = Kind("KmsgLogConfigs.runtime.talos.dev", "runtime", _kernel_destinations)
