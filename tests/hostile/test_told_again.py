"""What is kept and told again of any estate: records, notes, reports, and what has a
name and can be found by it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import thread_time
from xml.etree import ElementTree

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.estate import make_fleet
from tests.hostile.shapes import harmful
from tests.hostile.texts import spoiled
from tests.hostile.warped import warped
from tests.judged import NOW
from tests.report.moments import BEGIN, SPAN, moments
from tests.report.test_hostile import GFM, read
from tests.screens.test_pipeline import fleet_of
from tests.yardstick import slowness
from tui.model.bounds import Bounds
from tui.model.event import Mark
from tui.model.fleet import Fleet
from tui.model.taped import Taped, TapeNote
from tui.present.glyphs import UNICODE
from tui.present.named import MOST, directory, matches
from tui.report.build import report
from tui.report.markdown import markdown
from tui.report.page import Picture, page
from tui.report.plots import plots
from tui.tape.notes import marked
from tui.tape.shelf import Shelf
from tui.tape.writer import Writer

MOST_SECONDS = 0.5
"""Of CPU for one answer to a letter typed, on the machine of the yardstick."""
TAGS = {
    *("h1", "h2", "h3", "p", "ul", "ol", "li", "strong", "code", "pre"),
    *("table", "thead", "tbody", "tr", "th", "td"),
    *("html", "head", "meta", "title", "style", "body", "figure", "figcaption"),
    *("img", "svg", "rect", "text", "path"),
}

fuzzed = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
chances = st.integers(0, 2**32 - 1).map(Random)
odds = st.sampled_from((0.0, 0.02, 0.1, 0.4))


def sound(text: str) -> str:
    """Without what no decoder lets by."""
    return text.encode(errors="replace").decode()


def odd_fleet(chance: Random, how_odd: float) -> Fleet:
    """Any estate that decoders may have read, at a time of ours."""
    whole = fleet_of()
    found: Fleet = spoiled(warped(whole, chance, how_odd), sound)
    return found


@fuzzed
@given(chances, odds)
def test_any_fleet_comes_out_of_the_record_as_it_went_in(
    chance: Random, how_odd: float
) -> None:
    fleet = odd_fleet(chance, how_odd)
    before = make_fleet()
    with TemporaryDirectory() as name:
        folder = Path(name)
        writer = Writer(folder, "run", Bounds(), {})
        for seconds, shown in enumerate((before, fleet, before, fleet)):
            writer.write(Taped(NOW + timedelta(seconds=seconds), shown), ())
        writer.close()
        for seconds, shown in enumerate((before, fleet, before, fleet)):
            found = Shelf(folder).moment(NOW + timedelta(seconds=seconds))
            assert found is not None
            assert repr(found.fleet) == repr(shown)


@fuzzed
@given(st.lists(st.tuples(harmful(), harmful(), harmful()), max_size=4))
def test_any_note_comes_out_of_the_record_as_it_went_in(
    said: list[tuple[str, str, str]],
) -> None:
    notes = tuple(
        TapeNote(NOW, "mark", sound(text), sound(cluster), sound(author))
        for text, cluster, author in said
    )
    with TemporaryDirectory() as name:
        folder = Path(name)
        writer = Writer(folder, "run", Bounds(), {})
        writer.write(Taped(NOW, make_fleet()), notes)
        writer.close()
        kept = Shelf(folder).notes()
    assert list(kept) == list(notes)
    for note in kept:
        event = marked(note)
        assert event is not None
        assert event.about == Mark(note.text, note.author)


@fuzzed
@given(chances, odds, harmful())
def test_a_report_of_any_estate_is_text(
    chance: Random, how_odd: float, said: str
) -> None:
    noted = TapeNote(BEGIN, "mark", sound(said), sound(said), sound(said))
    found = report(SPAN, moments(odd_fleet(chance, how_odd)), (noted,))
    assert found is not None
    told = markdown(found)
    html = page(found, [Picture(BEGIN, sound(said), "<svg/>")])
    for text in (told, html):
        assert all(each.isprintable() for each in text.split("\n")), ascii(text)
    assert set(read(GFM.render(told)).tags) <= TAGS
    assert set(read(html).tags) <= TAGS
    for word in ("<script", "javascript:", "onerror=", "<iframe", "<link"):
        assert word not in html.replace("&lt;script", "")
    for plot in plots(found):
        ElementTree.fromstring(plot.svg)


@fuzzed
@given(chances, odds, st.lists(harmful(), min_size=1, max_size=6))
def test_anything_typed_finds_what_has_such_a_name(
    chance: Random, how_odd: float, typed: list[str]
) -> None:
    book = directory(odd_fleet(chance, how_odd), UNICODE)
    keys = [each.row.key for each in book.entries]
    assert len(set(keys)) == len(keys)
    assert set(keys) <= set(book.things)
    began = thread_time()
    for said in typed:
        rows = matches(book.entries, said)
        assert len(rows) <= MOST
        assert {row.key for row in rows} <= set(keys)
    took = thread_time() - began
    assert took < MOST_SECONDS or took / slowness() < MOST_SECONDS
    for each in book.entries[:20]:
        if each.name.strip() and not each.name.lstrip().startswith("!"):
            first = each.name.split()[0]
            assert first.startswith("!") or matches((each,), first)
