"""What is deleted is kept first: whole, private, and readable by kubectl."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from tests.judged import NOW
from tui.model.manifest import Manifest
from tui.state.undo import KeepError, UndoFolder, undo_folder

TEXT = "kind: ServiceMonitor\nmetadata:\n  name: kube-proxy\n"
MONITOR = Manifest("monit", "monitoring", "kube-proxy", "u-1", "71", TEXT)


@pytest.fixture
def folder(tmp_path: Path) -> UndoFolder:
    return UndoFolder(tmp_path / "taloscope" / "undo")


def test_what_is_kept_is_listed_newest_first(folder: UndoFolder) -> None:
    first = folder.keep(MONITOR, NOW)
    second = folder.keep(replace(MONITOR, name="etcd"), NOW + timedelta(hours=1))
    assert folder.listed() == ((second, first), ())
    assert (first.id, first.cluster) == ("20261121T021347Z-kube-proxy", "monit")
    assert (first.at, first.text) == (NOW, TEXT)


def test_nobody_else_may_read_it(folder: UndoFolder) -> None:
    kept = folder.keep(MONITOR, NOW)
    assert stat.S_IMODE(Path(kept.path).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.path.parent.stat().st_mode) == 0o700


def test_a_file_is_what_kubectl_takes(folder: UndoFolder) -> None:
    text = Path(folder.keep(MONITOR, NOW).path).read_text()
    assert text.startswith("# taloscope kept this: ")
    assert yaml.safe_load(text) == yaml.safe_load(TEXT)


def test_two_of_one_second_do_not_overwrite_each_other(folder: UndoFolder) -> None:
    first, second = folder.keep(MONITOR, NOW), folder.keep(MONITOR, NOW)
    assert first.id != second.id
    assert len(folder.listed()[0]) == 2


def test_a_name_cannot_lead_out_of_the_folder(folder: UndoFolder) -> None:
    kept = folder.keep(replace(MONITOR, name="../../x/\x00Ä"), NOW)
    assert Path(kept.path).parent == folder.path
    assert folder.listed()[0] == (kept,)


def test_nothing_half_is_left_behind(folder: UndoFolder) -> None:
    folder.keep(MONITOR, NOW)
    assert [path.suffix for path in folder.path.iterdir()] == [".yaml"]


def test_where_nothing_was_kept_nothing_is_listed(folder: UndoFolder) -> None:
    assert folder.listed() == ((), ())


def test_what_is_put_back_is_forgotten(folder: UndoFolder) -> None:
    kept = folder.keep(MONITOR, NOW)
    folder.forget(kept)
    folder.forget(kept)
    assert folder.listed() == ((), ())


def test_what_cannot_be_kept_says_where_and_why(tmp_path: Path) -> None:
    (tmp_path / "taloscope").write_text("in the way")
    folder = UndoFolder(tmp_path / "taloscope" / "undo")
    with pytest.raises(KeepError, match=r"taloscope.undo: (File exists|Not a dir)"):
        folder.keep(MONITOR, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kind: ServiceMonitor\n",
        "# taloscope kept this: {}\nkind: x\n",
        "# taloscope kept this: []\n",
        "# taloscope kept this: {\n",
        '# taloscope kept this: {"at": "yesterday"}\n',
    ],
)
def test_a_file_that_is_not_ours_is_told_and_hides_no_other(
    folder: UndoFolder, text: str
) -> None:
    kept = folder.keep(MONITOR, NOW)
    (folder.path / "x.yaml").write_text(text)
    found, (wrong,) = folder.listed()
    assert found == (kept,)
    assert "x.yaml: " in wrong


def test_it_lies_in_xdgs_place() -> None:
    found = undo_folder({"XDG_STATE_HOME": "/x"})
    assert found.path == Path("/x/taloscope/undo")
