from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from tests.config.test_reader import mistakes, written
from tui.config import load
from tui.model.attention import Quiet, Wishes

CLUSTERS = '[clusters.prod]\ncontext = "prod"\n[attention]\n'


def test_all_wishes_are_read(tmp_path: Path) -> None:
    text = f"""{CLUSTERS}
clusters = ["prod"]
severities = ["critical", "warning"]
quiet = "22:00-07:30"
bell = false
desktop = false
on_real = ["notify-send", "taloscope"]
on_real_timeout = "5s"
on_real_every = "1m"
"""
    assert load(written(tmp_path, text)).attention == Wishes(
        frozenset({"prod"}),
        frozenset({"critical", "warning"}),
        Quiet(time(22), time(7, 30)),
        bell=False,
        desktop=False,
        on_real=("notify-send", "taloscope"),
        on_real_seconds=5.0,
        on_real_every_seconds=60.0,
    )


def test_without_a_word_the_terminal_calls_and_no_command_is_run(
    tmp_path: Path,
) -> None:
    wishes = load(written(tmp_path, CLUSTERS)).attention
    assert wishes.bell
    assert wishes.desktop
    assert not wishes.on_real


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('clusters = ["prd"]', "is no cluster; there are prod"),
        ('quiet = "night"', 'hours of the day: "22:00-07:00"'),
        ('quiet = "22:00-24:00"', "hours of the day"),
        ('quiet = "22:60-07:00"', "hours of the day"),
        ('quiet = "07:00-07:00"', "begins when it ends"),
        ("on_real = []", "must be a command"),
        ('on_real = "notify-send"', "must be a list"),
        ('on_real_timeout = "0s"', "must be more than nothing"),
        ("bel = true", "did you mean bell?"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, line: str, words: str) -> None:
    (found,) = mistakes(tmp_path, CLUSTERS + line)
    assert found.startswith("4: attention")
    assert words in found
