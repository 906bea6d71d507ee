"""A report as one HTML page that needs nothing beside itself."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from html import escape

from markdown_it import MarkdownIt
from msgspec import Struct

from tui.report.escaped import bare
from tui.report.markdown import Section, sections
from tui.report.plots import plots
from tui.report.summary import title
from tui.report.values import Report

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff;
  max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { margin-top: 2rem; border-bottom: 1px solid #ddd; }
h3 { font-size: 1rem; margin-bottom: .3rem; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem;
  border-bottom: 1px solid #e5e5e5; }
td { overflow-wrap: break-word; max-width: 34rem; }
th { color: #555; font-weight: 600; white-space: nowrap; }
td:first-child { white-space: nowrap; }
code, pre { font: .85em/1.4 ui-monospace, monospace; background: #f5f5f5; }
pre { padding: .6rem; overflow-x: auto; }
figure { margin: 1.2rem 0; } figcaption { color: #555; font-size: .9rem; }
figure img, figure svg { width: 100%; height: auto; border: 1px solid #ddd; }
@media print { body { max-width: none; margin: 0; } figure { break-inside: avoid; } }
"""
# Nothing of the page may load anything or run: what it says came from outside.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


class Picture(Struct, frozen=True):
    """The screen at one moment."""

    at: datetime
    what: str
    svg: str


def page(report: Report, pictures: Sequence[Picture]) -> str:
    """The whole page."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{_plain(parser, title(report))}</title>",
        f"<style>{_STYLE}</style></head><body>",
        parser.render(f"# {title(report)}"),
    ]
    for section in sections(report):
        parts.append(parser.render(_text(section)))
        if section.name == "summary":
            parts += [f"<figure>{each.svg}</figure>" for each in plots(report)]
        if section.name == "timeline":
            parts += map(_figure, pictures)
    return "\n".join([*parts, "</body></html>", ""])


def _plain(parser: MarkdownIt, said: str) -> str:
    """The title without its markup, for the bar of a window."""
    return str(parser.renderInline(said))


def _text(section: Section) -> str:
    return "\n".join([f"## {section.title}", "", *section.lines])


def _figure(picture: Picture) -> str:
    """As an image: what is in it can reach neither the page nor the network."""
    data = b64encode(picture.svg.encode()).decode()
    said = escape(bare(picture.what))
    when = f"{picture.at:%Y-%m-%d %H:%M:%S} UTC"
    return (
        f'<figure><img alt="{said}" src="data:image/svg+xml;base64,{data}">'
        f"<figcaption>{when}: {said}</figcaption></figure>"
    )
