from __future__ import annotations

from pathlib import Path

import pytest

from tui.config import (
    Config,
    ConfigError,
    Endpoint,
    Permission,
    Secret,
    find,
    load,
)
from tui.model.target import InventoryTarget

WHOLE = """
kubeconfig = "kube"
refresh = "30s"
timeout = "4s"

[shared]
prometheus = { url = "http://p:9090/", cluster = "monit" }
alertmanager = { urls = ["http://a:9093", "http://b:9093"] }
loki = { url = "http://l:3100", tenant = "home", selector = '{job="kernel"}' }

[clusters.prod]
labels = { env = "production" }
context = "admin@prod"
talos = { context = "prod", nodes = ["10.0.0.1-2", "cp.example"] }
[clusters.prod.inventory.node-exporter]
targets = ["10.0.0.1-2:9100"]
[clusters.prod.inventory."kube-proxy"]
expected = false
reason = "Cilium replaces it"

[clusters.monit]
prometheus = { url = "https://own" }
"""


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def mistakes(folder: Path, text: str, mode: int = 0o600) -> list[str]:
    path = written(folder, text, mode)
    with pytest.raises(ConfigError) as error:
        load(path, {"TOKEN": "t"})
    return str(error.value).replace(f"{path}:", "").splitlines()


@pytest.fixture
def whole(tmp_path: Path) -> Config:
    (tmp_path / "kube").touch()
    return load(written(tmp_path, WHOLE))


def test_clusters_come_in_the_order_of_the_file(whole: Config) -> None:
    assert [cluster.name for cluster in whole.clusters] == ["prod", "monit"]


def test_times_are_read(whole: Config) -> None:
    assert (whole.refresh_seconds, whole.timeout_seconds) == (30, 4)


def test_paths_are_relative_to_the_config(whole: Config, tmp_path: Path) -> None:
    assert whole.kubeconfig == tmp_path / "kube"
    assert whole.talosconfig is None


def test_a_shared_endpoint_serves_who_names_none_of_its_own(whole: Config) -> None:
    prod, monit = whole.clusters
    assert prod.prometheus == Endpoint(("http://p:9090",), cluster="monit")
    assert monit.prometheus == Endpoint(("https://own",))
    assert prod.loki == monit.loki


def test_an_alertmanager_may_have_peers(whole: Config) -> None:
    assert whole.clusters[0].alertmanager == Endpoint(
        ("http://a:9093", "http://b:9093")
    )


def test_loki_has_a_tenant_and_a_selector(whole: Config) -> None:
    loki = whole.clusters[0].loki
    assert loki is not None
    assert (loki.tenant, loki.selector) == ("home", '{job="kernel"}')


def test_a_cluster_is_marked_by_its_name_unless_it_says_otherwise(
    whole: Config,
) -> None:
    marks = [cluster.labels for cluster in whole.clusters]
    assert marks == [{"env": "production"}, {"cluster": "monit"}]


def test_ranges_are_written_out(whole: Config) -> None:
    prod = whole.clusters[0]
    assert prod.talos_nodes == ("10.0.0.1", "10.0.0.2", "cp.example")
    assert prod.inventory == (
        InventoryTarget("node-exporter", "10.0.0.1:9100", expected=True),
        InventoryTarget("node-exporter", "10.0.0.2:9100", expected=True),
        InventoryTarget(
            "kube-proxy", None, expected=False, reason="Cilium replaces it"
        ),
    )


CASES = [
    ("", ":1: clusters: name at least one: [clusters.NAME]"),
    ("x = ", ":1: not TOML: Invalid value"),
    ("clusters = 3", ":1: clusters: must be a table, not a number"),
    ("\nrefesh = '1s'", ":2: refesh: is not a key here; did you mean refresh?"),
    (
        "\nzzz = '1s'",
        ":2: zzz: is not a key here; known are attention, clusters",
    ),
    ("refresh = '0.5s'", ":1: refresh: must be 1s or more"),
    ("timeout = '1m'", ":1: timeout: must be shorter than refresh"),
    ("talosconfig = 'no'", ":1: talosconfig: there is no file /"),
    ("[clusters.a]", ":1: clusters.a: nothing to read"),
    ("[clusters.a]\ncontext = ''", ":2: clusters.a.context: is empty"),
    ("[clusters.a]\ncontext = true", "a.context: must be a text, not true or false"),
    (
        "[clusters.a]\ntalos = { nodes = ['x'] }",
        ":2: clusters.a.talos: needs a context",
    ),
    ("[clusters.a]\nlabels = {}", ":2: clusters.a.labels: is empty"),
    (
        "[clusters.a]\nloki.uri = 'http://x'",
        "loki.uri: is not a key here; did you mean",
    ),
    ("[clusters.a]\nloki = {}", ":2: clusters.a.loki: needs url"),
    (
        "[clusters.a]\nalertmanager = { url = 'http://x', urls = ['http://y'] }",
        "alertmanager.urls: there is a url too",
    ),
    (
        "[shared]\nloki = { url = 'http://x', cluster = 'q' }",
        "cluster: no such cluster",
    ),
    (
        "[clusters.a.inventory.j]\ntargets = [\n'x',\n'10.0.0.9-3']",
        ":4: clusters.a.inventory.j.targets[1]: is a range that runs backwards: "
        'write "10.0.0.3-9"',
    ),
    ("[clusters.a.inventory.j]\ntargets = []", "targets: is empty"),
    ("[clusters.a.inventory.j]\nexpected = 'no'", "must be true or false, not a text"),
    (
        "[shared]\nloki = { url = 'http://l' }\n[clusters.a.labels]\nx = '1'\n"
        "[clusters.b]\nlabels.x = '1'",
        ":6: clusters.b.labels: are those of a",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, text: str, expected: str
) -> None:
    found = mistakes(tmp_path, text)
    assert any(expected in f":{each}" for each in found), found


def test_all_mistakes_are_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "b = 1\na = 1\n[clusters.x]\nfoo = 1\n")
    assert [int(each.split(":")[0]) for each in found] == [1, 2, 3, 4]


SECRET = "[clusters.a]\nloki = { url = 'http://l', username = 'u', %s }"


def test_a_password_needs_a_file_that_nobody_else_can_read(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, SECRET % "password = 'hush'", 0o644)
    assert "chmod 600" in found
    assert "hush" not in found


def test_a_password_may_stand_in_a_private_file(tmp_path: Path) -> None:
    config = load(written(tmp_path, SECRET % "password = 'hush'"))
    assert config.clusters[0].loki is not None
    assert config.clusters[0].loki.password == Secret("hush")
    assert "hush" not in repr(config)


def test_a_password_may_come_from_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("hush\n")
    config = load(written(tmp_path, SECRET % "password_file = 'pw'", 0o644))
    assert config.clusters[0].loki is not None
    assert config.clusters[0].loki.password == Secret("hush")


def test_a_password_may_come_from_the_environment(tmp_path: Path) -> None:
    config = load(written(tmp_path, SECRET % "password_env = 'PW'"), {"PW": "hush"})
    assert config.clusters[0].loki is not None
    assert config.clusters[0].loki.password == Secret("hush")


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("password_env = 'PW'", "the environment has no PW"),
        ("password_file = 'pw'", "there is no file"),
        ("password = 'a', password_env = 'TOKEN'", "there is password too"),
        ("bearer_token_file = 'x'", "there is a username too"),
    ],
)
def test_secrets_that_cannot_be_used_are_refused(
    tmp_path: Path, keys: str, expected: str
) -> None:
    assert any(expected in each for each in mistakes(tmp_path, SECRET % keys))


def test_a_missing_config_says_what_to_do(tmp_path: Path) -> None:
    where = {"XDG_CONFIG_HOME": str(tmp_path)}
    with pytest.raises(ConfigError, match=r"no config yet.*taloscope init"):
        load(find(None, where), where)


def test_a_config_that_was_named_and_is_not_there_is_no_such_file(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: no such file"):
        load(tmp_path / "none.toml")


def test_a_config_that_is_not_text_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b"a = 1\nb = '\xff'\n")
    with pytest.raises(ConfigError, match=r"bad\.toml:2: not UTF-8"):
        load(tmp_path / "bad.toml")


@pytest.mark.parametrize(
    ("explicit", "environ", "expected"),
    [
        (Path("/a.toml"), {"TALOSCOPE_CONFIG": "/b.toml"}, "/a.toml"),
        (None, {"TALOSCOPE_CONFIG": "/b.toml", "XDG_CONFIG_HOME": "/x"}, "/b.toml"),
        (None, {"XDG_CONFIG_HOME": "/x"}, "/x/taloscope/config.toml"),
        (None, {"XDG_CONFIG_HOME": "relative"}, "~/.config/taloscope/config.toml"),
        (None, {}, "~/.config/taloscope/config.toml"),
    ],
)
def test_the_nearest_place_wins(
    explicit: Path | None, environ: dict[str, str], expected: str
) -> None:
    assert find(explicit, environ) == Path(expected).expanduser()


def test_nothing_is_allowed_unless_it_is_said(whole: Config, tmp_path: Path) -> None:
    assert all(not cluster.allow for cluster in whole.clusters)
    text = '[clusters.a]\ncontext = "x"\nallow = ["service-actions"]\n'
    (cluster,) = load(written(tmp_path, text)).clusters
    assert cluster.allow == {Permission.SERVICE_ACTIONS}


def test_what_cannot_be_allowed_is_named(tmp_path: Path) -> None:
    text = '[clusters.a]\ncontext = "x"\nallow = ["reboot"]\n'
    (line,) = mistakes(tmp_path, text)
    assert "service-actions" in line
    assert line.startswith("3: clusters.a.allow[0]")


def test_a_service_leads_to_a_server_in_its_clusters_context(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        """
[shared]
loki = { service = "monitoring/loki:http-metrics/path", cluster = "monit", tls = true }
[clusters.prod]
context = "admin@prod"
prometheus = { service = "monitoring/prometheus:9090" }
[clusters.monit]
context = "admin@monit"
"""
    )
    prod, monit = load(path, {}).clusters
    assert prod.prometheus is not None
    assert prod.prometheus.urls == ("kube://admin@prod/monitoring/prometheus:9090",)
    assert prod.prometheus.through is not None
    assert prod.prometheus.through.url == "http://prometheus.monitoring.svc:9090"
    assert monit.loki is not None
    assert monit.loki is prod.loki
    assert monit.loki.through is not None
    assert monit.loki.through.context == "admin@monit"
    assert monit.loki.through.url == "https://loki.monitoring.svc/path"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('{ service = "loki:3100", cluster = "a" }', "must be NAMESPACE/NAME:PORT"),
        ('{ service = "m/loki:3100" }', "nobody says where it runs"),
        ('{ service = "m/loki:3100", cluster = "b" }', "b has no context"),
        (
            '{ service = "m/loki:3100", url = "http://x", cluster = "a" }',
            "there is a service too",
        ),
        ('{ url = "http://x", tls = true }', "is of no use without a service"),
    ],
)
def test_a_service_that_leads_nowhere_is_refused(
    tmp_path: Path, table: str, told: str
) -> None:
    path = tmp_path / "config.toml"
    clusters = '[clusters.a]\ncontext = "a"\n[clusters.b]\ntalos = { context = "b" }\n'
    path.write_text(f"shared.loki = {table}\n{clusters}")
    with pytest.raises(ConfigError) as raised:
        load(path, {})
    assert told in str(raised.value)


def test_how_many_entries_a_log_keeps_is_a_number_within_bounds(
    tmp_path: Path,
) -> None:
    path = tmp_path / "config.toml"
    path.write_text('log_entries = 20_000\n[clusters.a]\ncontext = "a"\n')
    assert load(path, {}).log_entries == 20_000
    for wrong, why in (
        ("10", "log_entries: must be between 1,000 and 1,000,000, not 10"),
        ("2_000_000", "must be between 1,000 and 1,000,000, not 2,000,000"),
        ('"many"', "log_entries: must be a whole number, not a text"),
    ):
        (told,) = mistakes(
            tmp_path, f'log_entries = {wrong}\n[clusters.a]\ncontext = "a"\n'
        )
        assert why in told
