"""Lists the contexts of a talosconfig."""

from __future__ import annotations

from pathlib import Path

from talosapi.config import find_config, load_config
from talosapi.errors import TalosConfigError
from tui.model.contexts import TalosContext
from tui.sources.base import SourceError
from tui.sources.talos_values import config_fault


def talos_contexts(talosconfig: Path | None) -> tuple[TalosContext, ...]:
    """All contexts, with what is wrong with each. Blocking: reads a file.

    raise   SourceError(CONFIG) when there is no talosconfig, or it is none
    """
    try:
        config = load_config(talosconfig) if talosconfig else find_config()
    except TalosConfigError as error:
        raise SourceError(config_fault(error)) from error
    found = []
    for name in config.contexts:
        fault = None
        try:
            config.context(name)
        except TalosConfigError as error:
            fault = config_fault(error)
        found.append(TalosContext(name, config.hosts(name), fault))
    return tuple(found)
