"""Viewers read the estate as seldom as they are told, and never more often than it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.cli import viewer
from tui.config import Config


@pytest.mark.parametrize(("asked", "is_read"), [(0.0, 10.0), (5.0, 10.0), (60.0, 60.0)])
def test_a_viewer_is_slower_than_the_config_and_never_faster(
    asked: float, is_read: float
) -> None:
    config = Config(Path(), (), refresh_seconds=10.0)
    assert viewer.spared(config, asked).refresh_seconds == is_read


def test_each_viewer_is_told_how_often_it_reads() -> None:
    words = viewer.command(
        Path("own.toml"), is_wall=False, writes=False, refresh_seconds=60.0
    )
    assert words[-2:] == ["--refresh", "60"]
