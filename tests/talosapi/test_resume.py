from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from talosapi.errors import ErrorKind, TalosError
from talosapi.resume import (
    BEAT_SECONDS,
    INBOX,
    QUIET_SECONDS,
    STALL_SECONDS,
    Cut,
    Gap,
    Pace,
    Piece,
    Resumed,
)
from talosapi.seam import Mark
from tests.clock import ManualClock

BACKOFF_SECONDS = 1.0
CUT = TalosError(ErrorKind.UNREACHABLE, "cut", node="n", endpoint="e", call="Logs")


class Buffer:
    """A node's log: sends all that it keeps at each opening, then what comes."""

    def __init__(self, *lines: str) -> None:
        self.lines = list(lines)
        self.openings: list[bool] = []
        self.sent = 0
        self._changed = asyncio.Event()
        self._is_cut = False

    def add(self, *lines: str) -> None:
        self.lines += lines
        self._changed.set()

    def cut(self) -> None:
        self._is_cut = True
        self._changed.set()

    async def opened(self, is_again: bool) -> AsyncGenerator[list[str], None]:
        self.openings.append(is_again)
        self.sent = 0
        while True:
            while self.sent < len(self.lines):
                self.sent += 1
                line = self.lines[self.sent - 1]
                yield [line] if line else []
            await self._changed.wait()
            self._changed.clear()
            if self._is_cut:
                self._is_cut = False
                raise CUT


async def pump(
    stream: AsyncGenerator[Piece[str], None], into: list[Piece[str]]
) -> None:
    async for piece in stream:
        into.append(piece)  # noqa: PERF401 - it is read while it grows


class Following:
    """Reads a tail in the background, by a clock that the test moves."""

    def __init__(self, buffer: Buffer) -> None:
        self.buffer = buffer
        self.clock = ManualClock()
        self.pieces: list[Piece[str]] = []
        pace = Pace(self.clock.sleep, lambda _: BACKOFF_SECONDS)
        self.stream = Resumed(
            buffer.opened, lambda line: Mark(hash(line)), pace, is_whole=True
        ).pieces()
        self._task = asyncio.create_task(pump(self.stream, self.pieces))

    async def __aenter__(self) -> Following:
        await self.clock.advance(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self.stream.aclose()

    async def reopen(self, *lines: str) -> None:
        """Cut it; at the next opening it holds these lines."""
        self.buffer.cut()
        await self.clock.advance(BEAT_SECONDS)
        self.buffer.lines = list(lines)
        await self.clock.advance(BACKOFF_SECONDS)

    async def settle(self) -> None:
        """Past the backoff, and past the pauses in which a buffer is sent again."""
        for seconds in (0, BACKOFF_SECONDS, *[QUIET_SECONDS] * 4):
            await self.clock.advance(seconds)

    @property
    def lines(self) -> list[str]:
        return [
            line for piece in self.pieces if isinstance(piece, tuple) for line in piece
        ]

    @property
    def gaps(self) -> int:
        return sum(isinstance(piece, Gap) for piece in self.pieces)

    @property
    def cuts(self) -> list[Cut]:
        return [piece for piece in self.pieces if isinstance(piece, Cut)]


async def test_after_a_cut_only_what_is_new_is_passed_on() -> None:
    buffer = Buffer("a", "b", "b")
    async with Following(buffer) as following:
        buffer.add("c")
        await following.clock.advance(0)
        buffer.cut()
        await following.clock.advance(0)
        buffer.add("b", "d")
        await following.settle()
        buffer.add("e")
        await following.settle()

        assert following.lines == ["a", "b", "b", "c", "b", "d", "e"]
        assert following.gaps == 0


async def test_a_cut_says_why_and_how_often() -> None:
    buffer = Buffer("a")
    async with Following(buffer) as following:
        buffer.cut()
        await following.settle()

        assert following.cuts == [Cut(CUT, 1)]


async def test_a_log_is_opened_again_from_its_oldest_line() -> None:
    buffer = Buffer("a")
    async with Following(buffer) as following:
        buffer.cut()
        await following.settle()

        assert buffer.openings == [False, True]


async def test_lines_that_were_overwritten_do_not_hide_the_seam() -> None:
    buffer = Buffer(*"abcdefg")
    async with Following(buffer) as following:
        buffer.cut()
        buffer.lines = list("cdefghi")
        await following.settle()

        assert following.lines == list("abcdefghi")
        assert following.gaps == 0


async def test_without_a_seam_there_is_a_gap_and_then_the_whole_buffer() -> None:
    buffer = Buffer("a", "b")
    async with Following(buffer) as following:
        buffer.cut()
        buffer.lines = ["x", "y"]
        await following.settle()

        assert following.lines == ["a", "b", "x", "y"]
        assert following.gaps == 1


async def test_a_buffer_that_says_nothing_new_repeats_nothing() -> None:
    buffer = Buffer("a", "b")
    async with Following(buffer) as following:
        for _ in range(3):
            buffer.cut()
            await following.settle()

        assert following.lines == ["a", "b"]
        assert following.gaps == 0


async def test_a_cut_while_the_buffer_is_sent_again_neither_hides_nor_repeats() -> None:
    buffer = Buffer("a", "b", "c")
    async with Following(buffer) as following:
        buffer.cut()
        buffer.lines = ["a"]  # and no more, before the next cut
        await following.clock.advance(BACKOFF_SECONDS)
        buffer.cut()
        buffer.lines = ["a", "b", "c", "d"]
        await following.settle()
        await following.settle()

        assert following.lines == ["a", "b", "c", "d"]
        assert following.gaps == 0


async def test_the_seam_is_found_after_a_gap_too() -> None:
    buffer = Buffer("a", "b")
    async with Following(buffer) as following:
        buffer.cut()
        buffer.lines = ["x", "y"]
        await following.settle()
        buffer.cut()
        buffer.add("z")
        await following.settle()

        assert following.lines == ["a", "b", "x", "y", "z"]
        assert following.gaps == 1


async def test_a_node_that_is_never_quiet_is_shown_at_once_after_a_gap() -> None:
    buffer = Buffer("a", "b", "c", "d")
    async with Following(buffer) as following:
        await following.reopen("p", "q")
        for number in range(8):
            buffer.add(f"{number}")
            await following.clock.advance(BEAT_SECONDS)

        assert following.gaps == 1
        assert following.lines == [*"abcdpq", *map(str, range(8))]


async def test_a_node_that_is_never_quiet_goes_on_at_its_seam() -> None:
    buffer = Buffer("a", "b", "c", "d")
    async with Following(buffer) as following:
        await following.reopen(*"abcdef")
        for letter in "ghij":
            buffer.add(letter)
            await following.clock.advance(BEAT_SECONDS)

        assert following.lines == list("abcdefghij")
        assert following.gaps == 0


async def test_a_buffer_that_is_held_up_on_its_way_is_not_taken_for_another() -> None:
    buffer = Buffer(*"abcdef")
    async with Following(buffer) as following:
        await following.reopen("a", "b")
        await following.clock.advance(STALL_SECONDS - 1)
        buffer.add(*"cdefg")
        await following.settle()

        assert following.lines == list("abcdefg")
        assert following.gaps == 0


async def test_a_buffer_that_ends_where_more_was_seen_is_another() -> None:
    buffer = Buffer(*"abcdef")
    async with Following(buffer) as following:
        await following.reopen("a", "b")
        await following.clock.advance(STALL_SECONDS)

        assert following.lines == [*"abcdef", "a", "b"]
        assert following.gaps == 1


async def test_half_a_line_is_no_end() -> None:
    buffer = Buffer("a")
    async with Following(buffer) as following:
        buffer.add("")
        await following.clock.advance(BEAT_SECONDS)
        buffer.add("b")
        await following.clock.advance(BEAT_SECONDS)

        assert following.lines == ["a", "b"]
        assert not following.cuts


async def test_who_does_not_read_holds_the_node_up() -> None:
    buffer = Buffer(*(str(number) for number in range(3 * INBOX)))
    clock = ManualClock()
    stream = Resumed(
        buffer.opened,
        lambda line: Mark(hash(line)),
        Pace(clock.sleep, float),
        is_whole=True,
    ).pieces()

    first = await anext(stream)
    await clock.advance(0)
    sent = buffer.sent
    await stream.aclose()

    assert isinstance(first, tuple)
    assert sent <= 2 * INBOX
