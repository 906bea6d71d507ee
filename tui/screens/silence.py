"""The form that silences an alert, and what that would hide, as one types."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.widgets import Checkbox, Input, Label

from tui.clock import Clock
from tui.model.alert import JudgedAlert
from tui.model.command import Command, Outcome, PutSilence
from tui.model.fleet import Fleet
from tui.model.silence import Matcher, SilenceDraft
from tui.present import alerts, silence
from tui.present.glyphs import Marks
from tui.screens.desk import Desk
from tui.screens.listing import Listing
from tui.silencing import cover, grammar, span
from tui.silencing.reach import Reach
from widgets.confirm import Confirm
from widgets.panel import Panel
from widgets.text_block import TextBlock
from widgets.values import Line, Span, Tone

Submit = Callable[[Command], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form holds at one moment, and what is wrong with it."""

    matchers: tuple[Matcher, ...]
    ends_at: datetime | None
    problems: tuple[tuple[str, str], ...]
    """(id of the field, what to say)."""


class Toggle(Checkbox):
    """A checkbox that shows its state by more than a colour."""

    def on_mount(self) -> None:
        self.watch_value()

    def watch_value(self) -> None:
        self.BUTTON_INNER = "x" if self.value else " "
        super().watch_value()
        self.refresh()


class MatcherRow(Horizontal):
    """One matcher: on or off, and its text. Without a suggestion it waits for one."""

    def __init__(self, suggestion: cover.Suggestion | None = None) -> None:
        super().__init__()
        self._is_added = suggestion is None
        self._toggle = Toggle(
            "", value=suggestion is None or suggestion.is_on, compact=True
        )
        self._input = Input(
            grammar.written(suggestion.matcher) if suggestion else "",
            placeholder='another one: name="value", =~ != !~',
            compact=True,
        )

    def compose(self) -> ComposeResult:
        yield self._toggle
        yield self._input

    @property
    def is_spare(self) -> bool:
        """Whether it is an added one, and still empty."""
        return self._is_added and not self._input.value.strip()

    @property
    def text(self) -> str | None:
        """What is written; None while it is off, or still empty."""
        is_on = self._toggle.value and not self.is_spare
        return self._input.value if is_on else None


class DurationInput(Input):
    """A duration; up and down go through the usual ones."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "preset(-1)", "Shorter", show=False, id="silence.shorter"),
        Binding("down", "preset(1)", "Longer", show=False, id="silence.longer"),
    ]

    def action_preset(self, by: int) -> None:
        known = silence.PRESETS
        place = known.index(self.value) if self.value in known else -by
        self.value = known[max(0, min(place + by, len(known) - 1))]


class SilenceScreen(Desk):
    """Matchers, duration, comment, author; and live what it would silence."""

    CSS_PATH = "silence.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s", "create", "Create", id="silence.create", tooltip="Create it now"
        ),
        Binding("escape", "app.back", "Back", id="silence.back"),
        Binding("tab", "app.focus_next", "Next field", id="silence.next"),
    ]
    AUTO_FOCUS = ""

    def __init__(
        self,
        alert: JudgedAlert,
        author: str,
        submit: Submit,
        clock: Clock,
        marks: Marks,
    ) -> None:
        super().__init__(marks)
        self.alert = alert
        self._author = author
        self._submit = submit
        self._clock = clock
        self._fleet: Fleet | None = None
        self._rows = alerts.AlertRows(marks)
        self._untouched: tuple[object, ...] = ()
        self._insists = False
        """It was to be created and could not: what is missing is said louder."""

    def compose_body(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        with Container(id="body"):
            with Panel(id="form", glyphs=glyphs), VerticalScroll(can_focus=False):
                yield Label("matchers: edit them, space turns one off", markup=False)
                with Vertical(id="matchers"):
                    for suggestion in cover.suggest(self.alert):
                        yield MatcherRow(suggestion)
                    yield MatcherRow()
                with Horizontal(classes="field"):
                    yield Label("for", markup=False)
                    yield DurationInput(silence.USUAL, id="duration", compact=True)
                yield TextBlock(id="presets", glyphs=glyphs)
                with Horizontal(classes="field"):
                    yield Label("comment", markup=False)
                    comment = silence.comment_for(self.alert)
                    yield Input(comment, id="comment", compact=True)
                with Horizontal(classes="field"):
                    yield Label("author", markup=False)
                    yield Input(self._author, id="author", compact=True)
                yield TextBlock(id="outcome", glyphs=glyphs)
            with Panel(id="effect", glyphs=glyphs):
                yield TextBlock(id="warnings", glyphs=glyphs)
                yield Listing(
                    alerts.COLUMNS,
                    show_header=False,
                    detail_column=alerts.DETAIL_COLUMN,
                    glyphs=glyphs,
                )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A slash is a letter here."""
        return action != "search" and super().check_action(action, parameters)

    def on_mount(self) -> None:
        title = (Span(f"silence {self.alert.alert.name}", Tone.ACCENT, bold=True),)
        self.query_one("#form", Panel).show_title(title)
        self.query_one("#effect", Panel).show_title(
            (Span("what it would silence", Tone.ACCENT),)
        )
        self._untouched = self._content()
        has_comment = bool(self.query_one("#comment", Input).value)
        self.query_one("#duration" if has_comment else "#comment").focus()

    def show(self, fleet: Fleet, now: datetime) -> None:
        self._fleet = fleet
        self._preview(self._draft(now), now)

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "search":
            super().on_input_changed(event)
        else:
            self._keep_a_spare()
            self._retry()

    def _keep_a_spare(self) -> None:
        """There is always one empty row for one more matcher."""
        if not any(row.is_spare for row in self.query(MatcherRow)):
            self.query_one("#matchers").mount(MatcherRow())

    def on_checkbox_changed(self) -> None:
        self._retry()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "search":
            super().on_input_submitted(event)
        else:
            self.focus_next()

    def _content(self) -> tuple[object, ...]:
        """All that a person can change."""
        fields = [field.value for field in self.query(Input)]
        return (*fields, *(toggle.value for toggle in self.query(Toggle)))

    def _retry(self) -> None:
        """Show what the form as it stands would do."""
        self.query_one("#outcome", TextBlock).show_lines()
        now = self._clock.now()
        self._preview(self._draft(now), now)

    def _draft(self, now: datetime) -> Draft:
        """Read the form."""
        problems: list[tuple[str, str]] = []
        matchers = []
        for row in self.query(MatcherRow):
            if row.text is not None:
                try:
                    matchers.append(grammar.parse_matcher(row.text))
                except grammar.WordingError as error:
                    problems.append(("", str(error)))
        if not matchers and not problems:
            problems.append(("", "turn at least one matcher on"))
        ends_at = None
        try:
            ends_at = span.parse_end(self._value("duration"), now)
        except grammar.WordingError as error:
            problems.append(("duration", str(error)))
        for field, words in (("comment", "say why"), ("author", "say who you are")):
            if not self._value(field):
                problems.append((field, f"{field}: {words}"))
        return Draft(tuple(matchers), ends_at, tuple(problems))

    def _value(self, field: str) -> str:
        return self.query_one(f"#{field}", Input).value.strip()

    def _covered(self, draft: Draft) -> tuple[JudgedAlert, ...]:
        if self._fleet is None:
            return ()
        reach = Reach.of(self._fleet, self.alert.cluster)
        return reach.covered(draft.matchers)

    def _preview(self, draft: Draft, now: datetime) -> None:
        hit = self._covered(draft)
        lines: list[Line] = list(silence.effect(hit, self.alert, self.marks))
        tone = Tone.CRITICAL if self._insists else Tone.WARNING
        lines += [(Span(text, tone, bold=self._insists),) for _, text in draft.problems]
        self.query_one("#warnings", TextBlock).show_lines(*lines, ())
        listing = self.query_one(Listing)
        listing.show_rows(self._rows.rows(hit, (), now))
        if self.has_class("-wide"):
            listing.styles.height = max(1, listing.line_count)
        typed = self._value("duration")
        ends = silence.end_line(draft.ends_at, now, typed) if draft.ends_at else ()
        presets = silence.preset_line(typed)
        self.query_one("#presets", TextBlock).show_lines(presets, ends)

    def action_create(self) -> None:
        """Create it; when it hides real alerts, ask first and name them."""
        now = self._clock.now()
        draft = self._draft(now)
        if draft.problems or draft.ends_at is None:
            self._insists = True
            self._preview(draft, now)
            field, _ = draft.problems[0]
            if field:
                self.query_one(f"#{field}").focus()
            return
        command = PutSilence(
            self.alert.cluster,
            SilenceDraft(
                draft.matchers,
                now,
                draft.ends_at,
                self._value("author"),
                self._value("comment"),
            ),
        )
        real = silence.real_names(self._covered(draft))
        if real:
            self._ask(command, real)
        else:
            self._send(command)

    def _ask(self, command: PutSilence, real: tuple[str, ...]) -> None:
        lines = tuple((Span(name, Tone.CRITICAL, bold=True),) for name in real)
        told = (Span("Nobody will be told of it while the silence lasts."),)
        question = Confirm(
            "This silences what is REAL", (*lines, (), told), glyphs=self.marks.glyphs
        )

        def answered(is_yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if is_yes:
                self._send(command)

        self.app.push_screen(question, answered)

    def _send(self, command: PutSilence) -> None:
        self._say("creating it", Tone.QUIET)
        self.run_worker(self._create(command), group="create", exclusive=True)

    async def _create(self, command: PutSilence) -> None:
        outcome = await self._submit(command)
        if outcome.fault is not None:
            fault = outcome.fault
            detail = f" ({fault.detail})" if fault.detail else ""
            words = f"not created: {fault.summary}{detail}. {fault.advice}"
            self._say(words, Tone.CRITICAL)
            return
        words = silence.created(command.draft, self._clock.now())
        self.notify(words, markup=False)
        self.dismiss()

    def _say(self, words: str, tone: Tone) -> None:
        self.query_one("#outcome", TextBlock).show_lines((), (Span(words, tone),))

    def go_back(self) -> None:
        if self._content() == self._untouched:
            self.dismiss()
            return

        def answered(is_yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if is_yes:
                self.dismiss()

        told = ((Span("What was typed is lost."),),)
        question = Confirm(
            "Leave the form?", told, leave=True, glyphs=self.marks.glyphs
        )
        self.app.push_screen(question, answered)
