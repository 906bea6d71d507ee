"""The calls that last: logs and events, as they come."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from talosapi import decode, decode_event
from talosapi.calls import Calls
from talosapi.event import Event
from talosapi.messages import KernelRecord
from talosapi.method import Method
from talosapi.proto import common_pb2 as common
from talosapi.proto import event_pb2 as event
from talosapi.proto import machine_pb2 as machine
from talosapi.resume import Pace, Piece, Resumed
from talosapi.seam import Mark

_DMESG = Method("Dmesg", common.Data.FromString)
_LOGS = Method("Logs", common.Data.FromString)
_EVENTS = Method("Events", event.Event.FromString)


class TailCalls(Calls):
    """What a node writes. Role: os:reader.

    `dmesg`, `logs` and `events` are the calls as they are. The three that begin with
    `follow` never end by themselves: they go on after cuts and reboots, repeat nothing,
    and say with a `Gap` where something is missing.
    """

    async def dmesg(
        self,
        node: str,
        *,
        follow: bool = True,
        tail: bool = False,
        timeout_seconds: float | None = None,
    ) -> AsyncGenerator[KernelRecord, None]:
        """The kernel log: the whole ring buffer, then with `follow` what comes.

        tail     with `follow`: only what comes; without: nothing at all
        return   ends when the node ends it; close it to end it (`aclosing`)
        wire     /machine.MachineService/Dmesg; after a cut the whole buffer comes
                 again, with times up to a second different
        """
        asked = machine.DmesgRequest(follow=follow, tail=tail)
        async with aclosing(self._records(node, asked, timeout_seconds)) as bursts:
            async for burst in bursts:
                for record in burst:
                    yield record

    async def logs(
        self,
        node: str,
        service: str,
        *,
        follow: bool = True,
        tail_lines: int = -1,
        timeout_seconds: float | None = None,
    ) -> AsyncGenerator[str, None]:
        """One service's log, as whole printable lines.

        service     a service id or one of `log_names`
        tail_lines  how many past lines to begin with; -1 for all that are kept
        return      ends when the node ends it; close it to end it (`aclosing`); with
                    `follow` a last line without an end, half of one, is left out
        raise       TalosError(NOT_FOUND) for a service that never wrote a line
        wire        /machine.MachineService/Logs, raw chunks cut anywhere
        """
        asked = _logs_request(service, follow=follow, tail_lines=tail_lines)
        async with aclosing(self._lines(node, asked, timeout_seconds)) as bursts:
            async for burst in bursts:
                for line in burst:
                    yield line

    async def events(
        self,
        node: str,
        *,
        past: int = 0,
        after_id: str = "",
        timeout_seconds: float | None = None,
    ) -> AsyncGenerator[Event, None]:
        """What the node announces, as it comes.

        past      how many past events to begin with; -1 for all that are kept (about
                  a thousand, in memory: a reboot clears them)
        after_id  begin behind this event; then `past` has no meaning
        return    ends when the node ends it; close it to end it (`aclosing`)
        wire      /machine.MachineService/Events; the first event is empty
        """
        asked = event.EventsRequest(tail_events=0 if after_id else past)
        asked.tail_id = after_id
        async with aclosing(self._events(node, asked, timeout_seconds)) as bursts:
            async for burst in bursts:
                for one in burst:
                    yield one

    def follow_dmesg(
        self, node: str, pace: Pace
    ) -> AsyncGenerator[Piece[KernelRecord], None]:
        """The kernel log for ever: the whole ring buffer, then what comes."""
        asked = machine.DmesgRequest(follow=True)
        return Resumed(
            lambda _: self._records(node, asked), _kernel_mark, pace, is_whole=True
        ).pieces()

    def follow_logs(
        self, node: str, service: str, pace: Pace, *, past: int = -1
    ) -> AsyncGenerator[Piece[str], None]:
        """One service's log for ever.

        past  how many past lines to begin with, at least 1; -1 for all that are kept
        """

        def opened(is_again: bool) -> AsyncGenerator[list[str], None]:  # noqa: FBT001 - the one thing that it is told
            lines = -1 if is_again else past
            asked = _logs_request(service, follow=True, tail_lines=lines)
            return self._lines(node, asked)

        return Resumed(
            opened, lambda line: Mark(hash(line)), pace, is_whole=past < 0
        ).pieces()

    def follow_events(
        self, node: str, pace: Pace, *, past: int = -1
    ) -> AsyncGenerator[Piece[Event], None]:
        """What the node announces, for ever.

        past  how many past events to begin with, at least 1; -1 for all that are kept
        """

        def opened(is_again: bool) -> AsyncGenerator[list[Event], None]:  # noqa: FBT001 - the one thing that it is told
            asked = event.EventsRequest(tail_events=-1 if is_again else past)
            return self._events(node, asked)

        return Resumed(
            opened, lambda one: Mark(hash(one.id)), pace, is_whole=past < 0
        ).pieces()

    async def _records(
        self, node: str, asked: machine.DmesgRequest, seconds: float | None = None
    ) -> AsyncGenerator[list[KernelRecord], None]:
        chunks = self._caller.bursts(_DMESG, node, asked.SerializeToString(), seconds)
        async with aclosing(chunks):
            async for burst in chunks:
                yield [decode.kernel_record(chunk.data) for chunk in burst]

    async def _lines(
        self, node: str, asked: machine.LogsRequest, seconds: float | None = None
    ) -> AsyncGenerator[list[str], None]:
        chunks = self._caller.bursts(_LOGS, node, asked.SerializeToString(), seconds)
        splitter = decode.LineSplitter()
        async with aclosing(chunks):
            async for burst in chunks:
                yield [line for chunk in burst for line in splitter.feed(chunk.data)]
        if not asked.follow:
            yield list(splitter.flush())

    async def _events(
        self, node: str, asked: event.EventsRequest, seconds: float | None = None
    ) -> AsyncGenerator[list[Event], None]:
        answers = self._caller.bursts(_EVENTS, node, asked.SerializeToString(), seconds)
        async with aclosing(answers):
            async for burst in answers:
                yield [
                    decode_event.node_event(answer)
                    for answer in burst
                    if answer.data.type_url
                ]


def _logs_request(
    service: str, *, follow: bool, tail_lines: int
) -> machine.LogsRequest:
    return machine.LogsRequest(
        namespace="system", id=service, follow=follow, tail_lines=tail_lines
    )


def _kernel_mark(record: KernelRecord) -> Mark:
    """Times are off by up to a second from answer to answer, but all by the same."""
    fields = tuple(record.fields.items())
    key = hash((record.facility, record.priority, record.message, fields))
    return Mark(key, record.at.timestamp() if record.at else None)
