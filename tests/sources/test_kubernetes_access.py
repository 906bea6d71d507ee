"""A kubeconfig, and an API server that takes what it says or does not."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.clock import ManualClock
from tui.model.fault import FaultKind
from tui.sources import kubernetes_access
from tui.sources.base import SourceError
from tui.sources.kubernetes import PAGE, REFUSED_SECONDS, KubernetesSource
from tui.sources.kubernetes_access import (
    _READER,
    PLUGIN_SECONDS,
    Together,
    output_of,
)
from tui.sources.server_clock import ServerClock


def unheard(_ahead: float) -> None:
    """Of a server's clock that no test asks for."""


async def test_a_context_that_is_missing_is_a_mistake_in_the_config(
    tmp_path: Path,
) -> None:
    for name, text in {"none": "", "other": kubeconfig("http://127.0.0.1:1")}.items():
        path = tmp_path / name
        path.write_text(text)
        source = KubernetesSource("prod", path, 5.0)
        with pytest.raises(SourceError, match=str(path)) as caught:
            await source.nodes()
        assert caught.value.fault.kind is FaultKind.CONFIG


def kubeconfig(url: str, user: str = "{token: t}") -> str:
    return (
        "{apiVersion: v1, kind: Config, current-context: here,"
        f" clusters: [{{name: c, cluster: {{server: '{url}'}}}}],"
        f" users: [{{name: u, user: {user}}}],"
        " contexts: [{name: here, context: {cluster: c, user: u}}]}"
    )


class SmallApi:
    """Many pods in pages; takes one token."""

    def __init__(self, pods: int) -> None:
        self.token = "t"
        self.tokens: list[str] = []
        self._pods = pods

    async def answer(self, request: web.Request) -> web.Response:
        self.tokens.append(request.headers.get("Authorization", ""))
        if self.tokens[-1] != f"Bearer {self.token}":
            return web.json_response({"message": "Unauthorized"}, status=401)
        if not request.path.endswith("/pods"):
            return web.Response(status=404, text="404 page not found")
        assert request.query["limit"] == str(PAGE)
        start = int(request.query.get("continue", 0))
        end = min(start + PAGE, self._pods)
        items = [{"metadata": {"name": f"p{n}"}} for n in range(start, end)]
        more = {"continue": str(end)} if end < self._pods else {}
        return web.json_response({"items": items, "metadata": more})


@pytest.fixture
async def api() -> AsyncIterator[tuple[SmallApi, str]]:
    small = SmallApi(1201)
    app = web.Application()
    app.router.add_get("/{path:.*}", small.answer)
    server = TestServer(app)
    await server.start_server()
    yield small, str(server.make_url(""))
    await server.close()


@pytest.fixture
async def source(
    api: tuple[SmallApi, str], tmp_path: Path
) -> AsyncIterator[KubernetesSource]:
    """What asks it with the token that it takes, by a kubeconfig of that name."""
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig(api[1]))
    asking = KubernetesSource("", path, 5.0)
    yield asking
    await asking.aclose()


async def test_lists_are_read_page_by_page(source: KubernetesSource) -> None:
    pods = await source.pods("")
    assert [pod.name for pod in pods] == [f"p{n}" for n in range(1201)]


async def test_a_404_from_somebody_else_is_not_an_empty_answer(
    source: KubernetesSource,
) -> None:
    with pytest.raises(SourceError) as caught:
        await source.config_map("kube-system", "cilium-config")
    assert caught.value.fault.kind is FaultKind.NOT_FOUND


async def test_refused_credentials_are_read_again_once(
    api: tuple[SmallApi, str], source: KubernetesSource, tmp_path: Path
) -> None:
    small, url = api
    await source.pods("")
    small.token = "fresh"
    (tmp_path / "kubeconfig").write_text(kubeconfig(url, "{token: fresh}"))
    assert len(await source.pods("")) == 1201
    small.token = "unknown"
    small.tokens.clear()
    with pytest.raises(SourceError) as caught:
        await source.pods("")
    assert caught.value.fault.kind is FaultKind.AUTH
    assert len(small.tokens) == 2


async def test_credentials_read_again_in_vain_are_not_read_at_each_question(
    api: tuple[SmallApi, str], tmp_path: Path
) -> None:
    small, url = api
    path, clock = tmp_path / "kubeconfig", ManualClock()
    path.write_text(kubeconfig(url))
    source = KubernetesSource("", path, 5.0, clock=ServerClock(clock, unheard))
    small.token = "fresh"
    for _ in range(3):
        with pytest.raises(SourceError, match="does not accept the credentials"):
            await source.pods("")
    assert len(small.tokens) == 4  # the first was asked twice, the others once

    (tmp_path / "kubeconfig").write_text(kubeconfig(url, "{token: fresh}"))
    await clock.advance(REFUSED_SECONDS)
    assert len(await source.pods("")) == 1201
    await source.aclose()


async def test_an_exec_plugin_gives_the_token(
    api: tuple[SmallApi, str], tmp_path: Path
) -> None:
    credential = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": "t"},
    }
    (tmp_path / "credential.json").write_text(json.dumps(credential))
    user = (
        "{exec: {apiVersion: client.authentication.k8s.io/v1, command: cat,"
        f" args: ['{tmp_path}/credential.json'], interactiveMode: Never}}}}"
    )
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig(api[1], user))
    source = KubernetesSource("", path, 5.0)
    assert len(await source.pods("")) == 1201
    await source.aclose()


async def test_a_plugin_that_fails_is_told_in_its_words(tmp_path: Path) -> None:
    user = (
        "{exec: {apiVersion: client.authentication.k8s.io/v1, command: cat,"
        " args: [/no/such/file], interactiveMode: Never}}"
    )
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig("http://127.0.0.1:1", user))
    with pytest.raises(SourceError) as caught:
        await KubernetesSource("", path, 5.0).nodes()
    assert caught.value.fault.kind is FaultKind.CONFIG
    assert "exec" in caught.value.fault.detail


async def test_a_plugin_that_hangs_is_ended(tmp_path: Path) -> None:
    user = (
        "{exec: {apiVersion: client.authentication.k8s.io/v1, command: sleep,"
        " args: ['60'], interactiveMode: Never}}"
    )
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig("http://127.0.0.1:1", user))
    source = KubernetesSource("", path, 1.0, plugin_seconds=1.0)
    with pytest.raises(SourceError, match="current context") as caught:
        await source.nodes()
    assert "no credentials in time" in caught.value.fault.detail


TOGETHER = """
apiVersion: v1
kind: Config
clusters:
- {name: a, cluster: {server: 'https://a:6443'}}
- {name: b, cluster: {server: 'https://b:6443'}}
users:
- {name: a, user: {token: for-a}}
- {name: b, user: {tokenFile: b.token}}
- {name: hangs, user: {exec: {apiVersion: client.authentication.k8s.io/v1,
    command: sleep, args: ['60'], interactiveMode: Never}}}
- {name: broken, user: {client-certificate: /no/such/file}}
contexts:
- {name: a, context: {cluster: a, user: a}}
- {name: b, context: {cluster: b, user: b}}
- {name: hangs, context: {cluster: a, user: hangs}}
- {name: broken, context: {cluster: a, user: broken}}
"""


async def test_contexts_without_a_plugin_are_read_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []

    async def watched(what: str, *rest: Any, **options: Any) -> tuple[bytes, bytes]:
        asked.append((what, *rest[1:]))
        return await output_of(what, *rest, **options)

    monkeypatch.setattr(kubernetes_access, "output_of", watched)
    path, token = tmp_path / "kubeconfig", tmp_path / "b.token"
    path.write_text(TOGETHER)
    token.write_text("for-b")
    together = Together(path)
    every = ("a", "b", "hangs", "broken", "none")

    async def take(*names: str) -> list[str]:
        async with asyncio.timeout(PLUGIN_SECONDS):
            found = await asyncio.gather(*(together.take(name) for name in names))
        return [each.authorization if each else "" for each in found]

    assert await take(*every) == ["Bearer for-a", "Bearer for-b", "", "", ""]
    token.write_text("new")
    assert await take(*every) == ["Bearer for-a", "Bearer new", "", "", ""]
    assert await take("a") == [""], "for one alone it is not worth it"
    assert asked == [("--each", *sorted(every)), ("--each", "a", "b")]


async def test_who_gives_up_leaves_nothing_old_to_the_next(tmp_path: Path) -> None:
    path, token = tmp_path / "kubeconfig", tmp_path / "b.token"
    path.write_text(TOGETHER)
    token.write_text("old")
    together = Together(path)
    asking = [asyncio.create_task(together.take(name)) for name in ("a", "b")]
    await asking[0]
    asking[1].cancel()
    token.write_text("new")
    assert await together.take("b") is None


async def test_a_file_that_is_no_kubeconfig_is_read_once_for_all_contexts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def watched(what: str, *rest: Any, **options: Any) -> tuple[bytes, bytes]:
        asked.append(what)
        return await output_of(what, *rest, **options)

    monkeypatch.setattr(kubernetes_access, "output_of", watched)
    path = tmp_path / "kubeconfig"
    path.write_text("garbage")
    together = Together(path)
    answers = (
        KubernetesSource(name, path, 5.0, together=together).nodes() for name in "abc"
    )
    told = await asyncio.gather(*answers, return_exceptions=True)
    for error in told:
        assert f"{path} is no kubeconfig" in str(error)
    assert asked == ["--each"]


@pytest.mark.parametrize("text", ["", "]", "a: [", "{users: 1}"])
async def test_a_kubeconfig_that_is_broken_tells_so_for_each_context(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(text)
    together = Together(path)
    sources = {
        name: KubernetesSource(name, path, 5.0, together=together) for name in "ab"
    }
    answers = (each.nodes() for each in sources.values())
    told = await asyncio.gather(*answers, return_exceptions=True)
    for error in told:
        assert isinstance(error, SourceError)
        assert str(path) in str(error)
        assert error.fault.kind is FaultKind.CONFIG
        assert error.fault.remedy


READ = """
import json, runpy, sys
reader = runpy.run_path(sys.argv[1])
if sys.argv[3] == "light":
    reader["lighten"]()
found = reader["main"]("", sys.argv[2])
heavy = ("kubernetes.client.api_client", "oauthlib", "requests_oauthlib")
loaded = [name for name in heavy if name in sys.modules]
config = sys.modules["kubernetes.config.kube_config"]
session = config.OAuth2Session(client_id="me")
refused = config.oauthlib.oauth2.rfc6749.errors.InvalidClientIdError
kinds = [f"{each.__module__}.{each.__name__}" for each in (type(session), refused)]
print(json.dumps([found, loaded, kinds]))
"""


def test_a_kubeconfig_is_read_without_what_renews_tokens_alone(tmp_path: Path) -> None:
    """And what is read is the same as with it; what is needed to renew one is there."""
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig("https://127.0.0.1:1", "{token: t, as: ada}"))

    def read(how: str) -> list[Any]:
        command = [sys.executable, "-P", "-c", READ, str(_READER), str(path), how]
        told: list[Any] = json.loads(subprocess.check_output(command))
        return told

    light, whole = read("light"), read("whole")
    assert light[0] == whole[0]
    assert (light[1], len(whole[1])) == ([], 3)
    assert light[2] == whole[2]
