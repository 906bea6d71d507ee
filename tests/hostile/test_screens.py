"""A fleet whose every text means harm, on every screen: shown, and nothing more.

What is looked at are the strips that Textual would write to the terminal.
"""

from __future__ import annotations

import unicodedata
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from textual.events import Paste

from tests.hostile.texts import PARTS, Spoil, spoiled, texts
from tests.judged import NOW
from tests.remembered import CHANGES, HABITS
from tests.screens.stage import SIZES, Stage, on_stage
from tests.screens.test_pipeline import fleet_of
from tui.model.change import Change
from tui.model.command import Outcome
from tui.model.event import Connection, Event, Turn
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import FeedKey, Fleet, SourceKind
from tui.model.log import Gap, LogBatch
from tui.present.glyphs import ASCII, UNICODE, Marks

FORBIDDEN = {"Cc", "Cs", "Zl", "Zp"}
TURNING = frozenset("\u061c\u200b\u200e\u200f\u2060\ufeff") | {
    chr(each) for each in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
JOURNEYS: dict[str, tuple[str, ...]] = {
    "fleet": ("j", "j", "tab", "j", "tab", "j", "tab", "2", "3", "1", "r", "p"),
    "alert": ("G", "enter", "j", "c", "tab", "j", "x", "escape"),
    "finding": ("tab", "tab", "enter", "c"),
    "hidden": ("exclamation_mark", "enter"),
    "silence": ("s", "tab", "tab", "tab", "ctrl+t", "escape", "tab", "ctrl+s"),
    "targets": ("t", "j", "S", "slash", "a", "enter", "enter", "j", "c"),
    "checks": ("t", "j", "w", "j", "enter", "w", "c"),
    "monitor": ("t", "j", "enter", "D"),
    "nodes": ("N", "j", "S", "enter", "s", "r", "o"),
    "services": ("N", "enter", "j", "l", "j", "escape"),
    "machine": ("N", "G", "enter", "tab", "tab", "j", "d"),
    "dmesg": ("N", "d", "j"),
    "logs": ("L", "j", "k", "enter", "j", "escape", "v", "c", "ampersand", "a"),
    "past": ("L", "left_square_bracket", "k", "e"),
    "pipeline": ("P", "j", "l", "l", "c"),
    "silences": ("S", "j", "plus", "escape", "e", "escape", "x", "escape"),
    "history": ("H", "j", "tab", "j", "enter"),
    "sources": ("o", "j", "c"),
    "wall": ("W", "T", "p", "W"),
    "help": ("question_mark", "j"),
    "palette": ("colon", *"tar", "escape"),
}


def spoiled_fleet(spoil: Spoil) -> Fleet:
    """Everything that our hand-made fleet says, spoiled; with faults and a pipeline."""
    fleet = fleet_of()
    fault = Fault(FaultKind.PROTOCOL, "it said", "in detail", "http://x", NOW)
    prod = fleet.clusters[0]
    sources = tuple(replace(each, fault=fault) for each in prod.sources[::2])
    prod = replace(prod, sources=(*sources, *prod.sources[1::2]))
    return spoiled(replace(fleet, clusters=(prod, *fleet.clusters[1:])), spoil)


def spoil_backend(stage: Stage, spoil: Spoil) -> None:
    """Everything else that a backend says, spoiled."""
    backend = stage.backend
    fault = Fault(FaultKind.TIMEOUT, "no answer", "detail", "http://x", NOW)
    names = tuple(backend.logs)
    for name in names:
        backend.logs[name] = spoiled(tuple(backend.logs[name]), spoil)
        backend.archive.kept[name] = tuple(backend.logs[name])
        at = backend.logs[name][0].at_ns
        backend.lost[name] = (Gap(at, at + 1, spoil("why")),)
        backend.tell(name, LogBatch(tuple(backend.logs[name])))
    backend.batches = (spoiled(backend.batches[0], spoil), LogBatch(fault=fault))
    memory = backend.memory
    happened: tuple[Change, ...] = CHANGES
    memory.happened = spoiled(happened, spoil)
    memory.told = spoiled(HABITS, spoil)
    key = FeedKey(SourceKind.LOKI, "http://x", "tail")
    event = Event(NOW, Turn.BEGAN, Connection(key, spoil("refused")))
    memory.events = (event,)
    memory.trouble = spoil("cannot be kept")
    backend.calls.trouble = spoil("no call")
    backend.outcome = Outcome(fault=spoiled(fault, spoil))
    backend.manifests = spoiled(backend.manifests, spoil)


def assert_harmless(stage: Stage) -> None:
    """Nothing on the screen can do anything but be read."""
    app = stage.app
    width = app.size.width
    for strip in app.screen._compositor.render_strips():
        text = strip.text
        for segment in strip:
            assert not segment.control
        bad = {c for c in text if unicodedata.category(c) in FORBIDDEN or c in TURNING}
        assert not bad, f"{bad!r} in {text!r}"
        assert strip.cell_length == width, (strip.cell_length, width, text)
        text.encode()
    app.title.encode()


async def walk(
    keys: tuple[str, ...], size: tuple[int, int], spoil: Spoil, marks: Marks
) -> None:
    """Press keys over a spoiled fleet, and look after each."""
    async with on_stage(size, spoiled_fleet(spoil), marks) as stage:
        spoil_backend(stage, spoil)
        await stage.settle()
        assert_harmless(stage)
        for key in keys:
            await stage.pilot.press(key)
            await stage.pilot.pause()
            assert_harmless(stage)
        await stage.settle()
        assert_harmless(stage)
        assert stage.app.is_running
        assert stage.app.return_code in {0, None}


def everything(text: str) -> str:
    """All the parts that mean harm, then the text; each text begins with another."""
    first = crc32(text.encode(errors="replace")) % len(PARTS)
    return "".join((*PARTS[first:], *PARTS[:first], text))


@pytest.mark.parametrize("journey", JOURNEYS)
async def test_every_screen_shows_every_harm_as_text(journey: str) -> None:
    size = SIZES[len(journey) % len(SIZES)]
    marks = ASCII if len(journey) % 2 else UNICODE
    await walk(JOURNEYS[journey], size, everything, marks)


@settings(max_examples=6)
@given(
    texts(),
    st.sampled_from(sorted(JOURNEYS)),
    st.sampled_from(SIZES),
    st.booleans(),
)
async def test_every_screen_shows_any_text_as_text(
    evil: str, journey: str, size: tuple[int, int], is_first: bool
) -> None:
    def spoil(text: str) -> str:
        return evil + text if is_first else text + evil

    await walk(JOURNEYS[journey], size, spoil, UNICODE)


@pytest.mark.parametrize("keys", [("slash",), ("s", "tab"), ("colon",), ("t", "slash")])
async def test_what_is_pasted_is_shown_as_text(keys: tuple[str, ...]) -> None:
    async with on_stage((80, 24), spoiled_fleet(lambda text: text)) as stage:
        await stage.settle()
        for key in keys:
            await stage.pilot.press(key)
            await stage.settle()
        stage.app.post_message(Paste("".join(PARTS).replace("\n", "")))
        await stage.settle()
        assert_harmless(stage)
