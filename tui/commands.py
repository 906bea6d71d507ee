"""The palette: everything that can be done, found by name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider


class Actions(Provider):
    """Finds the keys that work here, and the screens."""

    async def discover(self) -> Hits:
        """List everything before anything is typed."""
        for text, action, key in self._actions():
            yield DiscoveryHit(text, partial(self._run, action), help=f"key {key}")

    async def search(self, query: str) -> Hits:
        """List what the query matches."""
        matcher = self.matcher(query)
        for text, action, key in self._actions():
            score = matcher.match(text)
            if score > 0:
                shown = matcher.highlight(text)
                run = partial(self._run, action)
                yield Hit(score, shown, run, help=f"key {key}")

    def _actions(self) -> Iterable[tuple[str, str, str]]:
        """(what it does, action, key) of each binding, those of the app first."""
        seen = set()
        for active in reversed(self.screen.active_bindings.values()):
            binding = active.binding
            if binding.description and binding.action not in seen:
                seen.add(binding.action)
                text = binding.tooltip or binding.description
                yield text, binding.action, self.app.get_key_display(binding)

    async def _run(self, action: str) -> None:
        """Run an action as if its key had been pressed."""
        for active in self.screen.active_bindings.values():
            if active.binding.action == action:
                await self.app.run_action(action, active.node)
                return
