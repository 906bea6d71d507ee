"""The ServiceMonitor behind a false positive: shown whole, tried, deleted by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.model.command import Command, DeleteMonitor, Outcome
from tui.model.fleet import Fleet
from tui.model.manifest import Manifest, Manifests
from tui.present import manifest as words
from tui.present.glyphs import Marks
from tui.present.manifest import Progress
from tui.screens.desk import Desk
from widgets.input_line import InputLine
from widgets.page import Page
from widgets.panel import Panel
from widgets.text_block import Paragraph, TextBlock
from widgets.values import Span, Tone

Find = Callable[[], Awaitable[Manifests]]
Submit = Callable[[Command], Awaitable[Outcome]]


class NameInput(InputLine):
    """Where the name is typed that confirms it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape",
            "screen.forget",
            "Not now",
            id="monitor.forget",
            tooltip="Leave it as it is",
        ),
    ]


class MonitorScreen(Desk):
    """Nothing is changed before its own name was typed, nor without a dry run."""

    CSS_PATH = "monitor.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "D",
            "try",
            "Try, then delete",
            id="monitor.delete",
            tooltip="Let the server try the deletion; then its name confirms it",
        ),
        Binding(
            "c",
            "copy",
            "Copy",
            id="monitor.copy",
            tooltip="Copy the YAML, or how to put it back",
        ),
        Binding("n", "next", "Next", id="monitor.next", tooltip="Show the next one"),
    ]
    AUTO_FOCUS = "Page"

    def __init__(self, job: str, find: Find, submit: Submit, marks: Marks) -> None:
        """Show what makes a job; `find` reads it, `submit` deletes it."""
        super().__init__(marks)
        self._job = job
        self._find = find
        self._submit = submit
        self._found: Manifests | None = None
        self._place = 0
        self._progress = Progress()

    def compose_body(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        with Panel(id="what", glyphs=glyphs):
            yield TextBlock(id="told", glyphs=glyphs)
        yield NameInput(id="name")
        with Panel(id="yaml", glyphs=glyphs), Page():
            yield TextBlock(id="text", glyphs=glyphs)

    def on_mount(self) -> None:
        self.query_one(NameInput).display = False
        self._show()
        self.run_worker(self._read(), group="monitor")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No key for what cannot be done now; a slash is a letter here."""
        found, progress = self._found, self._progress
        if action == "search":
            return False
        if action == "try":
            is_allowed = found is not None and not found.refusal
            is_free = not progress.is_asking and not progress.is_over
            is_open_to_it = is_allowed and is_free and not self.has_class("-past")
            return self._chosen is not None and is_open_to_it
        if action == "next":
            return found is not None and len(found.found) > 1
        return super().check_action(action, parameters)

    @property
    def _chosen(self) -> Manifest | None:
        """The one that is shown."""
        if self._found is None or not self._found.found:
            return None
        return self._found.found[self._place]

    async def _read(self) -> None:
        self._found = await self._find()
        self._show_if_open()

    def _show_if_open(self) -> None:
        """Show what was waited for, unless somebody left meanwhile."""
        if self.is_open:
            self._show()

    def show(self, fleet: Fleet, now: datetime) -> None:
        """What is shown was read when one came here; nothing of it is the fleet's."""

    def _show(self) -> None:
        found, chosen = self._found, self._chosen
        count = len(found.found) if found else 0
        where = (Span(f"{self._place + 1} of {count}", Tone.QUIET),)
        self.query_one("#what", Panel).show_title(
            words.title(found, self._job), where if count > 1 else ()
        )
        told = (
            words.lines(found, chosen, self._progress, self.marks)
            if found is not None and chosen is not None
            else words.missing_lines(found, self.marks)
        )
        self.query_one("#told", TextBlock).show(*(Paragraph(line, 2) for line in told))
        panel = self.query_one("#yaml", Panel)
        panel.display = chosen is not None
        state = "as it was" if self._progress.is_over else "as the server has it"
        panel.show_title((Span(state, Tone.ACCENT),))
        text = words.yaml_lines(chosen.text) if chosen else ()
        self.query_one("#text", TextBlock).show_lines(*text)
        self._show_input()
        self.refresh_bindings()

    def _show_input(self) -> None:
        """Ask for the name only while it would delete something."""
        field = self.query_one(NameInput)
        is_wanted = self._progress.is_ready
        if is_wanted and not field.display:
            field.value = ""
            field.placeholder = "its name"
            field.display = True
            field.focus()
        elif not is_wanted and field.display:
            field.display = False
            self.query_one(Page).focus()

    async def _ask(self, *, is_dry: bool) -> Outcome | None:
        """Have the server try it, or do it; None when there is nothing to do."""
        chosen = self._chosen
        if chosen is None:
            return None
        before = self._progress
        self._progress = Progress(is_asking=True, tried=before.tried)
        self._show()
        return await self._submit(DeleteMonitor(chosen, is_dry=is_dry))

    async def _try(self) -> None:
        outcome = await self._ask(is_dry=True)
        self._progress = Progress(tried=outcome)
        self._show_if_open()

    async def _delete(self) -> None:
        tried = self._progress.tried
        outcome = await self._ask(is_dry=False)
        self._progress = Progress(tried=tried, done=outcome)
        self._show_if_open()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Delete it when the name is its own."""
        chosen = self._chosen
        if event.input.id != "name" or chosen is None or not self._progress.is_ready:
            return
        event.stop()
        if event.value.strip() != chosen.name:
            self._progress = replace(self._progress, is_misnamed=True)
            self._show()
            return
        self.run_worker(self._delete(), group="monitor")

    def action_try(self) -> None:
        """Let the server try the deletion; nothing is changed."""
        self.run_worker(self._try(), group="monitor")

    def action_forget(self) -> None:
        """Leave it as it is."""
        self._progress = Progress()
        self._show()

    def action_next(self) -> None:
        """Show the next of several."""
        if self._found is not None and not self._progress.is_asking:
            self._place = (self._place + 1) % len(self._found.found)
            self._progress = Progress()
            self._show()

    def action_copy(self) -> None:
        """Copy the YAML; once it is gone, the command that puts it back."""
        if self._chosen is not None:
            self.copy(words.copied(self._chosen, self._progress))
