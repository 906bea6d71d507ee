from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tui.cli.main import main


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


def completed(script: str, *words: str, cwd: Path | None = None) -> set[str]:
    """What bash offers behind these words."""
    listed = " ".join(f"'{word}'" for word in words)
    asked = f"COMP_WORDS=({listed}); COMP_CWORD={len(words) - 1}; _taloscope"
    done = subprocess.run(
        ["bash", "-c", f'{script}\n{asked}\necho "${{COMPREPLY[@]}}"'],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("taloscope", "ch"), {"check"}),
        (("taloscope", "check", "--output", ""), {"text", "json"}),
        (("taloscope", "silence", "e"), {"expire"}),
        (("taloscope", "config", "p"), {"path"}),
        (("taloscope", "demo", "--sp"), {"--speed"}),
        (("taloscope", "completion", ""), {"--help", "-h", "bash", "fish", "zsh"}),
    ],
)
def test_bash_completes_verbs_options_and_their_values(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], offered: set[str]
) -> None:
    assert completed(told(capsys, "completion", "bash"), *words) == offered


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("taloscope", "--config", ""), {"a.toml", "notes"}),
        (("taloscope", "init", "--output", ""), {"a.toml", "notes"}),
        (("taloscope", "report", "--out", ""), {"notes"}),
        (("taloscope", "report", "a"), {"a.toml"}),
        (("taloscope", "pipeline", "manifests", "n"), {"notes"}),
        (("taloscope", "check", "--timeout", ""), set()),
    ],
)
def test_bash_completes_files_and_folders_where_they_are_taken(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    words: tuple[str, ...],
    offered: set[str],
) -> None:
    (tmp_path / "a.toml").touch()
    (tmp_path / "notes").mkdir()
    script = told(capsys, "completion", "bash")
    assert completed(script, *words, cwd=tmp_path) == offered


def test_every_shell_knows_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    for shell in ("bash", "zsh", "fish"):
        script = told(capsys, "completion", shell)
        for verb in ("check", "demo", "init", "silence", "pipeline", "expire"):
            assert verb in script


def test_the_manual_page_has_every_verb_with_its_options(
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = told(capsys, "man")
    assert page.startswith(".TH TALOSCOPE 1")
    assert '.SH "TALOSCOPE SILENCE ADD"' in page
    assert ".B \\-\\-speed SPEED" in page


def test_the_manual_page_tells_exit_codes_and_variables(
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = told(capsys, "man")
    _, _, codes = page.partition('.SH "EXIT STATUS"')
    for code in (0, 1, 2, 3, 4, 5, 130, 141):
        assert f"\n.B {code}\n" in codes
    _, _, variables = codes.partition(".SH ENVIRONMENT")
    for name in ("TALOSCOPE_CONFIG", "TALOSCOPE_LOG", "XDG_STATE_HOME", "NO_COLOR"):
        assert f".B {name}\n" in variables


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("check", "5    the report could not be written"),
        ("config", "path   print where the config is"),
        ("demo", "usage: taloscope demo"),
        ("lab", "usage: taloscope lab"),
    ],
)
def test_the_help_of_a_verb_is_its_own(
    capsys: pytest.CaptureFixture[str], verb: str, words: str
) -> None:
    try:
        main([verb, "--help"])
    except SystemExit as end:
        assert not end.code  # noqa: PT017 - argparse leaves, demo returns
    assert words in capsys.readouterr().out


def test_the_version_tells_what_it_stands_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, python, *packages = told(capsys, "--version").splitlines()
    assert first.startswith("taloscope ")
    assert "python 3." in python
    assert any(line.startswith("  textual ") for line in packages)
    assert not any("missing" in line for line in packages)
