"""Who gets in, and what is left behind, seen from a socket instead of a browser."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.e2e.labs import RunningLab
from tests.serve.serving import Served, serving, wait_for_end

TOKEN = "a-token-that-is-long-enough"


@pytest.fixture(scope="module")
def without_token(
    lab: RunningLab, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    state = tmp_path_factory.mktemp("served")
    with serving(lab, state, "--viewers", "2") as running:
        yield running


@pytest.fixture(scope="module")
def with_token(
    lab: RunningLab, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    state = tmp_path_factory.mktemp("guarded")
    with serving(lab, state, "--token", TOKEN) as running:
        yield running


def unwatched(server: Served) -> Iterator[Served]:
    """A server that nobody looks at, before and after."""
    assert server.viewers() == []
    yield server
    server.wait_for_viewers(0)


@pytest.fixture
def served(without_token: Served) -> Iterator[Served]:
    yield from unwatched(without_token)


@pytest.fixture
def guarded(with_token: Served) -> Iterator[Served]:
    yield from unwatched(with_token)


def look(served: Served, **headers: str) -> Any:
    """A websocket as the page opens it."""
    ours = {"Origin": f"http://{served.address}", **headers}
    return connect(
        f"ws://{served.address}/ws?width=100&height=30",
        additional_headers={name: value for name, value in ours.items() if value},
        max_size=None,
    )


def refused(served: Served, **headers: str) -> int:
    """The status with which a websocket is refused."""
    with pytest.raises(InvalidStatus) as caught, look(served, **headers):
        pass
    return caught.value.response.status_code


def hear(socket: Any, words: bytes) -> None:
    """Until the screen has said this."""
    heard = b""
    while words not in heard:
        message = socket.recv(timeout=30)
        heard += message if isinstance(message, bytes) else b""


@pytest.mark.parametrize("path", ["/", "/ws", "/static/js/textual.js"])
def test_a_name_that_is_not_ours_is_refused(served: Served, path: str) -> None:
    host = {"Host": "evil.example"}
    answer = httpx.get(f"http://{served.address}{path}", headers=host)
    assert answer.status_code == 421
    assert "--name" in answer.text


@pytest.mark.parametrize(
    "origin", ["", "http://evil.example", "http://127.0.0.1:1", "null"]
)
def test_a_page_that_is_not_ours_opens_no_websocket(
    served: Served, origin: str
) -> None:
    assert refused(served, Origin=origin) == 403
    assert served.viewers() == []


@pytest.mark.parametrize("path", ["/", "/static/js/textual.js", "/static/", "/none"])
@pytest.mark.parametrize("query", ["", "?token=wrong", "?token="])
def test_without_the_token_nothing_is_given(
    guarded: Served, path: str, query: str
) -> None:
    answer = httpx.get(f"http://{guarded.address}{path}{query}")
    assert answer.status_code == 401
    assert "token" in answer.text
    assert "set-cookie" not in answer.headers


def test_without_the_token_no_websocket_is_opened(guarded: Served) -> None:
    assert refused(guarded) == 401
    assert refused(guarded, Cookie="taloscope=wrong") == 401


def test_the_token_is_kept_as_a_cookie_that_no_script_reads(guarded: Served) -> None:
    with httpx.Client() as client:
        first = client.get(guarded.url)
        assert first.status_code == 200
        cookie = first.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert TOKEN not in cookie
        script = f"http://{guarded.address}/static/js/textual.js"
        assert client.get(script).status_code == 200
        with look(guarded, Cookie=cookie.partition(";")[0]) as socket:
            hear(socket, b"prod")


def test_the_token_may_be_typed(guarded: Served) -> None:
    page = f"http://{guarded.address}/"
    with httpx.Client(follow_redirects=True) as client:
        assert client.post(page, data={"token": "wrong"}).status_code == 401
        answer = client.post(page, data={"token": f" {TOKEN} "})
        assert answer.status_code == 200
        assert "terminal" in answer.text


def test_no_folder_is_listed_and_nothing_beside_it_is_given(served: Served) -> None:
    page = f"http://{served.address}"
    for path in ("/static/", "/static/js", "/download/x", "/static/..%2fserver.py"):
        assert httpx.get(page + path).status_code in {403, 404}, path


def test_the_page_may_load_nothing_from_elsewhere(served: Served) -> None:
    answer = httpx.get(served.url)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "https://" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_more_viewers_than_may_look_are_told_so(served: Served) -> None:
    with look(served) as one, look(served) as two:
        hear(one, b"prod")
        hear(two, b"prod")
        answer = httpx.get(served.url)
        assert answer.status_code == 503
        assert "As many look already as may: 2." in answer.text
        assert refused(served) == 503
    served.wait_for_viewers(0)
    assert httpx.get(served.url).status_code == 200


@pytest.mark.parametrize(
    "message", ["no json", "{}", "[]", '["resize", {"width": 1e9}]', '["stdin", 1]']
)
def test_what_no_page_of_ours_sends_harms_nothing(served: Served, message: str) -> None:
    with look(served) as socket:
        hear(socket, b"prod")
        socket.send(message)
    served.wait_for_viewers(0)
    assert httpx.get(served.url).status_code == 200


def test_a_size_that_nothing_can_draw_is_bounded(served: Served) -> None:
    with look(served) as socket:
        hear(socket, b"prod")
        size = {"width": 10**9, "height": 10**9}
        socket.send(json.dumps(["resize", size]))
        hear(socket, b"prod")


def test_a_dashboard_that_does_not_leave_is_killed(served: Served) -> None:
    with look(served) as socket:
        hear(socket, b"prod")
        (viewer,) = served.viewers()
        os.kill(viewer, signal.SIGSTOP)
    wait_for_end([viewer], 10)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_however_the_server_ends_no_viewer_is_left(
    lab: RunningLab, tmp_path: Path, sent: signal.Signals
) -> None:
    with serving(lab, tmp_path) as served:
        with look(served) as one, look(served) as two:
            hear(one, b"prod")
            hear(two, b"prod")
            viewers = served.viewers()
            assert len(viewers) == 2
            served.process.send_signal(sent)
            served.process.wait(20)
            wait_for_end(viewers, 10)
        assert not list(served.state.rglob("crash*"))


def test_who_may_act_shows_a_token_on_loopback_too(
    lab: RunningLab, tmp_path: Path
) -> None:
    with serving(lab, tmp_path, "--allow-writes") as served:
        assert len(served.url.partition("?token=")[2]) >= 32
        assert httpx.get(f"http://{served.address}/").status_code == 401


def test_elsewhere_than_on_loopback_a_token_is_made(
    lab: RunningLab, tmp_path: Path
) -> None:
    with serving(lab, tmp_path, "--host", "0.0.0.0") as served:
        host, _, port = served.address.rpartition(":")
        assert host == socket.gethostname()
        assert len(served.url.partition("?token=")[2]) >= 32
        assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 401
        named = {"Host": f"evil.example:{port}"}
        answer = httpx.get(f"http://127.0.0.1:{port}/", headers=named)
        assert answer.status_code == 421


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--token", "short"), "16 letters at least"),
        (("--port", "70000"), "--port"),
        (("--viewers", "0"), "--viewers"),
        (("--refresh", "0.5"), "--refresh"),
        (("--host", "192.0.2.1"), "192.0.2.1:8640"),
    ],
)
def test_what_cannot_be_served_is_told(
    lab: RunningLab, options: tuple[str, ...], told: str
) -> None:
    done = lab.run("serve", *options)
    assert done.returncode in {1, 3}
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_viewer_needs_no_terminal_and_tells_a_wrong_config(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui.cli.viewer", "--config", str(tmp_path / "no")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 3
    assert "taloscope" in done.stderr
