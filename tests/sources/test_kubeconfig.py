"""What is said of kubeconfigs that cannot be used, and how several are merged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui.model.fault import Fault, FaultKind
from tui.sources.base import SourceError
from tui.sources.contexts import kube_contexts
from tui.sources.kubernetes_access import PLUGIN_SECONDS, Access, load


def kubeconfig(name: str, *more: str, current: str = "") -> str:
    """One with a context of that name, and more that lead to the same server."""
    contexts = ", ".join(
        f"{{name: {each}, context: {{cluster: {name}, user: {name}}}}}"
        for each in (name, *more)
    )
    return (
        f"{{apiVersion: v1, kind: Config, current-context: '{current}',"
        f" clusters: [{{name: {name}, cluster: {{server: 'https://{name}.test'}}}}],"
        f" users: [{{name: {name}, user: {{token: secret-{name}}}}}],"
        f" contexts: [{contexts}]}}"
    )


async def opened(monkeypatch: pytest.MonkeyPatch, context: str, *files: Path) -> Access:
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(map(str, files)))
    return await load(context, None, 5.0, PLUGIN_SECONDS)


async def refused(monkeypatch: pytest.MonkeyPatch, context: str, *files: Path) -> Fault:
    with pytest.raises(SourceError) as caught:
        await opened(monkeypatch, context, *files)
    assert caught.value.fault.kind is FaultKind.CONFIG
    return caught.value.fault


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "\ufeff", "{}"])
async def test_an_empty_file_takes_nothing_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    empty, good = tmp_path / "empty", tmp_path / "good"
    empty.write_text(text)
    good.write_text(kubeconfig("prod", current="prod"))
    for files in ((empty, good), (good, empty)):
        access = await opened(monkeypatch, "", *files)
        assert access.headers == {"Authorization": "Bearer secret-prod"}
        assert [each.name for each in await kube_contexts(None)] == ["prod"]


async def test_of_several_files_the_first_says_which_context_is_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As kubectl does, for which one that is empty says nothing."""
    files = [tmp_path / name for name in ("none", "a", "b")]
    for file, current in zip(files, ("", "a", "b"), strict=True):
        file.write_text(kubeconfig(file.name, current=current))
    access = await opened(monkeypatch, "", *files)
    assert access.session.url == "https://a.test"


async def test_of_two_with_the_same_name_the_first_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(kubeconfig("prod"))
    second.write_text(kubeconfig("prod").replace("secret", "other"))
    access = await opened(monkeypatch, "prod", first, second)
    assert access.headers == {"Authorization": "Bearer secret-prod"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"garbage", "is no kubeconfig: it holds a single value"),
        (b"- a\n- b\n", "is no kubeconfig: it holds a list"),
        (b"users: 1", "is no kubeconfig: its users are no list of named entries"),
        (b"contexts: {a: b}", "is no kubeconfig: its contexts are no list"),
        (b"contexts: [{context: {}}]", "is no kubeconfig: one of its contexts has no"),
        (b"# f\xc3\xbcr\n# f\xfcr\n", "is not UTF-8: byte 0xfc in line 2"),
        (b"a: [", "is no YAML: expected the node content"),
        (b"a: 2024-99-99", "is no YAML: month must be in 1..12"),
        (b"a: \x00", "is no YAML: unacceptable character #x0000"),
        (b"[" * 3000, "is no kubeconfig: it is nested too deeply"),
    ],
    ids=range(10),
)
async def test_a_file_that_is_no_kubeconfig_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, told: str
) -> None:
    broken, good = tmp_path / "broken", tmp_path / "good"
    broken.write_bytes(content)
    good.write_text(kubeconfig("prod"))
    fault = await refused(monkeypatch, "prod", broken, good)
    assert fault.summary.startswith(f"{broken} {told}")
    assert fault.advice == "Correct that file, or take it out of KUBECONFIG."
    with pytest.raises(SourceError, match="cannot read the kubeconfig") as caught:
        await kube_contexts(None)
    assert caught.value.fault.detail == fault.summary


async def test_what_cannot_be_opened_is_named_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = await refused(monkeypatch, "prod", tmp_path)
    assert fault.summary == f"{tmp_path} cannot be read: Is a directory"
    assert "talosctl kubeconfig" in fault.advice


async def test_a_context_that_is_mistyped_is_a_mistake_in_the_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text(kubeconfig("prod", "stage"))
    two.write_text(kubeconfig("lab"))
    fault = await refused(monkeypatch, "prd", one, two)
    has = "did you mean 'prod'? It has prod, stage, lab"
    told = f"the kubeconfig has no context 'prd'; {has} in {one}, {two}"
    assert fault.summary == told
    assert fault.advice == (
        "Correct `context` in the config (config.toml), "
        "or add that context to the kubeconfig."
    )


@pytest.mark.parametrize(
    ("current", "told"),
    [
        ("", "the kubeconfig has no current context; it has prod"),
        ("gone", "the kubeconfig has no context 'gone'; it has prod"),
    ],
)
async def test_a_current_context_that_is_not_there_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    current: str,
    told: str,
) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig("prod", current=current))
    fault = await refused(monkeypatch, "", path)
    assert fault.summary == f"{told} in {path}"
    assert "kubectl config use-context" in fault.advice


async def test_of_many_contexts_some_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig(*(f"c{number:03}" for number in range(100))))
    fault = await refused(monkeypatch, "nosuch", path)
    assert f"c006, c007 and 92 more in {path}" in fault.summary


async def test_without_any_file_it_is_said_where_they_were_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = await refused(monkeypatch, "prod", tmp_path / "a", tmp_path / "b")
    told = f"there is no kubeconfig, or nothing in it: {tmp_path}/a, {tmp_path}/b"
    assert fault.summary == told
    assert "Set KUBECONFIG" in fault.advice


async def test_no_error_tells_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig("prod").replace("user: {token", "usr: {token"))
    fault = await refused(monkeypatch, "prod", path)
    assert fault.detail.endswith(f"Expected key user in {path}/users[name=prod]")


async def test_a_pipe_is_called_one_and_not_a_slow_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for file in (pipe, Path("/dev/fd/63")):
        fault = await refused(monkeypatch, "prod", file)
        assert fault.summary.startswith(f"{file} cannot be read: it is a pipe")
        assert "plugin" not in fault.summary + fault.advice
