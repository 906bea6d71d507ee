from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui.cli.main import main


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["check", "--output", "yaml"],
        ["check", "--timeout", "0"],
        ["check", "--timeout", "soon"],
        ["check", "--unknown"],
        ["config"],
        ["lab", "--at", "x"],
        ["serve", "--port", "99999"],
    ],
)
def test_a_wrong_command_line_gives_3(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 3


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["lab", "--at", "x"], "--at: 'x' is no time of the story"),
        (["lab", "--now", "x"], "--now: 'x' is no RFC 3339 time"),
        (["serve", "--port", "99999"], "must be between 0 and 65535, not '99999'"),
        (["serve", "--refresh", "x"], "must be between 1 and 3600, not 'x'"),
    ],
)
def test_a_value_that_cannot_be_is_told_with_what_can(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["check"], ["config", "check"]])
def test_a_config_that_is_not_there_gives_3_and_says_what_to_do(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--config", str(tmp_path / "no.toml"), *arguments]) == 3
    assert "taloscope demo" in capsys.readouterr().err


def test_the_config_may_be_named_before_or_after_the_verb(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--config", "/a.toml", "config", "path"]) == 0
    assert main(["config", "--config", "/a.toml", "path"]) == 0
    assert capsys.readouterr().out == "/a.toml\n/a.toml\n"


def test_a_good_config_is_called_fine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[clusters.prod]\ncontext = 'prod'\n")
    assert main(["config", "check", "--config", str(path)]) == 0
    assert "clusters: prod" in capsys.readouterr().out


def test_the_version_is_that_of_the_package() -> None:
    assert run("--version").stdout.startswith("taloscope 0.")


def test_without_a_terminal_the_dashboard_says_so(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[clusters.prod]\ncontext = 'prod'\n")
    done = run("--config", str(path))
    assert done.returncode == 3
    assert "needs a terminal" in done.stderr


def test_the_demo_does_not_start_a_lab_without_a_terminal() -> None:
    done = run("demo")
    assert done.returncode == 3
    assert "needs a terminal" in done.stderr


@pytest.mark.parametrize("verb", ["lab", "demo"])
def test_the_lab_tells_its_own_options(verb: str) -> None:
    done = run(verb, "--help")
    assert done.returncode == 0
    assert "--speed" in done.stdout


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["config", "path"], ["undo"]]
)
def test_whoever_has_read_enough_hears_no_complaint(
    arguments: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[clusters.prod]\ncontext = 'prod'\n")
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "tui", "--config", str(path), *arguments],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        timeout=30,
        check=False,
    )
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode in {0, 141}
