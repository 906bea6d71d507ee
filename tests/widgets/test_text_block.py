from __future__ import annotations

from textual.containers import VerticalScroll

from tests.widgets.screen import Stage, screen_lines, screen_text, style_of
from widgets.evidence_list import EvidenceList
from widgets.fault_bar import FaultBar
from widgets.text_block import Note, TextBlock
from widgets.values import EvidenceItem, FaultNote, Span, Tone

EVIDENCE = (
    EvidenceItem(
        "✔",
        "supports",
        Tone.GOOD,
        "Cilium kube-proxy-replacement is 'true'",
        "configmap kube-system/cilium-config",
        "12s",
    ),
    EvidenceItem("?", "could not tell", Tone.WARNING, "4/4 agents Ready", "pods"),
)
FAULT = FaultNote("✖", "loki", "connection refused", "Is it running?", "next in 12s")


async def test_a_block_is_as_high_as_its_lines_need() -> None:
    block = TextBlock()
    block.show_lines((Span("one two three four"),), (), (Span("end"),))
    app = Stage(block)
    async with app.run_test(size=(10, 8)) as pilot:
        assert screen_lines(app)[:4] == ["one two", "three four", "", "end"]
        assert block.size.height == 4
        await pilot.resize_terminal(30, 8)
        await pilot.pause()
        assert screen_text(app) == "one two three four\n\nend"


async def test_a_note_takes_nothing_from_what_is_below_it() -> None:
    """By a margin it did: of the height that is left Textual took its width too."""
    note, below = Note(), VerticalScroll()
    note.show_lines((Span("one two three"),))
    app = Stage(note, below)
    async with app.run_test(size=(10, 8)):
        assert screen_lines(app)[:3] == [" one two", " three", ""]
        assert below.outer_size.width == 10


async def test_more_text_makes_the_block_higher() -> None:
    block = TextBlock()
    app = Stage(block)
    async with app.run_test(size=(20, 8)) as pilot:
        block.show_lines((Span("a"),), (Span("b"),))
        await pilot.pause()
        assert screen_text(app) == "a\nb"


async def test_what_was_measured_before_the_text_came_is_measured_again() -> None:
    block = TextBlock()
    app = Stage(block)
    async with app.run_test(size=(20, 5)) as pilot:
        block.display = False
        await pilot.pause()
        block.display = True
        app.screen.arrange(app.screen.size)  # as a layout of something else does
        block.show_lines((Span("it is on fire"),))
        await pilot.pause()
        assert screen_lines(app)[0].startswith("it is on fire")


async def test_a_block_scrolls_inside_a_container() -> None:
    block = TextBlock()
    block.show_lines(*((Span(f"line {n}"),) for n in range(30)))
    app = Stage(VerticalScroll(block))
    async with app.run_test(size=(20, 5)) as pilot:
        app.query_one(VerticalScroll).scroll_to(y=10, animate=False)
        await pilot.pause()
        assert screen_lines(app)[0].startswith("line 10")


async def test_evidence_says_what_it_speaks_for_who_says_so_and_when() -> None:
    evidence = EvidenceList()
    evidence.show_items(EVIDENCE)
    app = Stage(evidence)
    async with app.run_test(size=(60, 6)):
        assert screen_lines(app)[:3] == [
            "✔ supports        Cilium kube-proxy-replacement is 'true'",
            "                  configmap kube-system/cilium-config, 12s",
            "? could not tell  4/4 agents Ready  pods",
        ]
        assert style_of(app, "✔") == evidence.tone_style(Tone.GOOD, bold=True)


async def test_no_evidence_is_an_empty_list() -> None:
    evidence = EvidenceList()
    app = Stage(evidence)
    async with app.run_test(size=(60, 6)) as pilot:
        evidence.show_items(EVIDENCE)
        evidence.show_items(())
        await pilot.pause()
        assert screen_text(app) == ""


async def test_a_fault_says_who_why_what_helps_and_when_it_is_tried_again() -> None:
    bar = FaultBar()
    bar.show_fault(FAULT)
    app = Stage(bar)
    async with app.run_test(size=(50, 6)):
        assert screen_text(app) == (
            "✖ loki: connection refused  Is it running?  next\n  in 12s"
        )


async def test_without_a_fault_the_bar_takes_no_room() -> None:
    bar = FaultBar()
    below = TextBlock()
    below.show_lines((Span("below"),))
    app = Stage(bar, below)
    async with app.run_test(size=(60, 6)) as pilot:
        bar.show_fault(FAULT)
        bar.show_fault(None)
        await pilot.pause()
        assert screen_text(app) == "below"


async def test_what_comes_from_outside_is_never_markup() -> None:
    block = TextBlock()
    block.show_lines((Span("[/nope] \x1b[31mred\x1b[0m 漢字 \u202eabc"),))
    app = Stage(block)
    async with app.run_test(size=(12, 4)):
        assert screen_text(app) == "[/nope]\n�red� 漢字\n�abc"
