from __future__ import annotations

import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest
import yaml

from talosapi.config import find_config, load_config, search_path
from talosapi.endpoint import Endpoint, parse_endpoint
from talosapi.errors import TalosConfigError

CRT = b64encode(b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n").decode()
KEY = b64encode(
    b"-----BEGIN ED25519 PRIVATE KEY-----\nsecret\n-----END ED25519 PRIVATE KEY-----\n"
).decode()
GOOD: dict[str, object] = {
    "endpoints": ["10.10.0.40"],
    "nodes": ["10.10.0.41"],
    "ca": CRT,
    "crt": CRT,
    "key": KEY,
}


def written(folder: Path, document: object) -> Path:
    path = folder / "talosconfig"
    path.write_text(yaml.safe_dump(document))
    return path


def one_context(folder: Path, **changes: object) -> Path:
    fields = {name: value for name, value in {**GOOD, **changes}.items() if value}
    return written(folder, {"context": "prod", "contexts": {"prod": fields}})


def test_current_context_is_read(tmp_path: Path) -> None:
    context = load_config(one_context(tmp_path)).context()

    assert context.name == "prod"
    assert context.endpoints == (Endpoint("10.10.0.40", 50000),)
    assert context.nodes == ("10.10.0.41",)
    assert context.ca.startswith(b"-----BEGIN CERTIFICATE-----")


def test_key_gets_the_header_that_openssl_knows(tmp_path: Path) -> None:
    key = load_config(one_context(tmp_path)).context().key.reveal()

    assert key.startswith(b"-----BEGIN PRIVATE KEY-----")
    assert key.rstrip().endswith(b"-----END PRIVATE KEY-----")


def test_key_does_not_show_itself(tmp_path: Path) -> None:
    context = load_config(one_context(tmp_path)).context()

    assert repr(context.key) == "***"
    assert "secret" not in repr(context)


def test_context_is_chosen_by_name(tmp_path: Path) -> None:
    contexts = {"prod": GOOD, "monit": {**GOOD, "endpoints": ["10.10.0.30"]}}
    path = written(tmp_path, {"context": "prod", "contexts": contexts})

    context = load_config(path).context("monit")

    assert context.endpoints == (Endpoint("10.10.0.30"),)


def test_old_target_is_one_more_endpoint(tmp_path: Path) -> None:
    context = load_config(one_context(tmp_path, target="10.10.0.50")).context()

    assert [one.host for one in context.endpoints] == ["10.10.0.40", "10.10.0.50"]


def test_broken_context_does_not_spoil_the_others(tmp_path: Path) -> None:
    contexts = {"broken": {"endpoints": []}, "prod": GOOD}
    path = written(tmp_path, {"context": "prod", "contexts": contexts})

    assert load_config(path).context().name == "prod"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"endpoints": None}, "it has no endpoints"),
        ({"endpoints": "10.10.0.40"}, "`endpoints` is not a list"),
        ({"endpoints": ["host:port"]}, "has no valid port"),
        ({"nodes": ["10.10.0.41:50000"]}, "node '10.10.0.41:50000' has a port"),
        ({"ca": "!!!"}, "`ca` is not base64"),
        ({"crt": "AAA"}, "`crt` is not base64"),
        ({"key": b64encode(b"nonsense").decode()}, "`key` holds no PEM block"),
        ({"crt": None}, "it has no `crt`"),
        ({"crt": None, "auth": {"siderov1": {"identity": "me"}}}, "`auth`"),
        ({"proxy-url": "http://proxy:3128"}, "`proxy-url`"),
    ],
)
def test_unusable_context_is_named_with_its_file_and_a_remedy(
    tmp_path: Path, changes: dict[str, object], problem: str
) -> None:
    path = one_context(tmp_path, **changes)

    with pytest.raises(TalosConfigError) as caught:
        load_config(path).context()

    error = caught.value
    assert problem in error.problem
    assert error.problem.startswith("context 'prod': ")
    assert str(error).startswith(f"{path}: ")
    assert error.advice


@pytest.mark.parametrize(
    ("changes", "hosts"),
    [
        ({"crt": "!!!!"}, ("10.10.0.40", "10.10.0.41")),
        ({"endpoints": None, "key": None}, ("10.10.0.41",)),
        ({"nodes": ["10.10.0.41:50000"]}, ("10.10.0.40",)),
        ({"endpoints": 5, "nodes": 5}, ()),
    ],
)
def test_hosts_are_told_of_a_context_that_cannot_be_used(
    tmp_path: Path, changes: dict[str, object], hosts: tuple[str, ...]
) -> None:
    config = load_config(one_context(tmp_path, **changes))

    with pytest.raises(TalosConfigError):
        config.context()
    assert config.hosts("prod") == hosts


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file is empty"),
        ("context: prod\n", "it has no contexts"),
        ("just words", "not a talosconfig"),
        ("contexts: [a, b]", "not a talosconfig"),
        ("context: a\ncontexts: {\n", "not valid YAML in line 3"),
    ],
)
def test_file_that_is_no_talosconfig_says_what_it_is(
    tmp_path: Path, text: str, problem: str
) -> None:
    path = tmp_path / "talosconfig"
    path.write_text(text)

    with pytest.raises(TalosConfigError) as caught:
        load_config(path)

    assert caught.value.problem == problem


def test_wrong_context_name_gets_the_nearest_one(tmp_path: Path) -> None:
    config = load_config(one_context(tmp_path))

    with pytest.raises(TalosConfigError, match="Did you mean 'prod'"):
        config.context("prdo")


def test_no_selected_context_lists_what_there_is(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, {"contexts": {"prod": GOOD}}))

    with pytest.raises(TalosConfigError, match=r"no context is selected.*prod"):
        config.context()


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TalosConfigError, match="nowhere: the file does not exist"):
        load_config(tmp_path / "nowhere")


def test_search_goes_from_variable_to_talos_home_to_the_pod() -> None:
    environ = {"TALOSCONFIG": "/a/config", "TALOS_HOME": "/b"}

    places = [str(path) for path in search_path(environ, Path("/home/me"))]

    pod = "/var/run/secrets/talos.dev/config"
    assert places == ["/a/config", "/b/config", pod]


def test_relative_talos_home_is_ignored() -> None:
    places = search_path({"TALOS_HOME": "relative"}, Path("/home/me"))

    assert places[0] == Path("/home/me/.talos/config")


def test_variable_that_names_no_file_falls_through(tmp_path: Path) -> None:
    (tmp_path / ".talos").mkdir()
    one_context(tmp_path).rename(tmp_path / ".talos" / "config")

    config = find_config({"TALOSCONFIG": "/nowhere"}, home=tmp_path)

    assert config.path == tmp_path / ".talos" / "config"


def test_finding_none_tells_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(TalosConfigError, match=r"\.talos/config"):
        find_config({}, home=tmp_path)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("10.10.0.40", "10.10.0.40", 50000),
        ("talos.lan:6000", "talos.lan", 6000),
        ("https://talos.lan", "talos.lan", 443),
        ("https://talos.lan:50000/x", "talos.lan", 50000),
        ("2001:db8::1", "2001:db8::1", 50000),
        ("[2001:db8::1]:6000", "2001:db8::1", 6000),
        ("[::1]", "::1", 50000),
    ],
)
def test_endpoint_is_read_as_people_write_it(text: str, host: str, port: int) -> None:
    assert parse_endpoint(text) == Endpoint(host, port)


@pytest.mark.parametrize("text", ["", "host:99999", "two words", "https://"])
def test_endpoint_that_names_nobody_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        parse_endpoint(text)


def test_endpoint_shows_ipv6_in_brackets() -> None:
    assert str(Endpoint("::1", 50000)) == "[::1]:50000"


def test_reading_a_talosconfig_loads_neither_grpc_nor_cryptography() -> None:
    script = (
        "import sys, talosapi.config;"
        "print([name for name in ('grpc', 'cryptography') if name in sys.modules])"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("host", "is_name"),
    [("10.10.0.40", False), ("::1", False), ("fe80::1%eth0", False), ("cp.lan", True)],
)
def test_endpoint_knows_whether_it_must_be_looked_up(host: str, is_name: bool) -> None:
    assert Endpoint(host).is_name is is_name


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/null"), tmp_path):
        with pytest.raises(TalosConfigError, match="no regular file"):
            load_config(path)
