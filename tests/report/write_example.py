"""`python -m tests.report.write_example`: records the story, and writes docs' example.

It takes four minutes. A record that is there already is named behind it.
"""

from __future__ import annotations

import os
import re
import sys
from base64 import b64decode
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.report.story import record_story
from tui.cli.progress import Progress
from tui.cli.report import made, wanted
from tui.cli.report_pages import html_page
from tui.cli.taped import place
from tui.report.markdown import markdown
from tui.report.plots import plots
from tui.tape.shelf import Shelf

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "report-example.md"
PICTURES = ROOT / "screenshots"
SHOWN_MARK = 1
"""The second: by then all is real."""
SHOWN_FINDING = -4
"""Behind it come its log, its node and the end."""
_PORT = re.compile(r"127\.0\.0\.1:(?:3[2-9]|[4-6]\d)\d{3}\b")
"""The lab takes whatever port is free; those below, as of a kubelet, are told ones."""


def write(record: Path) -> None:
    """Write the example of a record of the story."""
    shelf, progress = Shelf(record), Progress(sys.stderr, "")
    found = made(shelf, wanted(shelf, "", ""), progress)
    EXAMPLE.write_text(fixed(markdown(found)))
    for plot, name in zip(plots(found), ("real", "targets", "kernel"), strict=True):
        (PICTURES / f"report-{name}.svg").write_text(f"{plot.svg}\n")
    html = html_page(found, shelf, (None, {}), progress.say)
    drawn = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", html)
    for number, name in ((SHOWN_MARK, "mark"), (SHOWN_FINDING, "finding")):
        screen = b64decode(drawn[number]).decode()
        (PICTURES / f"report-{name}.svg").write_text(fixed(screen))


def fixed(text: str) -> str:
    """The same whatever ports the lab had."""
    return _PORT.sub("127.0.0.1:9090", text)


def main(arguments: list[str]) -> None:
    """Record, unless there is a record, and write."""
    if arguments:
        write(Path(arguments[0]))
        return
    with TemporaryDirectory() as state:
        record_story(Path(state))
        write(place({**os.environ, "XDG_STATE_HOME": state}))


if __name__ == "__main__":
    main(sys.argv[1:])
