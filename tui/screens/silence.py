"""A silence is made or changed here; what it would hide is shown as one types."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from tui.clock import Clock
from tui.config import SilenceTemplate
from tui.model.command import Command, Outcome, PutSilence
from tui.model.fleet import Fleet
from tui.model.silence import Matcher, Silence
from tui.present import silence, silence_effect, silence_start
from tui.present.completion import ChoiceRows, Vocabulary
from tui.present.glyphs import Marks
from tui.present.silence_start import Start
from tui.present.units import plain
from tui.screens.desk import Desk
from tui.screens.matcher_input import MatcherInput
from tui.screens.matchers import MatcherList
from tui.screens.silence_form import SilenceForm
from tui.screens.templates import TemplatesScreen
from tui.silencing import redraft
from tui.silencing.grammar import WordingError
from tui.silencing.preview import Preview, preview
from tui.silencing.reach import Reach
from widgets.confirm import Confirm
from widgets.keys import hidden
from widgets.panel import Panel
from widgets.popup import Popup
from widgets.row_table import RowTable
from widgets.text_block import TextBlock
from widgets.values import Align, Column, Line, Span, Tone

_SENDING = "sending it"
_CHOICES = (Column("", 12, weight=1), Column("", 6, align=Align.RIGHT))


class Access(Struct, frozen=True):
    """What the form may use."""

    submit: Callable[[Command], Awaitable[Outcome]]
    fleet: Callable[[], Fleet | None]
    """The newest: it may have come while a question was in front."""
    clock: Clock
    templates: tuple[SilenceTemplate, ...] = ()


class SilenceScreen(Desk):
    """The form, and beside or below it live what it would silence."""

    CSS_PATH = "silence.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s", "create", "Create", id="silence.create", tooltip="Make it now"
        ),
        Binding("tab", "app.focus_next", "Next field", id="silence.next"),
        hidden(
            "down", "app.focus_next", "Below", "silence.down", "Go to the next field"
        ),
        hidden(
            "up", "app.focus_previous", "Above", "silence.up", "Go to the one before"
        ),
        Binding(
            "ctrl+t",
            "template",
            "Template",
            id="silence.template",
            tooltip="Fill the form from a template of the config",
        ),
        Binding(
            "ctrl+o",
            "old",
            "Old one",
            id="silence.old",
            tooltip="Change the end of the same silence that is there",
        ),
        Binding("escape", "app.back", "Back", id="silence.back"),
    ]
    AUTO_FOCUS = ""
    FIRST_KEYS = ("create", "take(-1)", "take(1)", "app.focus_next", "app.back")

    def __init__(self, start: Start, access: Access, marks: Marks) -> None:
        super().__init__(marks)
        self.start = start
        self.is_done = False
        """Whether a silence came of it."""
        self._access = access
        self._fleet: Fleet | None = None
        self._reach = Reach(())
        self._seen: tuple[object, ...] = ()
        """What the preview was made of."""
        self._found = Preview()
        self._untouched: tuple[object, ...] = ()
        self._said: tuple[Line, ...] = ()
        """What became of the last attempt."""
        self._insists = False
        """It was to be made and could not: what is missing is said louder."""
        self._is_sending = False
        """It is on its way: another one would be made beside it."""

    def compose_body(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        with Container(id="body"):
            yield SilenceForm(self.start, self.marks, self._access.clock.zone)
            with Panel(id="effect", glyphs=glyphs):
                yield TextBlock(id="warnings", glyphs=glyphs)
                columns = silence_effect.COLUMNS
                yield RowTable(columns, show_header=False, glyphs=glyphs)
        yield Popup(_CHOICES, glyphs=glyphs, id="choices")

    @property
    def _form(self) -> SilenceForm:
        return self.query_one(SilenceForm)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A slash is a letter here; an old one is there or not."""
        if action == "search":
            return False
        if action == "old":
            return silence_effect.equal(self._found) is not None
        return super().check_action(action, parameters)

    def on_mount(self) -> None:
        self._form.follow(self._access.clock.now())
        self._untouched = self._form.content
        self._form.begin()

    def show(self, fleet: Fleet, now: datetime) -> None:
        if fleet is not self._fleet:
            self._fleet = fleet
            self._renew(fleet)
            self._form.show_places(fleet.alertmanagers)
            self._look_around()
        self._form.follow(now)
        self._show(now)

    def _renew(self, fleet: Fleet) -> None:
        """Go by the verdicts of now, as far as nobody has typed anything else."""
        is_untouched = self._form.content == self._untouched
        self.start = silence_start.renewed(self.start, fleet)
        self._form.renew(self.start)
        if is_untouched:
            self._untouched = self._form.content

    def _look_around(self) -> None:
        """Take in what the Alertmanager knows."""
        if self._fleet is not None:
            self._reach = Reach.of(self._fleet, self._form.cluster)
            self.query_one(MatcherList).know(Vocabulary(self._reach))

    def on_silence_form_changed(self, event: SilenceForm.Changed) -> None:
        """Show what the form as it stands would do."""
        event.stop()
        self._said = ()
        now = self._access.clock.now()
        self._form.follow(now)
        self._show(now)

    def on_matcher_input_offered(self, event: MatcherInput.Offered) -> None:
        """Show what could stand in a field, below it."""
        event.stop()
        rows, chosen = ChoiceRows(event.field.offered), event.field.chosen
        key = rows.key(chosen) if chosen >= 0 else ""
        self.query_one(Popup).show_below(event.field.region, rows, key)

    def _preview(self, matchers: tuple[Matcher, ...]) -> None:
        """Work out what the matchers cover, unless that is known."""
        if self._seen == (self._fleet, self._form.cluster, matchers):
            return
        if self._seen[1:2] not in {(), (self._form.cluster,)}:
            self._look_around()
        self._seen = self._fleet, self._form.cluster, matchers
        editing = self.start.editing
        old = editing.id if editing else ""
        self._found = preview(self._reach, matchers, self.start.at_hand, old)
        self.refresh_bindings()

    def _show(self, now: datetime) -> None:
        """Say what it would do, and what is wrong with it."""
        self._preview(self._form.matchers)
        draft, fleet = self._form.read(now), self._fleet
        lines = silence_effect.warnings(self._found, now, self.marks)
        apart = silence_effect.elsewhere(self.start.elsewhere, self.marks)
        blind = self._blindness(now)
        self.query_one("#warnings", TextBlock).show_lines(
            *((blind,) if blind else ()), *lines, *apart
        )
        tone = Tone.CRITICAL if self._insists else Tone.QUIET
        problems = [words for _, words in draft.problems]
        if self._insists and draft.unfinished:
            problems.insert(0, draft.unfinished)
        told = tuple((Span(words, tone),) for words in problems)
        change = silence_effect.change_lines(self.start.editing, draft.command)
        self._form.show_whole(has_room=self.has_class("-wide"))
        self._form.say(*(self._said or (*told, *change)))
        self._form.show_where(silence_effect.place_words(fleet, self._form.cluster))
        self.query_one("#effect", Panel).show_title(
            silence_effect.title(self._found, self.marks),
            silence_effect.yet_to_come(self._found),
            Tone.CRITICAL if self._found.real else None,
        )
        known = {each.id: each for each in fleet.silences} if fleet else {}
        table = self.query_one("#effect RowTable", RowTable)
        table.empty = (Span("no alert is covered", Tone.QUIET),)
        source = silence_effect.EffectRows(self._found, known, now, self.marks)
        table.show_lazily(source)

    def _blindness(self, now: datetime) -> Line:
        """Why it is not known what fires; empty when it is."""
        if self._fleet is None:
            return (Span("nothing is known yet", Tone.WARNING),)
        cluster = self._form.cluster
        return silence_effect.blindness(self._fleet, cluster, now, self.marks)

    def action_create(self) -> None:
        """Make it, or change it; when it hides what is real, ask first and name it."""
        self._make()

    def action_old(self) -> None:
        """Let the silence that is there end when this one would; it keeps its comment
        and its author, so that nobody need say them.
        """
        now, equal = self._access.clock.now(), silence_effect.equal(self._found)
        if equal is None or self._is_sending:
            return
        try:
            draft = redraft.ending(equal, self._form.ends_at(now))
        except WordingError as error:
            self._tell(str(error), Tone.CRITICAL)
            self._form.go_to("#duration")
            return
        self._confirm(PutSilence(self._form.cluster, draft, equal), frozenset())

    def _make(self) -> None:
        if self._is_sending:
            self._tell(_SENDING, Tone.QUIET)
            return
        draft = self._form.read(self._access.clock.now())
        command = draft.command
        if command is None:
            self._insists = True
            self._show(self._access.clock.now())
            if not draft.unfinished:
                self._form.go_to(draft.problems[0][0])
            return
        self._confirm(command, frozenset())

    def _confirm(self, command: PutSilence, agreed: frozenset[str]) -> None:
        """Send it once a person has agreed to all that is grave, or not known, now."""
        now = self._access.clock.now()
        newest = self._access.fleet()
        if newest is not None:
            self.show(newest, now)
        blind = self._blindness(now)
        grave = (*self._found.real, *self._found.proof)
        named = {each.alert.fingerprint for each in grave}
        wanted = frozenset(named | ({"blind"} if blind else set()))
        if wanted <= agreed:
            self._send(command)
            return

        def answered(is_yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if is_yes:
                self._confirm(command, agreed | wanted)

        title, lines = silence_effect.question(self._found, blind)
        question = Confirm(title, lines, glyphs=self.marks.glyphs)
        self.app.push_screen(question, answered)

    def _send(self, command: PutSilence) -> None:
        """Have the app do it: who leaves the form is told all the same."""
        self._is_sending = True
        self._tell(_SENDING, Tone.QUIET)
        self.app.run_worker(self._submit(command), group="silences")

    def _tell(self, words: str, tone: Tone, *, bold: bool = False) -> None:
        self._said = ((Span(words, tone, bold=bold),),)
        self._form.say(*self._said)

    async def _submit(self, command: PutSilence) -> None:
        try:
            outcome = await self._access.submit(command)
        finally:
            self._is_sending = False
        if outcome.fault is not None:
            what = "changed" if command.draft.id else "created"
            words = silence.not_done(outcome, what)
            editing, found = self.start.editing, outcome.found
            if found is not None and editing is not None and self.is_open:
                self._take_over(found)
                words = f"{words} {silence.TAKEN_OVER}"
            if self.app.screen is not self:
                self.notify(words, severity="error", markup=False)
            if self.is_open:
                self._tell(words, Tone.CRITICAL, bold=outcome.is_unknown)
            return
        self.is_done = True
        words = silence.done(command.draft, outcome, self._access.clock.now())
        self.notify(words, markup=False)
        for warning in outcome.warnings:
            self.notify(plain(warning), severity="warning", markup=False)
        self._close()

    def _close(self) -> None:
        """Go, unless something is in front: that would go instead."""
        if self.is_open and self.app.screen is self:
            self.dismiss()

    def on_screen_resume(self) -> None:
        """Go now, where it was done behind a question."""
        if self.is_done:
            self._close()

    def _take_over(self, found: Silence) -> None:
        """Go on from what somebody else made of it."""
        self._form.take_over(found)
        self.start = replace(self.start, editing=found)
        self._form.follow(self._access.clock.now())

    def action_template(self) -> None:
        """Fill the form from a template."""
        if not self._access.templates:
            words = "The config has no templates: see [silences.templates.NAME]."
            self.notify(words, markup=False)
            return

        async def chosen(template: SilenceTemplate | None) -> None:
            if template is not None:
                await self._form.fill(template)

        choice = TemplatesScreen(self._access.templates, self.marks)
        self.app.push_screen(choice, chosen)

    def go_back(self) -> None:
        if self._form.content == self._untouched:
            self.dismiss()
            return

        def answered(is_yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if is_yes:
                self._close()

        told = ((Span("Leaving loses what was typed."),),)
        question = Confirm(
            "Leave the form?", told, leave=True, glyphs=self.marks.glyphs
        )
        self.app.push_screen(question, answered)
