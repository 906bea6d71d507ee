"""What a machine holds, as rows: filesystems, processes, containers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tui.model.machine import ContainerUse, Filesystem, ProcessUse
from tui.present import machine
from tui.present.glyphs import Marks
from widgets.values import Align, Cell, Column, Cut, Line, Row, Span, Tone

_RIGHT = Align.RIGHT
FILESYSTEM_COLUMNS = (
    Column("used", 5, align=_RIGHT),
    Column("mount", 8, weight=3, cut=Cut.MIDDLE),
    Column("free", 8, align=_RIGHT),
    Column("size", 8, align=_RIGHT, drop=1),
    Column("source", 8, weight=1, max_width=16, drop=2),
)
PROCESS_COLUMNS = (
    Column("cpu", 5, align=_RIGHT),
    Column("memory", 8, align=_RIGHT),
    Column("process", 10, weight=1, max_width=18),
    Column("pid", 7, align=_RIGHT, drop=1),
    Column("state", 5, drop=3),
    Column("command", 10, weight=3, drop=2),
)
CONTAINER_COLUMNS = (
    Column("cpu", 5, align=_RIGHT),
    Column("memory", 8, align=_RIGHT),
    Column("pod", 12, weight=2, cut=Cut.MIDDLE),
    Column("container", 9, weight=1, max_width=22),
    Column("status", 9, max_width=12, drop=1),
    Column("image", 12, weight=2, cut=Cut.MIDDLE, drop=2),
)

_ZOMBIE = "Z"
_STUCK = "D"


def filesystem_rows(known: Iterable[Filesystem]) -> tuple[Row, ...]:
    """The fullest first."""
    return tuple(
        _filesystem(each)
        for each in sorted(known, key=lambda each: (-each.used_ratio, each.mount))
    )


def _filesystem(each: Filesystem) -> Row:
    tone = machine.loudness(each.used_ratio, machine.FULL)
    cells = (
        Cell(machine.percent(each.used_ratio), tone, bold=tone is not None),
        Cell(each.mount),
        Cell(machine.size(each.available_bytes), tone),
        Cell(machine.size(each.size_bytes), Tone.QUIET),
        Cell(each.source, Tone.QUIET),
    )
    return Row(f"filesystem {each.mount}", cells)


def process_rows(
    known: Iterable[ProcessUse], marks: Marks, *, by_memory: bool
) -> tuple[Row, ...]:
    """The hungriest first."""
    ordered = sorted(
        known, key=lambda each: _hunger(each.cpu, each.resident_bytes, by_memory)
    )
    return tuple(_process(each, marks) for each in ordered)


def _hunger(
    cpu: float | None,
    memory: int | None,
    by_memory: bool,  # noqa: FBT001 - see above
) -> tuple[float, float]:
    """What is not known is taken for nothing, and so comes last."""
    first, second = -(cpu or 0.0), -float(memory or 0)
    return (second, first) if by_memory else (first, second)


def _process(each: ProcessUse, marks: Marks) -> Row:
    is_odd = each.state in {_ZOMBIE, _STUCK}
    cells = (
        _processors(each.cpu, marks),
        Cell(machine.size(each.resident_bytes)),
        Cell(each.name, bold=is_odd),
        Cell(f"{each.pid}", Tone.QUIET),
        Cell(each.state, Tone.WARNING if is_odd else Tone.QUIET),
        Cell(each.command, Tone.QUIET),
    )
    return Row(f"process {each.pid} {each.name}", cells)


def container_rows(
    known: Iterable[ContainerUse], marks: Marks, *, by_memory: bool
) -> tuple[Row, ...]:
    """The hungriest first."""
    ordered = sorted(
        known, key=lambda each: _hunger(each.cpu, each.memory_bytes, by_memory)
    )
    return tuple(_container(at, each, marks) for at, each in enumerate(ordered))


def _container(at: int, each: ContainerUse, marks: Marks) -> Row:
    status = each.status.removeprefix("CONTAINER_").casefold()
    memory = each.memory_bytes
    cells = (
        _processors(each.cpu, marks),
        Cell(marks.unknown, Tone.QUIET)
        if memory is None
        else Cell(machine.size(memory)),
        Cell(each.pod or each.namespace, None if each.pod else Tone.QUIET),
        Cell(each.name),
        Cell(status, Tone.QUIET if status == "running" else Tone.WARNING),
        Cell(each.image, Tone.QUIET),
    )
    return Row(f"container {each.pod} {each.name} {at}", cells)


def _processors(cpu: float | None, marks: Marks) -> Cell:
    """In hundredths of one processor, as every tool of this kind does."""
    if cpu is None:
        return Cell(marks.unknown, Tone.QUIET)
    return Cell(machine.percent(cpu), Tone.WARNING if cpu >= 0.9 else None)


def why_none(
    subject: str, unavailable: Mapping[str, str], marks: Marks, *, is_told: bool
) -> Line:
    """What is said instead of rows: refused, not told yet, or there is none."""
    why = unavailable.get(subject)
    if why is not None:
        return (Span(f"{marks.unknown} {why}", Tone.WARNING),)
    if not is_told:
        return (Span(f"{marks.connecting} asking", Tone.QUIET),)
    return (Span(f"no {subject}", Tone.QUIET),)
