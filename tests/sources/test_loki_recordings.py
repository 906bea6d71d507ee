"""Every recorded answer of Loki, read by its client or through the client's session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.sources.replay import ENDPOINT, INDEX, body, playing, raw, recorded
from tui.model.fault import FaultKind
from tui.model.metric import Rule
from tui.sources import prometheus_wire
from tui.sources.base import SourceError
from tui.sources.http import HttpSession, Request
from tui.sources.http_fault import Answer, RefusedError
from tui.sources.loki import LokiSource
from tui.sources.wire import decode, utc

LISTS: dict[str, list[str] | None] = {
    "label-values-host.json": [
        *("10.10.0.30", "10.10.0.40", "10.10.0.41", "10.10.0.42", "10.10.0.43")
    ],
    "label-values-level.json": ["crit", "debug", "err", "info", "notice", "warning"],
    "label-values-no-data.json": ["paging", "talos-kernel"],
    "label-values-outside-range.json": None,
    "label-values-query.json": [
        *("containerd", "controller-runtime", "etcd", "ext-iscsid", "kernel"),
        *("kubelet", "machined"),
    ],
    "label-values-service_name.json": ["paging", "talos-kernel"],
    "label-values-talos_service.json": [
        *("containerd", "controller-runtime", "etcd", "ext-iscsid", "kernel"),
        *("kubelet", "machined"),
    ],
    "label-values-unknown.json": None,
    "labels.json": ["host", "job", "level", "service_name", "talos_service"],
    "labels-no-data.json": ["host", "job", "level", "service_name", "talos_service"],
    "labels-query.json": ["host", "job", "level", "service_name", "talos_service"],
    "tenant-header-ignored.json": ["paging", "talos-kernel"],
}
"""None: nothing was found, and `data` is missing."""
STREAMS = {
    "series.json": 16,
    "series-empty-matcher.json": 86,
    "series-no-data.json": 72,
}
"""How many; those of kernels have these labels."""
STREAM = {"host", "job", "level", "service_name", "talos_service"}
STATS = {
    "index-stats.json": (46, 46, 17408, 237),
    "index-stats-after-flush.json": (84, 129, 89088, 911),
    "index-stats-no-data.json": (65, 65, 25600, 363),
}
"""Streams, chunks, bytes, entries."""
VECTORS: dict[str, dict[str, float]] = {
    "index-volume.json": {"talos-kernel": 89088},
    "index-volume-aggregate-labels.json": {"": 89088},
    "query-vector.json": {
        "crit": 12,
        "debug": 55,
        "err": 173,
        "info": 579,
        "notice": 47,
        "warning": 248,
    },
    "query-vector-rule-expr.json": {"": 2},
    "query-vector-empty.json": {},
    "query-vector-no-data.json": {},
    "query-vector-fn.json": {"": 1},
}
"""Value by the value of the last label."""
REFUSED: dict[str, tuple[FaultKind, str]] = {
    "404-root.txt": (FaultKind.NOT_FOUND, "404 page not found"),
    "404-unknown.txt": (FaultKind.NOT_FOUND, "404 page not found"),
    "index-stats-400-filter.txt": (FaultKind.BAD_QUERY, "only label matchers"),
    "index-volume-404-disabled.txt": (FaultKind.NOT_FOUND, "not found"),
    "limit-400-series-instant.txt": (FaultKind.BAD_QUERY, "maximum number of series"),
    "limit-push-400-line-too-long.txt": (FaultKind.BAD_QUERY, "max entry size"),
    "limit-push-400-not-json.txt": (FaultKind.BAD_QUERY, "readFieldHash"),
    "limit-push-400-old.txt": (FaultKind.BAD_QUERY, "timestamp too old"),
    "limit-push-429-rate.txt": (FaultKind.RATE_LIMITED, "ingestion rate limit"),
    "limit-push-429-streams.txt": (FaultKind.RATE_LIMITED, "maximum active stream"),
    "prom-rules-type-bogus.json": (FaultKind.BAD_QUERY, 'not supported value "bogus"'),
    "push-400-too-far-behind.txt": (FaultKind.BAD_QUERY, "too far behind"),
    "push-400-too-new.txt": (FaultKind.BAD_QUERY, "timestamp too new"),
    "query-400-log-selector.txt": (FaultKind.BAD_QUERY, "log queries are not"),
    "query-504-timeout.txt": (FaultKind.TIMEOUT, "request timed out"),
    "ready-503-ingester.txt": (FaultKind.UNREACHABLE, "Ingester not ready"),
    "ready-503-pattern-ingester.txt": (FaultKind.UNREACHABLE, "Pattern Ingester"),
    "ready-503-starting.txt": (FaultKind.UNREACHABLE, "Some services are not Running"),
    "rules-400-group-local-storage.txt": (FaultKind.BAD_QUERY, "GetRuleGroup"),
    "rules-400-group-unknown.txt": (FaultKind.BAD_QUERY, "GetRuleGroup unsupported"),
    "rules-400-namespace-unknown.txt": (FaultKind.BAD_QUERY, "no such file"),
    "rules-404-group-writable-storage.txt": (FaultKind.NOT_FOUND, "group does not"),
    "rules-404-none.txt": (FaultKind.NOT_FOUND, "no rule groups found"),
    "rules-post-400-bad-expr.txt": (FaultKind.BAD_QUERY, "parse error"),
    "rules-post-500-local-storage.txt": (FaultKind.SERVER, "SetRuleGroup unsupported"),
    "tail-400-not-websocket.txt": (FaultKind.BAD_QUERY, "Bad Request"),
    "tail-post.txt": (FaultKind.BAD_QUERY, "Bad Request"),
    "tenant-401-labels.txt": (FaultKind.AUTH, "no org id"),
    "tenant-401-push.txt": (FaultKind.AUTH, "no org id"),
    "tenant-401-rules.txt": (FaultKind.AUTH, "no org id"),
    "tenant-ready-needs-none.txt": (FaultKind.UNREACHABLE, "Ingester not ready"),
}
PLAIN: dict[str, str] = {
    "buildinfo.json": '"goVersion": "go1.27.3"',
    "detected_fields.json": '"jsonPath": ["talos-time"]',
    "detected_labels.json": '"cardinality": 6',
    "log_level.json": "Current log level is warn",
    "push-204-ok.txt": "",
    "push-no-labels.txt": "",
    "ready-200.txt": "ready\n",
    "rules.yaml": "alert: BTRFSCorruptionDetected",
    "rules-delete-group-202.json": '"status": "success"',
    "rules-group-writable-storage.yaml": 'expr: sum(rate({job="x"}[1m])) > 0',
    "rules-namespace.yaml": "alert: ISCSIKernelError",
    "rules-post-202.json": '"data": null',
    "services.txt": "ruler => Running",
    "tenant-buildinfo.json": '"version": ""',
}
"""What the product never asks for: that it is read whole, and some words of it."""
COUNTS = {
    "query_range-matrix.json": "level",
    "query_range-matrix-empty.json": "",
    "query_range-matrix-rate.json": "host",
}
RULES = {
    "prom-rules-inactive.json": ("inactive", "inactive"),
    "prom-rules-pending.json": ("firing", "pending"),
    "prom-rules-firing.json": ("firing", "firing"),
    "prom-rules-type-alert.json": ("firing", "firing"),
    "prom-rules-type-record.json": (),
    "prom-rules-none.json": (),
}
"""State of BTRFSCorruptionDetected and of ISCSIKernelError."""
ALERTS = {
    "prom-alerts-inactive.json": {},
    "prom-alerts-pending.json": {
        "BTRFSCorruptionDetected": "firing",
        "ISCSIKernelError": "pending",
    },
    "prom-alerts-firing.json": {
        "BTRFSCorruptionDetected": "firing",
        "ISCSIKernelError": "firing",
    },
    "prom-alerts-none.json": {},
}
ELSEWHERE = ("/loki/api/v1/query_range", "/loki/api/v1/tail")
"""Paths whose recordings test_loki.py plays, each by its own path."""


class Listed(msgspec.Struct):
    """Answer of labels and of their values."""

    data: list[str] | None = None


class SeriesListed(msgspec.Struct):
    """Answer of series."""

    data: list[dict[str, str]]


class Stats(msgspec.Struct):
    """Answer of index/stats: no envelope."""

    streams: int
    chunks: int
    bytes: int
    entries: int


class Alerts(msgspec.Struct):
    """Data of the ruler's alerts."""

    alerts: list[prometheus_wire.RuleAlertWire]


async def played(file: str) -> Answer:
    """A recording as the client's session gives it to whoever decodes."""
    session = HttpSession(
        ENDPOINT, ENDPOINT.urls[0], 5.0, transport=playing(recorded(f"loki/{file}"))
    )
    return await session.send(Request("/x"))


def source(file: str) -> LokiSource:
    return LokiSource(ENDPOINT, 5.0, transport=playing(recorded(f"loki/{file}")))


def test_every_recording_of_loki_is_read_by_a_test() -> None:
    read = {
        *LISTS,
        *STREAMS,
        *STATS,
        *VECTORS,
        *REFUSED,
        *PLAIN,
        *RULES,
        *ALERTS,
        "config-diffs.txt",
        "index-volume_range.json",
        "index-volume-target-labels.json",
        "query-literal.json",
    }
    there = {
        record["file"].removeprefix("loki/")
        for record in INDEX
        if record["server"].startswith("loki")
        and record["path"].partition("?")[0] not in ELSEWHERE
    }
    tails = {"tail-400-not-websocket.txt", "tail-post.txt"}
    assert read == there | tails


@pytest.mark.parametrize("file", LISTS)
async def test_names_and_values_of_labels(file: str) -> None:
    found = decode(await played(file), msgspec.json.Decoder(Listed))
    assert found.data == LISTS[file]


@pytest.mark.parametrize("file", STREAMS)
async def test_series(file: str) -> None:
    found = decode(await played(file), msgspec.json.Decoder(SeriesListed))
    assert len(found.data) == STREAMS[file]
    assert found.data == raw(recorded(f"loki/{file}"))["data"]
    kernels = [each for each in found.data if each.get("job") == "talos-kernel"]
    assert kernels
    assert all(set(labels) == STREAM for labels in kernels)


@pytest.mark.parametrize("file", STATS)
async def test_stats_of_the_index(file: str) -> None:
    found = decode(await played(file), msgspec.json.Decoder(Stats))
    assert msgspec.structs.astuple(found) == STATS[file]


@pytest.mark.parametrize("file", VECTORS)
async def test_vectors(file: str) -> None:
    data = decode(await played(file), prometheus_wire.RESULT).data
    assert data.result_type == "vector"
    series = prometheus_wire.SERIES.decode(data.result)
    found = {
        "".join((one.metric or {}).values()): float(one.value[1])
        for one in series
        if one.value is not None
    }
    assert found == VECTORS[file]
    times = {one.value[0] for one in series if one.value}
    assert all(1795188000 < at < 1795192000 for at in times)


async def test_a_scalars_time_is_in_milliseconds() -> None:
    data = decode(await played("query-literal.json"), prometheus_wire.RESULT).data
    assert data.result_type == "scalar"
    found = prometheus_wire.SCALAR.decode(data.result)
    assert found == (1795191747772, "2")


async def test_volumes_by_host() -> None:
    data = decode(await played("index-volume_range.json"), prometheus_wire.RESULT).data
    series = prometheus_wire.SERIES.decode(data.result)
    assert (data.result_type, len(series)) == ("matrix", 5)
    assert series[1].metric == {"host": "10.10.0.40"}
    assert (series[1].values or [])[3] == (1795191299.999, "5120")
    data = decode(
        await played("index-volume-target-labels.json"), prometheus_wire.RESULT
    ).data
    found = prometheus_wire.SERIES.decode(data.result)
    assert {tuple(sorted(one.metric or {})) for one in found} == {("host", "level")}
    assert sum(int(one.value[1]) for one in found if one.value) == 89088


@pytest.mark.parametrize("file", REFUSED)
async def test_refusals_say_what_the_server_says(file: str) -> None:
    kind, words = REFUSED[file]
    with pytest.raises(SourceError) as caught:
        await played(file)
    assert caught.value.fault.kind is kind
    assert words in caught.value.fault.detail
    status = recorded(f"loki/{file}")["status"]
    assert isinstance(caught.value, RefusedError) is (status < 500)


@pytest.mark.parametrize("file", PLAIN)
async def test_other_answers_are_read_whole(file: str) -> None:
    answer = await played(file)
    assert bytes(answer.body) == body(recorded(f"loki/{file}"))
    assert PLAIN[file] in bytes(answer.body).decode()


@pytest.mark.parametrize("file", RULES)
async def test_rules_of_the_ruler(file: str) -> None:
    rules = await source(file).rules()
    assert tuple(rule.state for rule in rules) == RULES[file]
    wire = raw(recorded(f"loki/{file}"))["data"]["groups"]
    said = [
        one for group in wire for one in group["rules"] if one["type"] == "alerting"
    ]
    for rule, one in zip(rules, said, strict=True):
        check(rule, one)


def check(rule: Rule, one: dict[str, Any]) -> None:
    """All that the product goes by."""
    assert (rule.file, rule.group) == ("talos.yml", "talos-kernel")
    assert rule.interval_seconds == 15
    assert (rule.name, rule.query) == (one["name"], one["query"])
    assert (rule.health, rule.last_error) == (one["health"], one["lastError"])
    assert rule.duration_seconds == one["duration"]
    assert (rule.labels, rule.annotations) == (one["labels"], one["annotations"])
    said = utc(datetime.fromisoformat(one["lastEvaluation"][:26] + "Z"))
    assert rule.evaluated_at is not None
    assert said is not None
    # Nine digits on the wire: ours are rounded, these cut.
    assert rule.evaluated_at - said <= timedelta(microseconds=1)
    alerts = [(a.labels, a.state, a.value) for a in rule.alerts]
    wanted = [(a["labels"], a["state"], a["value"]) for a in one["alerts"]]
    assert [(labels, state) for labels, state, _ in alerts] == [
        (labels, state) for labels, state, _ in wanted
    ]
    assert [float(value) for _, _, value in alerts] == [
        float(value) for _, _, value in wanted
    ]


@pytest.mark.parametrize("file", ALERTS)
async def test_alerts_of_the_ruler(file: str) -> None:
    decoder = msgspec.json.Decoder(prometheus_wire.Envelope[Alerts])
    found = decode(await played(file), decoder).data.alerts
    states = {(each.labels or {})["alertname"]: each.state for each in found}
    assert states == ALERTS[file]
    for each in found:
        assert utc(each.active_at) is not None
        assert float(each.value) in {2.0, 3.0}


@pytest.mark.parametrize("file", COUNTS)
async def test_counts_are_those_of_the_matrix(file: str) -> None:
    result = raw(recorded(f"loki/{file}"))["data"]["result"]
    wanted = [
        (at * 10**9, int(float(value)), one["metric"])
        for one in result
        for at, value in one["values"]
    ]
    wanted.sort(key=lambda each: each[0])
    found = await source(file).counts("{}", 1, 2, 60, COUNTS[file])
    assert [msgspec.structs.astuple(each) for each in found] == wanted
    years = {datetime.fromtimestamp(at // 10**9, UTC).year for at, *_ in wanted}
    assert years <= {2026}


async def test_settings_without_a_ruler_are_told_and_not_taken_for_none() -> None:
    with pytest.raises(SourceError, match="tells nothing of a ruler") as caught:
        await source("config-diffs.txt").receiver()
    assert caught.value.fault.kind is FaultKind.PROTOCOL
