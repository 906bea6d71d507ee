"""How one gets anywhere by name, and finds out which keys there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.app.noting import Noting
from tui.messages import OpenAlert, OpenFinding, OpenNode, OpenTarget
from tui.model.alert import JudgedAlert
from tui.model.finding import Finding
from tui.model.fleet import NodeView
from tui.model.target import TargetRow

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
            tooltip="Find a screen, key, alert, node or target by name",
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

        def look_up() -> named.Directory:
            return named.directory(self.fleet, self.marks)

        screen = FindScreen(actions(self, self.names), look_up, self.marks)
        self.push_screen(screen, self._go)

    async def _go(self, goal: Goal | None) -> None:
        if isinstance(goal, tuple):
            self._open(*goal)
        elif goal is not None:
            await goal.run(self)

    def _open(self, cluster: str, thing: Named) -> None:
        """Open a thing of a cluster, as its row on the first screen would."""
        match thing:
            case JudgedAlert():
                self.post_message(OpenAlert(thing))
            case Finding():
                self.post_message(OpenFinding(cluster, thing))
            case NodeView():
                self.post_message(OpenNode(cluster, thing.address or thing.name))
            case TargetRow():
                self.post_message(OpenTarget(cluster, thing.key))
