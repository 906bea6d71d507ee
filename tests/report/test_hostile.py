"""Text from outside stays text, in Markdown, on the page, and in the plots."""

from __future__ import annotations

from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from tests.estate import make_fleet
from tests.hostile.texts import spoiled, texts
from tests.report.moments import BEGIN, SPAN, moments
from tui.model.taped import TapeNote
from tui.report.build import report
from tui.report.escaped import cell, code, table, text
from tui.report.markdown import markdown
from tui.report.page import Picture, page
from tui.report.plots import plots

GFM = MarkdownIt("commonmark", {"html": True}).enable("table")
NASTY = (
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![x](http://evil.example/x.svg)",
    "| a | b |",
    "`x` ``y``",
    "**bold** _em_ ~~gone~~",
    "&lt;script&gt;",
    "a\n# head\n- list",
    "\\| \\` \\[",
    "<!-- -->",
    "</svg><script>x</script>",
    "``` \n</code>",
)


class Tags(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.said = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.said += data


def read(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    return tags


@pytest.mark.parametrize("said", NASTY)
def test_escaped_text_is_the_text_itself(said: str) -> None:
    """Even where raw HTML is allowed, as some wikis do."""
    found = read(GFM.render(f"- **x**: {text(said)}"))
    assert found.tags == ["ul", "li", "strong"]
    assert found.said.strip() == f"x: {' '.join(said.split())}"


@pytest.mark.parametrize("said", NASTY)
def test_a_cell_neither_ends_nor_begins_another(said: str) -> None:
    rows = table(("a", "b"), [(text(said), cell(said))])
    found = read(GFM.render("\n".join(rows)))
    assert found.tags.count("td") == 2
    assert set(found.tags) <= {"table", "thead", "tbody", "tr", "th", "td", "code"}


@pytest.mark.parametrize("said", NASTY)
def test_code_is_the_text_itself(said: str) -> None:
    found = read(GFM.render(f"x {code(said)} y"))
    assert found.tags == ["p", "code"]
    assert " ".join(found.said.split()) == f"x {' '.join(said.split())} y"


def test_secrets_are_left_out() -> None:
    assert "hunter2" not in text("http://jo:hunter2@example/ password=hunter2")
    assert "hunter2" not in code("curl http://jo:hunter2@example/")


@settings(max_examples=15)
@given(texts())
def test_a_whole_report_of_hostile_values_has_only_our_tags(nasty: str) -> None:
    fleet = spoiled(make_fleet(), lambda said: f"{said} {nasty}")
    note = TapeNote(BEGIN, "mark", nasty, nasty, nasty)
    found = report(SPAN, moments(fleet), (note,))
    assert found is not None
    allowed = {
        *("h1", "h2", "h3", "p", "ul", "ol", "li", "strong", "code", "pre"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    assert set(read(GFM.render(markdown(found))).tags) <= allowed
    for plot in plots(found):
        ElementTree.fromstring(plot.svg)
    html = page(found, [Picture(BEGIN, nasty, "<svg/>")])
    ours = {"html", "head", "meta", "title", "style", "body", "figure", "figcaption"}
    drawn = {"img", "svg", "rect", "text", "path"}
    assert set(read(html).tags) <= allowed | ours | drawn
    assert markdown(found).isprintable() or all(
        each.isprintable() for each in markdown(found).splitlines()
    )


def test_the_page_needs_nothing_beside_itself() -> None:
    found = report(SPAN, moments(), ())
    assert found is not None
    html = page(found, [Picture(BEGIN, "begin", "<svg/>")])
    assert "default-src 'none'" in html
    for word in ("<script", "<link", "url(", 'src="http', "@import"):
        assert word not in html
