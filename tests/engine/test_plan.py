"""Which endpoint serves which clusters."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from tui.config import ClusterConfig, Config, Endpoint
from tui.engine.plan import served_by, trend_expression
from tui.model.fleet import SourceKind

SHARED = Endpoint(("http://prometheus:9090",), cluster="monit")


def estate(**own: Endpoint) -> Config:
    clusters = tuple(
        ClusterConfig(name, {"cluster": name}, prometheus=own.get(name, SHARED))
        for name in ("prod", "monit", "agentic")
    )
    return Config(Path("config.toml"), clusters)


def test_a_shared_endpoint_is_read_once_for_all_its_clusters() -> None:
    (served,) = served_by(estate(), SourceKind.PROMETHEUS)
    assert [each.name for each in served.clusters] == ["prod", "monit", "agentic"]
    assert served.home == "monit"


def test_a_cluster_with_its_own_endpoint_owns_all_that_it_lists() -> None:
    own = Endpoint(("http://prod:9090",))
    first, _ = served_by(estate(prod=own), SourceKind.PROMETHEUS)
    assert first.home == "prod"
    assert first.marks == ()


def test_a_trend_of_a_shared_endpoint_asks_for_the_cluster_only() -> None:
    (served,) = served_by(estate(), SourceKind.PROMETHEUS)
    expression = trend_expression(served, served.clusters[0], "sum")
    assert expression == 'sum(up{cluster="prod"})'


def test_label_values_are_quoted_for_promql() -> None:
    (served,) = served_by(estate(), SourceKind.PROMETHEUS)
    odd = ClusterConfig("odd", {"cluster": 'a"b\\c'})
    served = replace(served, clusters=(odd, *served.clusters))
    assert trend_expression(served, odd, "sum") == r'sum(up{cluster="a\"b\\c"})'


def test_a_trend_counts_what_is_listed_as_at_home_without_a_label() -> None:
    (served,) = served_by(estate(), SourceKind.PROMETHEUS)
    (home,) = (each for each in served.clusters if each.name == served.home)
    assert trend_expression(served, home, "count") == 'count(up{cluster=~"monit|"})'
