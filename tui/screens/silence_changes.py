"""Ending and extending silences, one or many: what is asked before, said after."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any, TypeAlias

from msgspec import Struct
from textual.app import App

from tui.clock import Clock, turn
from tui.model.alert import JudgedAlert
from tui.model.command import Bulk, Command, ExpireSilence, Outcome, PutSilence
from tui.model.fleet import Fleet
from tui.model.silence import Silence, SilenceDraft, SilenceState
from tui.present import silence, silence_effect, silences
from tui.present.glyphs import Marks
from tui.present.kept import Kept
from tui.present.units import clock as time_of
from tui.present.units import count, plain
from tui.screens.length import LengthScreen, Question
from tui.silencing import redraft, span
from tui.silencing.preview import Preview, grave
from tui.silencing.reach import Reach
from tui.silencing.upkeep import comes_back
from widgets.confirm import Confirm
from widgets.values import Line, Span, Tone

Submit = Callable[[Command], Awaitable[Outcome]]
Alerts = Callable[[], Sequence[JudgedAlert]]
Change: TypeAlias = PutSilence | ExpireSilence
_NAMED = 6


class Ending(Struct, frozen=True):
    """A silence that is to end."""

    id: str
    cluster: str
    line: Line
    """What it is, for the question."""
    seen: Silence | None = None
    """As the question shows it; None when nobody lists it."""


class Deed(Struct, frozen=True):
    """What is done to silences."""

    done: str
    """What has become of them afterwards: "ended", "extended"."""
    anew: Callable[[Change, Silence], Change]
    """The same done to what a silence is by now."""
    tell: Callable[[Sequence[Change]], tuple[Line, ...]]
    """What comes of it, for the question."""


class Left(Struct, frozen=True):
    """What was not done, for somebody else had changed the silence."""

    command: Change
    now: Silence
    words: str
    """What has changed."""
    part: Outcome


class SilenceChanges:
    """Asks in front of an app, sends what was agreed to, tells what became of it."""

    def __init__(
        self,
        app: App[Any],
        submit: Submit,
        fleet: Callable[[], Fleet | None],
        clock: Clock,
        marks: Marks,
    ) -> None:
        """fleet   the newest: it may have come while a question was in front"""
        self._app = app
        self._submit = submit
        self._fleet = fleet
        self._clock = clock
        self._marks = marks

    def end(self, endings: Sequence[Ending], alerts: Alerts) -> None:
        """Ask whether these are to end, with what comes back of all known alerts."""

        def back(commands: Sequence[Change]) -> tuple[Line, ...]:
            ended = {each.id for each in commands if isinstance(each, ExpireSilence)}
            found = comes_back(alerts(), ended)
            return ((), *silences.back_lines(found, self._marks))

        def anew(command: Change, found: Silence) -> Change:
            return ExpireSilence(command.cluster, found.id, found)

        lines = [each.line for each in endings[:_NAMED]]
        if len(endings) > _NAMED:
            lines.append((Span(f"and {len(endings) - _NAMED} more", Tone.QUIET),))
        commands = [ExpireSilence(each.cluster, each.id, each.seen) for each in endings]
        title = f"End {count(len(endings), 'silence')}?"
        deed = Deed("ended", anew, back)
        self._ask(title, [*lines, *back(commands)], commands, deed)

    def lengthen(self, chosen: Sequence[Kept]) -> None:
        """Ask how much longer these are to last."""

        def draft(silence: Silence, text: str) -> SilenceDraft:
            return _longer(silence, text, self._clock.now(), self._clock.zone)

        title = f"extend {count(len(chosen), 'silence')}"
        self._choose(title, ("extends", "extended"), chosen, draft)

    def repeat(self, chosen: Sequence[Kept], author: str) -> None:
        """Ask for how long silences that are over are to be made once more."""

        def draft(silence: Silence, text: str) -> SilenceDraft:
            now = self._clock.now()
            ends_at = span.parse_end(text, now, self._clock.zone)
            return redraft.created_again(silence, ends_at, now, author)

        title = f"make {count(len(chosen), 'silence')} again"
        self._choose(title, ("makes them", "made again"), chosen, draft)

    def _choose(
        self,
        title: str,
        verbs: tuple[str, str],
        chosen: Sequence[Kept],
        draft: Callable[[Silence, str], SilenceDraft],
    ) -> None:
        """Ask for a length; verbs are what it does, and what has been done."""

        def put(cluster: str, seen: Silence, text: str) -> PutSilence:
            made = draft(seen, text)
            return PutSilence(cluster, made, seen if made.id else None)

        def all_of(text: str) -> list[PutSilence]:
            return [put(each.cluster, each.silence, text) for each in chosen]

        def until(commands: Sequence[Change]) -> tuple[Line, ...]:
            return _until_lines(commands, self._clock.now())

        def answered(text: str | None) -> None:
            if text is None:
                return

            def anew(command: Change, found: Silence) -> Change:
                return put(command.cluster, found, text)

            work = self._weigh(all_of(text), Deed(verbs[1], anew, until))
            self._app.run_worker(work, group="silences")

        question = Question(title, verbs[0], lambda text: until(all_of(text)))
        self._app.push_screen(LengthScreen(question, self._marks), answered)

    async def _weigh(self, puts: Sequence[PutSilence], deed: Deed) -> None:
        """Send them once a person has agreed to all that is grave, or not known, now.

        What is over hides nothing by now, and what waits nothing yet: it goes by what
        the matchers cover.
        """
        found, blind = await self._grave(puts)
        if not (found.real or found.proof or blind):
            self._send(puts, deed)
            return
        are_many = len(puts) > 1
        title, lines = silence_effect.question(found, blind, are_many=are_many)
        self._ask(title, lines, puts, deed)

    async def _grave(self, puts: Sequence[PutSilence]) -> tuple[Preview, Line]:
        """What all of them would hide that nobody may by mistake; why it is unknown."""
        fleet, now = self._fleet(), self._clock.now()
        blind: Line = ()
        reaches: dict[str, Reach] = {}
        real: dict[tuple[str, str], JudgedAlert] = {}
        proof: dict[tuple[str, str], JudgedAlert] = {}
        if fleet is None:
            return Preview(), blind
        for each in puts:
            place = each.cluster
            if place not in reaches:
                reaches[place] = Reach.of(fleet, place)
                dim = silence_effect.blindness(fleet, place, now, self._marks)
                blind = blind or dim
            found = grave(reaches[place], each.draft.matchers)
            real |= {(a.endpoint, a.alert.fingerprint): a for a in found.real}
            proof |= {(a.endpoint, a.alert.fingerprint): a for a in found.proof}
            await turn()
        return Preview(real=tuple(real.values()), proof=tuple(proof.values())), blind

    def _ask(
        self, title: str, lines: Sequence[Line], commands: Sequence[Change], deed: Deed
    ) -> None:
        def answered(is_yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if is_yes:
                self._send(commands, deed)

        question = Confirm(title, tuple(lines), glyphs=self._marks.glyphs)
        self._app.push_screen(question, answered)

    def _send(self, commands: Sequence[Change], deed: Deed) -> None:
        self._app.run_worker(self._do(tuple(commands), deed), group="silences")

    async def _do(self, commands: tuple[Change, ...], deed: Deed) -> None:
        front = self._app.screen
        if len(commands) == 1:
            outcome = await self._submit(commands[0])
            parts: tuple[Outcome, ...] = (outcome,)
        else:
            outcome = await self._submit(Bulk(commands))
            parts = outcome.parts or (outcome,)
        # Whoever is elsewhere by now may type what would answer a question.
        may_ask = self._app.screen is front
        left = list(_left(commands, parts)) if may_ask else []
        self._tell([each for each in parts if not _is_among(each, left)], deed)
        warnings = (*outcome.warnings, *(w for each in parts for w in each.warnings))
        for warning in dict.fromkeys(warnings):
            self._app.notify(plain(warning), severity="warning", markup=False)
        if left:
            self._ask_anew(left, deed)

    def _tell(self, parts: Sequence[Outcome], deed: Deed) -> None:
        if not parts:
            return
        words, is_good = silence.of_many(parts, deed.done)
        self._app.notify(
            words, severity="information" if is_good else "error", markup=False
        )

    def _ask_anew(self, left: Sequence[Left], deed: Deed) -> None:
        """Say what somebody else made of these, and ask whether it is done all the
        same, to what they are now.
        """
        commands = [deed.anew(each.command, each.now) for each in left]
        lines: list[Line] = []
        for each, command in zip(left[:_NAMED], commands, strict=False):
            matchers = " ".join(map(str, each.now.matchers))
            is_put = isinstance(command, PutSilence)
            lines += (
                deed.tell([command]) if is_put else ((Span(matchers, Tone.ACCENT),),)
            )
            lines.append((Span(f"  {plain(each.words)}", Tone.WARNING),))
        if len(left) > _NAMED:
            lines.append((Span(f"and {len(left) - _NAMED} more", Tone.QUIET),))
        if not isinstance(commands[0], PutSilence):
            lines += deed.tell(commands)
        title = f"Changed meanwhile, so not {deed.done}. Do it all the same?"
        self._ask(title, lines, commands, deed)


def _left(commands: Sequence[Change], parts: Sequence[Outcome]) -> Iterator[Left]:
    """What was left because it is another by now, and can still be changed."""
    for command, part in zip(commands, parts, strict=False):
        found = part.found
        if part.fault is None or found is None:
            continue
        if found.state is not SilenceState.EXPIRED:
            yield Left(command, found, part.fault.summary, part)


def _is_among(part: Outcome, left: Sequence[Left]) -> bool:
    return any(each.part is part for each in left)


def _longer(silence: Silence, text: str, now: datetime, zone: tzinfo) -> SilenceDraft:
    """A duration is added to the end; an end, or `for good`, is what it says."""
    if span.is_duration(text):
        return redraft.extended(silence, span.parse_duration(text), now)
    begins = redraft.begins(silence, now)
    return redraft.ending(silence, span.parse_end(text, begins, zone))


def _until_lines(commands: Sequence[Change], now: datetime) -> tuple[Line, ...]:
    """Until when each lasts, and would last."""
    lines: list[Line] = []
    puts = [each for each in commands if isinstance(each, PutSilence)]
    for each in puts[:_NAMED]:
        matchers = " ".join(map(str, each.draft.matchers))
        then = time_of(each.draft.ends_at, now)
        old = f"{time_of(each.seen.ends_at, now)}, then " if each.seen else ""
        until = f"until {old}{then} UTC  "
        lines.append((Span(until), Span(matchers, Tone.ACCENT)))
    if len(puts) > _NAMED:
        lines.append((Span(f"and {len(puts) - _NAMED} more", Tone.QUIET),))
    return tuple(lines)
