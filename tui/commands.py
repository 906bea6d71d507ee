"""Everything that keys do where one is, to be found by name."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from textual.app import App
from textual.binding import ActiveBinding

_HERE = "find"
"""The action that shows all others."""
_ORDER = {"go": 0, "record": 2, "app": 3}
"""By the first part of a binding's id; in between, what a screen has of its own."""
_PLAIN = {"table", "page", "screen"}
"""Keys to move about: nobody looks those up to press them once."""


class Action(Struct, frozen=True):
    """What a key does."""

    words: str
    key: str
    active: ActiveBinding

    async def run(self, app: App[None]) -> None:
        """Do it as if the key had been pressed."""
        await app.run_action(self.active.binding.action, self.active.node)


def actions(app: App[None], clusters: Sequence[str]) -> tuple[Action, ...]:
    """What can be done on the screen in front: other screens first.

    clusters    their names, in the order of the keys that choose one
    """
    found: dict[str, Action] = {}
    for active in app.screen.active_bindings.values():
        binding = active.binding
        words = binding.tooltip or binding.description
        kind = (binding.id or "").partition(".")[0]
        is_use = kind not in _PLAIN and binding.action != _HERE and not binding.system
        if not words or not active.enabled or not is_use:
            continue
        if binding.action.startswith("cluster("):
            number = int(binding.action.removeprefix("cluster(").rstrip(")"))
            words = f"Cluster {clusters[number - 1]}"
        key = app.get_key_display(binding)
        found.setdefault(binding.action, Action(words, key, active))
    return tuple(sorted(found.values(), key=_place))


def _place(action: Action) -> int:
    first = (action.active.binding.id or "").partition(".")[0]
    return _ORDER.get(first, 1)
