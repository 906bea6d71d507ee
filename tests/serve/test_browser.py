"""The dashboard in a real Chromium: pictures, keys, several viewers, dead browsers."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.labs import RunningLab
from tests.serve.chromium import Tab, browser
from tests.serve.serving import Served, serving, wait_for_end

pytestmark = pytest.mark.real
TOKEN = "a-token-that-is-long-enough"


@contextmanager
def watched(lab: RunningLab, folder: Path) -> Iterator[tuple[Served, Tab]]:
    """A server, and a browser that shows its estate."""
    with serving(lab, folder / "state") as served, browser(folder / "profile") as tab:
        tab.open(served.url)
        tab.wait("KubeProxyDown")
        yield served, tab


def test_a_browser_shows_the_estate_and_obeys_keys(
    lab: RunningLab, tmp_path: Path
) -> None:
    with serving(lab, tmp_path / "state") as served:
        with browser(tmp_path / "profile") as tab:
            tab.open(served.url)
            tab.wait("Cilium replaces it, 4/4")
            tab.press("?")
            tab.wait("Go to the next row")
            tab.press("Escape")
            tab.wait("Go to the next row", gone=True)
            picture = tab.picture()
            assert tab.colours(picture) > 50
        served.wait_for_viewers(0)


def test_nothing_is_loaded_from_anywhere_else(lab: RunningLab, tmp_path: Path) -> None:
    with watched(lab, tmp_path) as (served, tab):
        loaded = tab.run(
            "performance.getEntriesByType('resource').map((each) => each.name)"
        )
        assert any(each.endswith("textual.js") for each in loaded)
        assert any(each.endswith(".ttf") for each in loaded)
        assert [each for each in loaded if served.address not in each] == []
        assert tab.run("document.fonts.check(\"16px 'Roboto Mono'\")")


def test_two_look_and_one_browser_is_killed(lab: RunningLab, tmp_path: Path) -> None:
    with serving(lab, tmp_path / "state") as served:
        before = served.viewers()
        with browser(tmp_path / "one") as one, browser(tmp_path / "two") as two:
            one.open(served.url)
            one.wait("KubeProxyDown")
            (first,) = served.viewers()
            two.open(served.url, 800, 600)
            two.wait("KubeProxyDown")
            assert len(served.viewers()) == 2
            one.press("t")
            one.wait("targets of all clusters")
            assert "targets of all clusters" not in two.text
            one.kill()
            wait_for_end([first], 5)
            assert len(served.viewers()) == 1
            two.press("?")
            two.wait("esc closes")
        served.wait_for_viewers(0)
        assert served.viewers() == before == []


def test_a_browser_that_hangs_takes_its_dashboard_with_it(
    lab: RunningLab, tmp_path: Path
) -> None:
    """As does one whose machine is gone: nobody closes the connection."""
    with watched(lab, tmp_path) as (served, tab):
        (viewer,) = served.viewers()
        os.killpg(tab.process.pid, signal.SIGSTOP)
        wait_for_end([viewer], 30)


def test_a_browser_whose_dashboard_dies_gets_a_new_one(
    lab: RunningLab, tmp_path: Path
) -> None:
    with watched(lab, tmp_path) as (served, tab):
        (viewer,) = served.viewers()
        os.kill(viewer, signal.SIGKILL)
        wait_for_end([viewer])
        served.wait_for_viewers(1)
        tab.wait("KubeProxyDown")


def test_who_leaves_with_q_is_asked_before_it_opens_again(
    lab: RunningLab, tmp_path: Path
) -> None:
    with watched(lab, tmp_path) as (served, tab):
        tab.press("q")
        served.wait_for_viewers(0)
        # The server has let go of the viewer before the browser hears of it.
        said = "document.getElementById('words').innerText"
        tab.wait("You have left the dashboard.", within=said)
        tab.run("document.getElementById('again').click()")
        served.wait_for_viewers(1)


def test_nothing_can_be_changed_unless_it_is_allowed(
    lab: RunningLab, tmp_path: Path
) -> None:
    with browser(tmp_path / "profile") as tab:
        with serving(lab, tmp_path / "state") as served:
            tab.open(served.url)
            tab.wait("Cilium replaces it, 4/4")
            tab.press("s")
            tab.wait("This view only looks")
        with serving(lab, tmp_path / "state", "--allow-writes") as served:
            tab.open(served.url)
            tab.wait("Cilium replaces it, 4/4")
            tab.press("s")
            tab.wait("silences 1 alert")


def test_no_file_is_written_for_a_browser(lab: RunningLab, tmp_path: Path) -> None:
    with (
        serving(lab, tmp_path / "state", "--allow-writes") as served,
        browser(tmp_path / "profile") as tab,
    ):
        tab.open(served.url)
        tab.wait("KubeProxyDown")
        tab.press("L")
        tab.wait("logs of")
        tab.press("s")
        tab.wait("writes no files")


def test_the_wall_hangs_in_a_browser(lab: RunningLab, tmp_path: Path) -> None:
    with (
        serving(lab, tmp_path / "state", "--wall", "--font-size", "24") as served,
        browser(tmp_path / "profile") as tab,
    ):
        tab.open(served.url, 1920, 1080)
        assert "? keys" not in tab.wait("REAL")


def test_the_token_opens_the_page_and_leaves_the_address(
    lab: RunningLab, tmp_path: Path
) -> None:
    with (
        serving(lab, tmp_path / "state", "--token", TOKEN) as served,
        browser(tmp_path / "profile") as tab,
    ):
        assert served.url.endswith(f"?token={TOKEN}")
        bare = f"http://{served.address}/"
        tab.open(bare)
        tab.wait("wants the token")
        assert served.viewers() == []
        # Words that wait for a font which is refused too are not seen.
        assert tab.colours(tab.picture()) > 20
        tab.open(f"{bare}?token=wrong")
        tab.wait("That is not the token")
        tab.open(served.url)
        tab.wait("KubeProxyDown")
        assert tab.run("location.href") == bare
        assert TOKEN not in tab.run("document.cookie + document.body.innerHTML")
        tab.open(bare)
        tab.wait("KubeProxyDown")


def test_what_happened_unseen_is_recorded_once(lab: RunningLab, tmp_path: Path) -> None:
    with (
        serving(lab, tmp_path / "state") as served,
        browser(tmp_path / "one") as one,
        browser(tmp_path / "two") as two,
    ):
        for tab in (one, two):
            tab.open(served.url)
            tab.wait("Cilium replaces it, 4/4")
        one.press("<")
        one.wait("PAST")
        tapes = list((tmp_path / "state" / "taloscope" / "tape").iterdir())
        assert len(tapes) == 1
