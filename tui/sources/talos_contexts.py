"""Lists the contexts of a talosconfig."""

from __future__ import annotations

from pathlib import Path

from talosapi.config import find_config, load_config
from talosapi.errors import TalosConfigError
from tui.model.contexts import TalosContext
from tui.sources.base import SourceError
from tui.sources.talos_values import config_fault


def talos_contexts(talosconfig: Path | None) -> tuple[TalosContext, ...]:
    """All contexts that can be used. Blocking: reads a file.

    raise   SourceError(CONFIG) when there is no talosconfig, or it is none
    """
    try:
        config = load_config(talosconfig) if talosconfig else find_config()
    except TalosConfigError as error:
        raise SourceError(config_fault(error)) from error
    found = []
    for name in config.contexts:
        try:
            context = config.context(name)
        except TalosConfigError:
            continue  # one that cannot be used is no reason to leave out the others
        hosts = (*(each.host for each in context.endpoints), *context.nodes)
        found.append(TalosContext(name, tuple(dict.fromkeys(hosts))))
    return tuple(found)
