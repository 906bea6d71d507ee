"""Configs that are nearly right, and files that are no configs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.test_reader import mistakes, written
from tui.config import ConfigError, find, load
from tui.model import toml

CLUSTER = "[clusters.prod]\ncontext = 'prod'\n"
AGAIN = "is there already, in line 1: join the two, or rename one"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[clusters.'']\ncontext = 'x'", '1: clusters."": a cluster needs a name'),
        ("[clusters.' ']\ncontext = 'x'", '1: clusters." ": a cluster needs a name'),
        (CLUSTER + CLUSTER, f"3: clusters.prod {AGAIN}"),
        ("[a.b]\n[a]\nb.c = 1", f"3: a.b {AGAIN}"),
        (
            f"{CLUSTER}[clusters.monit]\ncontext = 'prod'\n",
            "4: clusters.monit.context: is that of prod too: alerts of one would be",
        ),
        (f"{CLUSTER}context = 'y'", "3: a key of this name is there already"),
        ("a = { b = 1, b = 2 }", "1: a key of this name is there already"),
        (f"refresh = '100ms'\n{CLUSTER}", "1: refresh: must be 1s or more"),
        (f"refresh = '0s'\n{CLUSTER}", "1: refresh: must be 1s or more"),
        (f"timeout = '0s'\n{CLUSTER}", "1: timeout: must be more than 0s"),
    ],
)
def test_a_mistake_is_told_in_the_words_of_the_file(
    text: str, told: str, tmp_path: Path
) -> None:
    (found,) = mistakes(tmp_path, text)
    assert found.startswith(told)


@pytest.mark.parametrize("name", ["~no-such-user/x", "x" * 300, "a\0b"])
def test_a_path_that_no_file_can_have_is_a_mistake(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"kubeconfig = {toml.quoted(name)}\n{CLUSTER}")
    with pytest.raises(ConfigError, match="kubeconfig: there is no file "):
        load(path)
    assert find(Path("~no-such-user/x"), {}) == Path("~no-such-user/x")


def test_a_mistake_quotes_nothing_that_steers_the_terminal(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, f'{CLUSTER}"a\\u001b[31m" = 1')
    assert found.startswith('3: clusters.prod."a [31m": is not a key here')


@pytest.mark.parametrize("key", ["ca_file", "cert_file"])
def test_a_file_without_a_certificate_is_a_mistake(key: str, tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("-----BEGIN PRIVATE KEY-----\n")
    server = f"prometheus = {{ url = 'https://p', {key} = 'x.pem' }}\n"
    (found,) = mistakes(tmp_path, CLUSTER + server)
    assert "holds no certificate" in found
    (tmp_path / "x.pem").write_text(f"a comment\n{PEM}")
    assert load(written(tmp_path, CLUSTER + server)).clusters


def test_the_mark_that_editors_of_windows_write_is_none_of_the_text(
    tmp_path: Path,
) -> None:
    assert load(written(tmp_path, f"\ufeff{CLUSTER}")).clusters[0].name == "prod"


def test_a_shell_may_give_the_config_through_a_pipe() -> None:
    config = "<(printf '[clusters.prod]\\n'; sleep 0.3; printf 'context = \"p\"')"
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m tui config check --config {config}"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert "fine; clusters: prod" in done.stdout


def test_a_pipe_into_which_nobody_writes_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(ConfigError, match="nobody writes"):
        load(pipe)


def test_a_pipe_in_which_nothing_comes_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.config.content._PATIENCE_SECONDS", 0.1)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    both = os.open(pipe, os.O_RDWR)
    try:
        with pytest.raises(ConfigError, match="nothing came"):
            load(pipe)
    finally:
        os.close(both)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_no_config(device: str) -> None:
    with pytest.raises(ConfigError, match="is a device"):
        load(Path(device))
