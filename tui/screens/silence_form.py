"""The fields of a silence: matchers, time, comment, author, and where it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from msgspec import Struct
from msgspec.structs import replace
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label

from tui.config import SilenceTemplate
from tui.model.alertmanager import Alertmanager
from tui.model.command import PutSilence
from tui.model.silence import Matcher, Silence, SilenceDraft, SilenceState
from tui.present.glyphs import Marks
from tui.present.silence_start import Start, in_field
from tui.screens.field import Field
from tui.screens.matcher_input import MatcherInput
from tui.screens.matchers import MatcherList
from tui.screens.span_fields import SpanFields
from tui.silencing import redraft
from tui.silencing.grammar import WordingError, refusal
from widgets.chips import Chips
from widgets.panel import Panel
from widgets.status_line import StatusLine
from widgets.text import width_of
from widgets.text_block import TextBlock
from widgets.values import Line, Span, Tone


class Draft(Struct, frozen=True):
    """What the form would make, or what is wrong with it."""

    command: PutSilence | None
    problems: tuple[tuple[str, str], ...] = ()
    """(what to focus, what to say)."""
    unfinished: str = ""
    """What is wrong with the matcher that is being typed."""


class SilenceForm(Panel):
    """Holds what a person may change, and reads it; it sends nothing."""

    @dataclass
    class Changed(Message):
        """Something in it was changed."""

    def __init__(self, start: Start, marks: Marks, zone: tzinfo) -> None:
        """Make the form; ends are typed and shown in `zone`."""
        super().__init__(glyphs=marks.glyphs, id="form")
        self._start = start
        self._zone = zone
        self.cluster = start.cluster
        """In whose Alertmanager."""
        self._places: tuple[Alertmanager, ...] = ()

    def compose(self) -> ComposeResult:
        glyphs, start = self.glyphs, self._start
        heading = StatusLine(glyphs=glyphs, id="heading")
        heading.show((), (Span("alerts", Tone.QUIET),))
        yield heading
        yield MatcherList(start.suggestions, glyphs)
        yield SpanFields(start.span, start.ends_at, glyphs, self._zone)
        with Horizontal(classes="field"):
            yield Label("comment", markup=False)
            yield Field(start.comment, id="comment")
        yield TextBlock(id="whole", glyphs=glyphs)
        with Horizontal(classes="field"):
            yield Label("author", markup=False)
            yield Field(start.author, id="author")
        with Horizontal(classes="field", id="where"):
            yield Label("where", markup=False)
            yield Chips((), glyphs=glyphs, id="places")
        yield TextBlock(id="outcome", glyphs=glyphs)

    def on_mount(self) -> None:
        title = (Span(self._start.title, Tone.ACCENT, bold=True),)
        self.show_title(title)
        self.query_one("#where").display = False

    def begin(self) -> None:
        """Put the keyboard where something is left to be said."""
        if not self._start.suggestions:
            self.query_one(MatcherInput).focus()
        else:
            self.query_one("#presets" if self._start.comment else "#comment").focus()

    def renew(self, start: Start) -> None:
        """Say what would be said now, where nobody has said anything else yet."""
        old, self._start = self._start, start
        if (old.comment, old.span) == (start.comment, start.span):
            return
        comment, span = self.query_one("#comment", Field), self.query_one(SpanFields)
        if comment.value == old.comment:
            comment.value = start.comment
            if span.content == (old.span, None):
                span.lead(start.span)

    def take_over(self, found: Silence) -> None:
        """Change what somebody else made of it: what was not touched becomes theirs."""
        old = self._start.editing or found
        self._start = replace(self._start, editing=found)
        for name, was, new in (
            ("comment", old.comment, found.comment),
            ("author", old.created_by, found.created_by),
        ):
            field = self.query_one(f"#{name}", Field)
            if field.value == in_field(was):
                with field.prevent(Input.Changed):
                    field.value = in_field(new)
        if found.state is not SilenceState.EXPIRED:
            self.query_one(SpanFields).move(old.ends_at, found.ends_at)

    def show_places(self, places: tuple[Alertmanager, ...]) -> None:
        """Let one choose the Alertmanager where nothing else says which."""
        if places == self._places:
            return
        self._places = places
        is_open = not self._start.is_placed and len(places) > 1
        self.query_one("#where").display = is_open
        names = [(Span(", ".join(each.clusters)),) for each in places]
        taken = [self.cluster in each.clusters for each in places]
        place = taken.index(True) if True in taken else 0
        self.query_one("#places", Chips).show(names, place)

    def show_where(self, words: Line) -> None:
        """Say in the edge where it would be kept."""
        self.show_title((Span(self._start.title, Tone.ACCENT, bold=True),), words)

    def say(self, *lines: Line) -> None:
        """Say below the fields what is wrong, or what became of it."""
        self.query_one("#outcome", TextBlock).show_lines(*lines)

    @property
    def content(self) -> tuple[object, ...]:
        """All that a person can change."""
        return (
            self.query_one(MatcherList).content,
            self.query_one(SpanFields).content,
            self._value("comment"),
            self._value("author"),
        )

    @property
    def matchers(self) -> tuple[Matcher, ...]:
        """Those that can be read."""
        return self.query_one(MatcherList).read().matchers

    def show_whole(self, *, has_room: bool) -> None:
        """Show all of a comment that its field is too short for."""
        field = self.query_one("#comment", Field)
        is_cut = width_of(field.value) >= field.size.width > 0
        line = (Span(field.value, Tone.QUIET),)
        self.query_one("#whole", TextBlock).show_lines(
            *((line,) if is_cut and has_room else ())
        )

    def _value(self, field: str) -> str:
        return self.query_one(f"#{field}", Input).value.strip()

    def follow(self, now: datetime) -> None:
        """Let duration and end say the same."""
        self.query_one(SpanFields).follow(self._begins(now))

    def read(self, now: datetime) -> Draft:
        """Read all fields."""
        read = self.query_one(MatcherList).read()
        problems = [("#matchers", words) for words in read.problems]
        is_read = not (problems or read.unfinished)
        if is_read and (refused := refusal(read.matchers)):
            problems.append(("#matchers", refused))
        ends_at = now
        try:
            ends_at = self.ends_at(now)
        except WordingError as error:
            problems.append(("#duration", str(error)))
        for field, words in (("comment", "say why"), ("author", "say who you are")):
            if not self._value(field):
                problems.append((f"#{field}", f"{field}: {words}"))
        if problems or read.unfinished:
            return Draft(None, tuple(problems), read.unfinished)
        author, comment = self._value("author"), self._value("comment")
        draft = SilenceDraft(read.matchers, now, ends_at, author, comment)
        changed = self._of_old(draft)
        return Draft(PutSilence(self.cluster, changed, self._start.editing))

    def ends_at(self, now: datetime) -> datetime:
        """The end alone.

        raise   WordingError
        """
        begins = self._begins(now)
        ends_at = self.query_one(SpanFields).read(begins)
        if ends_at <= begins:
            is_over = ends_at <= now
            raise WordingError(
                "that is already over" if is_over else "it ends before it begins"
            )
        return ends_at

    def _begins(self, now: datetime) -> datetime:
        """From when a duration counts: one that waits begins later."""
        old = self._start.editing
        return redraft.begins(old, now) if old else now

    def _of_old(self, draft: SilenceDraft) -> SilenceDraft:
        """The same as a change of the silence that is being edited."""
        old = self._start.editing
        if old is None:
            return draft
        is_same = set(old.matchers) == set(draft.matchers)
        # In another order they would be others to Alertmanager.
        matchers = old.matchers if is_same else draft.matchers
        changed = replace(draft, matchers=matchers, starts_at=old.starts_at, id=old.id)
        # Fields show one harmless line; what was not touched is sent as it was.
        if draft.comment == in_field(old.comment).strip():
            changed = replace(changed, comment=old.comment)
        if draft.created_by == in_field(old.created_by).strip():
            changed = replace(changed, created_by=old.created_by)
        return changed

    def go_to(self, field: str) -> None:
        """Put the keyboard into a field, by its id."""
        if field == "#matchers":
            self.query(MatcherInput).first().focus()
        else:
            self.query_one(field).focus()

    async def fill(self, template: SilenceTemplate) -> None:
        """Take over a template; what it does not say stays."""
        await self.query_one(MatcherList).put(template.matchers)
        self.query_one(SpanFields).lead(template.duration)
        if template.comment:
            self.query_one("#comment", Field).value = template.comment
        if self.screen.focused is None or not self.has_focus_within:
            # The field that was written in is gone.
            self.query_one("#presets" if self._value("comment") else "#comment").focus()

    def on_chips_taken(self, event: Chips.Taken) -> None:
        event.stop()
        self.cluster = (*self._places[event.place].clusters, "")[0]
        self.post_message(self.Changed())

    def on_matcher_list_changed(self, event: MatcherList.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())

    def on_span_fields_changed(self, event: SpanFields.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.id in {"comment", "author"}:
            self.post_message(self.Changed())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()
