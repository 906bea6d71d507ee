"""A file is there whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tui.state.whole import beside, move_to_free, sync


def test_it_lies_beside_its_place_until_it_is_moved(tmp_path: Path) -> None:
    place = tmp_path / "config"
    with beside(place, b"new", 0o600) as half:
        assert not place.exists()
        assert half.parent == tmp_path
        assert half.read_bytes() == b"new"
        assert stat.S_IMODE(half.stat().st_mode) == 0o600
        half.replace(place)
    sync(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["config"]


def test_nothing_is_left_of_what_was_not_moved(tmp_path: Path) -> None:
    with beside(tmp_path / "config", b"new", 0o600):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_stays_as_it_is(tmp_path: Path) -> None:
    names = [tmp_path / "a", tmp_path / "b"]
    names[0].write_text("mine")
    with beside(names[0], b"new", 0o600) as half:
        assert move_to_free(half, names) == names[1]
    assert [each.read_text() for each in names] == ["mine", "new"]


def test_where_all_names_are_taken_nothing_changes(tmp_path: Path) -> None:
    place = tmp_path / "a"
    place.write_text("mine")
    with beside(place, b"new", 0o600) as half, pytest.raises(FileExistsError):
        move_to_free(half, [place])
    assert [each.read_text() for each in tmp_path.iterdir()] == ["mine"]
