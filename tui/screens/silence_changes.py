"""Ending and extending silences, one or many: what is asked before, said after."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from textual.app import App

from tui.clock import Clock
from tui.model.alert import JudgedAlert
from tui.model.command import Bulk, Command, ExpireSilence, Outcome, PutSilence
from tui.model.silence import SilenceDraft
from tui.present import silence, silences
from tui.present.glyphs import Marks
from tui.present.kept import Kept
from tui.present.units import clock as time_of
from tui.present.units import count, plain
from tui.screens.length import LengthScreen, Question
from tui.silencing import redraft, span
from tui.silencing.upkeep import comes_back
from widgets.confirm import Confirm
from widgets.values import Line, Span, Tone

Submit = Callable[[Command], Awaitable[Outcome]]
_NAMED = 6


@dataclass(frozen=True, slots=True)
class Ending:
    """A silence that is to end."""

    id: str
    cluster: str
    line: Line
    """What it is, for the question."""


class SilenceChanges:
    """Asks in front of an app, sends what was agreed to, tells what became of it."""

    def __init__(
        self, app: App[Any], submit: Submit, clock: Clock, marks: Marks
    ) -> None:
        self._app = app
        self._submit = submit
        self._clock = clock
        self._marks = marks

    def end(self, endings: Sequence[Ending], alerts: Sequence[JudgedAlert]) -> None:
        """Ask whether these are to end, with what comes back of all known alerts."""
        back = comes_back(alerts, {each.id for each in endings})
        lines = [each.line for each in endings[:_NAMED]]
        if len(endings) > _NAMED:
            lines.append((Span(f"and {len(endings) - _NAMED} more", Tone.QUIET),))
        lines += [(), *silences.back_lines(back, self._marks)]
        commands = [ExpireSilence(each.cluster, each.id) for each in endings]
        title = f"End {count(len(endings), 'silence')}?"
        self._ask(title, lines, commands, "ended")

    def lengthen(self, chosen: Sequence[Kept]) -> None:
        """Ask how much longer these are to last."""

        def drafts(text: str) -> list[PutSilence]:
            now, zone = self._clock.now(), self._clock.zone
            return [
                PutSilence(each.cluster, _longer(each, text, now, zone), each.silence)
                for each in chosen
            ]

        title = f"extend {count(len(chosen), 'silence')}"
        self._choose(title, "extends", "extended", chosen, drafts)

    def repeat(self, chosen: Sequence[Kept], author: str) -> None:
        """Ask for how long silences that are over are to be made once more."""

        def drafts(text: str) -> list[PutSilence]:
            now = self._clock.now()
            ends_at = span.parse_end(text, now, self._clock.zone)
            return [
                PutSilence(
                    each.cluster,
                    redraft.created_again(each.silence, ends_at, now, author),
                )
                for each in chosen
            ]

        title = f"make {count(len(chosen), 'silence')} again"
        self._choose(title, "makes them", "made again", chosen, drafts)

    def _choose(
        self,
        title: str,
        verb: str,
        done: str,
        chosen: Sequence[Kept],
        drafts: Callable[[str], list[PutSilence]],
    ) -> None:
        real = [alert for each in chosen for alert in each.real]

        def tell(text: str) -> tuple[Line, ...]:
            return _until_lines(chosen, drafts(text), self._clock.now())

        def answered(text: str | None) -> None:
            if text is None:
                return
            commands = drafts(text)
            if not real:
                self._send(commands, done)
                return
            lines: list[Line] = [
                (Span(name, Tone.CRITICAL, bold=True),)
                for name in silence.real_names(real)
            ]
            told = "Nobody will be told of it while the silences last."
            lines += [(), (Span(told),)]
            self._ask("These silence what is REAL", lines, commands, done)

        self._app.push_screen(
            LengthScreen(Question(title, verb, tell), self._marks), answered
        )

    def _ask(
        self,
        title: str,
        lines: Sequence[Line],
        commands: Sequence[PutSilence | ExpireSilence],
        done: str,
    ) -> None:
        def answered(is_yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if is_yes:
                self._send(commands, done)

        question = Confirm(title, tuple(lines), glyphs=self._marks.glyphs)
        self._app.push_screen(question, answered)

    def _send(self, commands: Sequence[PutSilence | ExpireSilence], done: str) -> None:
        self._app.run_worker(self._do(tuple(commands), done), group="silences")

    async def _do(
        self, commands: tuple[PutSilence | ExpireSilence, ...], done: str
    ) -> None:
        if len(commands) == 1:
            outcome = await self._submit(commands[0])
            parts: tuple[Outcome, ...] = (outcome,)
        else:
            outcome = await self._submit(Bulk(commands))
            parts = outcome.parts or (outcome,)
        words, is_good = silence.of_many(parts, done)
        self._app.notify(
            words, severity="information" if is_good else "error", markup=False
        )
        warnings = (*outcome.warnings, *(w for each in parts for w in each.warnings))
        for warning in dict.fromkeys(warnings):
            self._app.notify(plain(warning), severity="warning", markup=False)


def _longer(each: Kept, text: str, now: datetime, zone: tzinfo) -> SilenceDraft:
    """A duration is added to the end; an end, or `for good`, is what it says."""
    if span.is_duration(text):
        return redraft.extended(each.silence, span.parse_duration(text), now)
    return redraft.ending(each.silence, span.parse_end(text, now, zone))


def _until_lines(
    chosen: Sequence[Kept], drafts: Sequence[PutSilence], now: datetime
) -> tuple[Line, ...]:
    """Until when each lasts, and would last."""
    lines: list[Line] = []
    for each, command in zip(chosen[:_NAMED], drafts, strict=False):
        draft = command.draft
        matchers = " ".join(map(str, draft.matchers))
        then = time_of(draft.ends_at, now)
        old = f"{time_of(each.silence.ends_at, now)}, then " if draft.id else ""
        until = f"until {old}{then} UTC  "
        lines.append((Span(until), Span(matchers, Tone.ACCENT)))
    if len(drafts) > _NAMED:
        lines.append((Span(f"and {len(drafts) - _NAMED} more", Tone.QUIET),))
    return tuple(lines)
