"""The smallest Textual app that answers a key: what no Textual program can beat."""

from __future__ import annotations

from rich.text import Text
from textual.app import App, RenderResult
from textual.binding import Binding
from textual.reactive import reactive
from textual.widget import Widget


class Counter(Widget):
    """One line that a key changes."""

    count = reactive(0)

    def render(self) -> RenderResult:
        return Text(f"READY count {self.count}")


class Bare(App[None]):
    """Nothing but that line."""

    BINDINGS = [  # noqa: RUF012 - Textual's own type is not a ClassVar
        Binding("j", "count(1)", show=False),
        Binding("k", "count(-1)", show=False),
        Binding("q", "quit", show=False),
    ]

    def compose(self) -> list[Widget]:
        return [Counter()]

    def action_count(self, step: int) -> None:
        self.query_one(Counter).count += step


if __name__ == "__main__":
    Bare().run()
