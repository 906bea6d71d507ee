"""What `taloscope init` writes over is not lost, whatever fails."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cli.homes import run
from tests.state.test_full_disk import Disk, disk
from tui.cli import init
from tui.cli.init_file import write

__all__ = ["disk"]
CONFIG = "[clusters.prod]\ncontext = 'x'\n"


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_each_file_that_was_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    kept = [write(path, text, may_replace=True) for text in ("1", "2", "3", "4")]
    assert kept[0] is None
    assert [each.read_text() for each in kept if each] == ["1", "2", "3"]
    assert path.read_text() == "4"
    assert names(tmp_path) == [
        "config.toml",
        "config.toml.bak",
        "config.toml.bak.1",
        "config.toml.bak.2",
    ]


def test_its_permissions_stay(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("old")
    path.chmod(0o660)
    kept = write(path, "new", may_replace=True)
    assert kept is not None
    modes = {stat.S_IMODE(each.stat().st_mode) for each in (path, kept)}
    assert modes == {0o660}


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_one(tmp_path: Path, *, is_there: bool) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "config.toml"
    link.symlink_to("real.toml")
    if is_there:
        real.write_text("old")
    kept = write(link, "new", may_replace=is_there)
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert kept == (tmp_path / "real.toml.bak" if is_there else None)


def test_one_that_came_in_the_meantime_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("old")
    with pytest.raises(FileExistsError):
        write(path, "new", may_replace=False)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["config.toml"]


@pytest.mark.parametrize("pages", [0, 1])
def test_on_a_full_disk_the_old_one_stays(disk: Disk, pages: int) -> None:
    path = disk.path / "config.toml"
    path.write_text("old")
    disk.fill(but=pages)
    with pytest.raises(OSError, match="No space left"):
        write(path, "new", may_replace=True)
    assert path.read_text() == "old"
    assert names(disk.path) == ["ballast", "config.toml"]


def test_a_device_is_written_to(tmp_path: Path) -> None:
    assert write(Path("/dev/null"), "new", may_replace=True) is None
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_dry_run_of_the_inventory_writes_nothing(
    tmp_path: Path, force: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    config, path = tmp_path / "config.toml", tmp_path / "mine.toml"
    config.write_text(CONFIG)
    path.write_text("mine")
    arguments = ["--inventory", "--dry-run", *force, "--output", str(path)]
    assert init.run(arguments, config, {}) == 0
    assert path.read_text() == "mine"
    assert "prod: no Prometheus is configured" in capsys.readouterr().out


def test_an_inventory_that_is_replaced_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, path = tmp_path / "config.toml", tmp_path / "mine.toml"
    config.write_text(CONFIG)
    path.write_text("mine")
    arguments = ["--inventory", "--force", "--output", str(path)]
    assert init.run(arguments, config, {}) == 0
    kept = tmp_path / "mine.toml.bak"
    assert kept.read_text() == "mine"
    assert f"The old one is kept: {kept}\n" in capsys.readouterr().err


def test_an_output_without_an_inventory_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "init", "--yes", "--output", str(tmp_path / "my.toml"))
    assert done.returncode == 3
    assert "--output is of --inventory: --config FILE names the config" in done.stderr
    assert names(tmp_path) == []
