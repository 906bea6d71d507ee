"""`taloscope report` writes two files of a record, or says why it cannot."""

from __future__ import annotations

import re
import shutil
from base64 import b64decode
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.test_replay import KEPT, nowhere
from tests.judged import NOW
from tui.cli import report
from tui.cli.output import USAGE
from tui.model.bounds import Bounds
from tui.model.taped import TapeNote
from tui.tape.writer import Writer

DAY = "2026-02-27"


def run(folder: Path, *arguments: str) -> int:
    return report.run([*arguments, "--out", str(folder / "out")], None, nowhere(folder))


def text(folder: Path, end: str = ".md") -> str:
    (path,) = (folder / "out").glob(f"*{end}")
    return path.read_text()


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def seen(picture: str) -> str:
    """What one reads in a picture of the page."""
    drawn = ElementTree.fromstring(b64decode(picture))
    return " ".join("".join(drawn.itertext()).split())


def test_a_record_becomes_markdown_and_a_page_with_its_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, str(KEPT)) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("Incident report: prod")
    assert [Path(each).suffix for each in told[1:]] == [".md", ".html"]
    assert all(Path(each).stat().st_mode & 0o077 == 0 for each in told[1:])
    assert "**false → ✖ REAL** | KubeProxyDown | Cilium agent" in text(tmp_path)
    html = text(tmp_path, ".html")
    pictures = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", html)
    assert len(pictures) > 4
    finding, log, node = map(seen, pictures[-4:-1])
    assert "kernel of talos-wk-2" in finding
    assert "what it hurts" in finding
    assert "logs of talos-wk-2" in log
    assert "[services]" in node
    shown = seen(pictures[-1])
    assert "PAST 2026-02-27 02:14:3" in shown
    assert "talos-wk-2" in shown


def test_a_part_of_a_record_is_told_alone(tmp_path: Path) -> None:
    span = "--from", f"{DAY} 02:13:50", "--to", f"{DAY} 02:14:05"
    assert run(tmp_path, str(KEPT), *span, "--markdown-only") == 0
    found = text(tmp_path)
    assert "2026-02-27 02:13:50 to 02:14:05 UTC" in found
    assert "false → ✖ REAL" not in found
    assert not list((tmp_path / "out").glob("*.html"))


def test_times_of_day_are_those_of_the_record(tmp_path: Path) -> None:
    span = "--from", "-20s", "--to", "02:14:30", "--markdown-only"
    assert run(tmp_path, str(KEPT), *span) == 0
    assert "2026-02-27 02:14:10 to 02:14:30 UTC" in text(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--from", "soon"], USAGE, "--from: 'soon' is no time"),
        (["--to", "25:99"], USAGE, "--to: "),
        (
            ["--from", "2026-02-20 10:00", "--to", "2026-02-20 11:00"],
            1,
            "the record goes from 2026-02-27 02:13:47 to 2026-02-27 02:14:36",
        ),
        (
            ["--from", f"{DAY} 02:14:20", "--to", f"{DAY} 02:14:10"],
            USAGE,
            "is still to come",
        ),
    ],
)
def test_a_time_that_cannot_be_told_is_said(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    words: str,
) -> None:
    assert run(tmp_path, str(KEPT), *arguments) == code
    assert words in complaint(capsys)
    assert not (tmp_path / "out").exists()


def test_where_nothing_is_recorded_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path) == 1
    told = complaint(capsys)
    assert "nothing is recorded in" in told
    assert "the dashboard records while it runs" in told
    assert "[record] in the config says enabled = false" in told


def test_a_file_that_is_none_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, str(tmp_path / "gone.tape")) == USAGE
    assert "there is no such file" in complaint(capsys)
    (tmp_path / "odd.tape").write_text("no record")
    assert run(tmp_path, str(tmp_path / "odd.tape")) == 1
    assert "is no record" in complaint(capsys)


def test_marks_without_a_moment_are_no_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand = Writer(tmp_path / "tape", "run", Bounds(), {})
    hand.note(TapeNote(NOW, "mark", "alone"), NOW)
    assert run(tmp_path, str(tmp_path / "tape")) == 1
    assert "no moment" in complaint(capsys)


def test_a_torn_record_is_told_as_far_as_it_goes_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torn = tmp_path / "torn.tape"
    shutil.copy(KEPT, torn)
    data = torn.read_bytes()
    torn.write_bytes(data[: len(data) * 3 // 4])
    assert run(tmp_path, str(torn), "--markdown-only") == 0
    assert "torn" in complaint(capsys)
    assert "## Timeline" in text(tmp_path)


def test_a_folder_that_cannot_be_written_to_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("in the way")
    assert run(tmp_path, str(KEPT), "--markdown-only") == 1
    assert "out: File exists" in complaint(capsys)


def test_how_far_it_is_is_told_to_a_program_that_asks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, str(KEPT), "--progress", "at: ") == 0
    told = capsys.readouterr().err.splitlines()
    assert all(each.startswith("at: ") for each in told)
    shares = [each for each in told if each.startswith("at: reading the record: ")]
    assert shares[-1].endswith("100%")
    assert told[-1].startswith("at: drawing picture ")


def test_a_pipe_that_did_not_ask_gets_none_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, str(KEPT), "--markdown-only") == 0
    assert not complaint(capsys)
