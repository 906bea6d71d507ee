"""How one gets anywhere by name, and finds out which keys there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.app.noting import Noting
from tui.model.fleet import Cluster
from tui.screens.fleet import FleetScreen

if TYPE_CHECKING:
    from tui.present.named import Named
    from tui.screens.find import Goal


class Seeking(Noting):
    """Finds keys and things, and opens what was found."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "question_mark,f1",
            "help",
            "Keys",
            show=False,
            id="app.help",
            tooltip="Help: all keys of the pane in focus",
        ),
        Binding(
            "colon,ctrl+p",
            "find",
            "Find",
            show=False,
            id="app.find",
            tooltip="Find a screen, key, alert, cluster, node or target",
        ),
    ]
    ENABLE_COMMAND_PALETTE = False

    def action_help(self) -> None:
        """Show the keys that work here."""
        from tui.screens.help import HelpScreen, keys_of  # noqa: PLC0415 - see routes

        active = self.screen.active_bindings.values()
        keys = keys_of((each, self.get_key_display(each.binding)) for each in active)
        self.push_screen(HelpScreen(keys, self.marks))

    def action_find(self) -> None:
        """Ask for a name, and open what has it."""
        from tui.commands import actions  # noqa: PLC0415 - see routes
        from tui.present import named  # noqa: PLC0415 - see routes
        from tui.screens.find import FindScreen  # noqa: PLC0415 - see routes

        first = self.screen_stack[0]
        # On the fleet itself, keys go to the clusters.
        is_away = isinstance(first, FleetScreen) and self.screen is not first

        def look_up() -> named.Directory:
            return named.directory(self.fleet, self.marks, has_clusters=is_away)

        screen = FindScreen(actions(self, self.names), look_up, self.marks)
        self.push_screen(screen, self._go)

    async def _go(self, goal: Goal | None) -> None:
        if isinstance(goal, tuple) and isinstance(goal[1], Cluster):
            await self._go_to_cluster(goal[0])
        elif isinstance(goal, tuple):
            self._open(*goal)
        elif goal is not None:
            await goal.run(self)

    async def _go_to_cluster(self, name: str) -> None:
        """Close what is in front of the fleet, unless that asks first."""
        fleet = self.screen_stack[0]
        while self.screen is not fleet:
            depth = len(self.screen_stack)
            await self.action_back()
            if len(self.screen_stack) >= depth:
                return
        if isinstance(fleet, FleetScreen):
            fleet.action_cluster(self.names.index(name) + 1)

    def _open(self, cluster: str, thing: Named) -> None:
        """Open a thing of a cluster, as its row on the first screen would."""
        from tui.screens.places import opening  # noqa: PLC0415 - see routes

        if not isinstance(thing, Cluster):
            self.post_message(opening(cluster, thing))
