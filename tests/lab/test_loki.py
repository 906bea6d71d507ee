"""Reading, paging and pushing; texts and edges as they were recorded."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.lab.conftest import NOW, Serve, still_world
from tui.lab.http import nanoseconds
from tui.lab.loki import Loki

T0 = nanoseconds(NOW) - 60 * 1_000_000_000
CATEGORIZE = {"X-Loki-Response-Encoding-Flags": "categorize-labels"}


@pytest.fixture
async def loki(serve: Serve) -> httpx.AsyncClient:
    return await serve(Loki(still_world("5m")).app())


async def push(
    loki: httpx.AsyncClient, values: list[list[object]], **labels: str
) -> httpx.Response:
    stream = {"stream": labels or {"job": "paging"}, "values": values}
    return await loki.post("/loki/api/v1/push", json={"streams": [stream]})


async def lines(loki: httpx.AsyncClient, **asked: str | int) -> list[str]:
    """The lines of a range, by the order in which they come."""
    asked = {"query": '{job="paging"}', **asked}
    answer = await loki.get("/loki/api/v1/query_range", params=asked)
    streams = answer.json()["data"]["result"]
    return [line for stream in streams for _, line, *_ in stream["values"]]


async def numbered(loki: httpx.AsyncClient, count: int) -> None:
    """Lines 0, 1, 2 …, ten nanoseconds apart."""
    await push(loki, [[str(T0 + 10 * n), str(n)] for n in range(count)])


async def test_a_range_starts_inclusive_and_ends_exclusive(
    loki: httpx.AsyncClient,
) -> None:
    await numbered(loki, 5)
    found = await lines(loki, start=T0 + 10, end=T0 + 30, direction="forward")
    assert found == ["1", "2"]


async def test_backward_gives_the_newest_and_forward_the_oldest(
    loki: httpx.AsyncClient,
) -> None:
    await numbered(loki, 5)
    assert await lines(loki, limit=2) == ["4", "3"]
    assert await lines(loki, limit=2, direction="forward") == ["0", "1"]


async def test_backward_paging_with_an_overlap_of_one_loses_nothing(
    loki: httpx.AsyncClient,
) -> None:
    await numbered(loki, 3)
    await push(loki, [[str(T0 + 10), "twin"]])
    first = await lines(loki, limit=2)
    assert first == ["2", "twin"]
    naive = await lines(loki, limit=9, start=T0, end=T0 + 10)
    assert naive == ["0"]
    overlapping = await lines(loki, limit=9, start=T0, end=T0 + 11)
    assert overlapping == ["twin", "1", "0"]


async def test_the_same_entry_again_is_dropped(loki: httpx.AsyncClient) -> None:
    at = str(T0)
    await push(loki, [[at, "A"], [at, "A"], [at, "B"], [at, "A"], [at, "C"]])
    await push(loki, [[at, "A"]])
    assert await lines(loki, direction="forward") == ["A", "B", "C"]


async def test_the_same_text_with_other_metadata_stays(loki: httpx.AsyncClient) -> None:
    values: list[list[object]] = [
        [str(T0), "D", {"seq": "1"}],
        [str(T0), "D", {"seq": "2"}],
    ]
    await push(loki, values)
    assert await lines(loki) == ["D", "D"]


async def test_metadata_makes_a_stream_of_its_own_unless_categorized(
    loki: httpx.AsyncClient,
) -> None:
    values: list[list[object]] = [[str(T0 + n), "D", {"seq": str(n)}] for n in range(2)]
    await push(loki, values)
    asked = {"query": '{job="paging"}'}
    url = "/loki/api/v1/query_range"
    merged = (await loki.get(url, params=asked)).json()["data"]["result"]
    answer = (await loki.get(url, params=asked, headers=CATEGORIZE)).json()["data"]
    assert len(merged) == 2
    assert answer["encodingFlags"] == ["categorize-labels"]
    (stream,) = answer["result"]
    assert stream["stream"] == {"job": "paging", "service_name": "paging"}
    metadata = {"detected_level": "unknown", "seq": "1"}
    assert stream["values"][0][2] == {"structuredMetadata": metadata}


async def test_json_makes_labels_of_a_kernel_line(loki: httpx.AsyncClient) -> None:
    asked = {
        "query": '{job="talos-kernel",host="10.10.0.42"} |= "BTRFS" | json '
        '| priority="crit"'
    }
    url = "/loki/api/v1/query_range"
    answer = await loki.get(url, params=asked, headers=CATEGORIZE)
    (stream,) = answer.json()["data"]["result"]
    parsed = stream["values"][0][2]["parsed"]
    assert parsed["facility"] == "kern"
    assert parsed["talos_level"] == "error"
    assert "errno=-5 IO failure" in parsed["msg"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ('{job="talos-kernel"} |= "parent transid verify failed"', "8"),
        ('{job="talos-kernel"} |~ "(?i)iscsid.*failed"', "6"),
        ('{job="talos-kernel",talos_service="ext-iscsid"} != "failed"', "1"),
        ('{cluster="prod",level="crit"}', "1"),
    ],
)
async def test_a_metric_query_counts_the_incidents_lines(
    loki: httpx.AsyncClient, query: str, count: str
) -> None:
    asked = {"query": f"sum(count_over_time({query} [5m])) > 0"}
    answer = await loki.get("/loki/api/v1/query", params=asked)
    (sample,) = answer.json()["data"]["result"]
    assert sample["value"][1] == count


async def test_counts_may_be_grouped(loki: httpx.AsyncClient) -> None:
    asked = {"query": 'sum by (cluster) (rate({job="talos-kernel"}[10m]))'}
    answer = await loki.get("/loki/api/v1/query", params=asked)
    found = [one["metric"] for one in answer.json()["data"]["result"]]
    assert found == [{"cluster": "agentic"}, {"cluster": "monit"}, {"cluster": "prod"}]


async def test_a_metric_query_over_a_range_is_a_matrix(loki: httpx.AsyncClient) -> None:
    asked = {"query": 'sum(count_over_time({job="talos-kernel"}[1m]))', "step": "60"}
    answer = await loki.get("/loki/api/v1/query_range", params=asked)
    data = answer.json()["data"]
    assert data["resultType"] == "matrix"
    assert len(data["result"][0]["values"]) == 61


async def test_a_scalars_time_is_in_milliseconds(loki: httpx.AsyncClient) -> None:
    answer = await loki.get("/loki/api/v1/query", params={"query": "1 + 1"})
    data = answer.json()["data"]
    assert data["resultType"] == "scalar"
    assert data["result"] == [nanoseconds(NOW) // 1_000_000, "2"]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"query": "{job="}, "parse error at line 1, col 6: syntax error: unexpected "
            "$end, expecting STRING"),
        ({"query": '{job="x'}, "parse error at line 1, col 6: literal not terminated"),
        ({"query": '{job="talos-kernel"} |='}, "parse error at line 1, col 24: syntax "
            "error: unexpected $end, expecting STRING or ip"),
        ({"query": ""}, "parse error : syntax error: unexpected $end"),
        ({"query": "{}"}, "parse error : queries require at least one regexp or "
            "equality matcher that does not have an empty-compatible value. For "
            'instance, app=~".*" does not meet this requirement, but app=~".+" will'),
        ({"query": '{a="b"} |~ "("'}, "parse error : stage '|~ \"(\"' : error parsing "
            "regexp: missing closing ): `(`"),
        ({"limit": "0"}, "limit must be a positive value"),
        ({"limit": "x"}, 'strconv.Atoi: parsing "x": invalid syntax'),
        ({"limit": "5001"}, "max entries limit per query exceeded, limit > "
            "max_entries_limit_per_query (5001 > 5000)"),
        ({"direction": "sideways"}, "invalid direction 'sideways'"),
        ({"since": "soon"}, "could not parse 'since' parameter: not a valid duration "
            'string: "soon"'),
        ({"start": "yesterday"}, "could not parse 'start' parameter: strconv.ParseInt: "
            'parsing "yesterday": invalid syntax'),
        ({"start": "20", "end": "10"}, "end timestamp must not be before or equal to "
            "start time"),
        ({"step": "-1"}, "zero or negative query resolution step widths are not "
            "accepted. Try a positive integer"),
        ({"since": "1440h"}, "the query time range exceeds the limit (query length: "
            "1440h0m0s, limit: 30d1h)"),
    ],
)  # fmt: skip
async def test_a_bad_range_is_refused_in_lokis_words(
    loki: httpx.AsyncClient, asked: dict[str, str], error: str
) -> None:
    asked = {"query": '{job="paging"}', **asked}
    answer = await loki.get("/loki/api/v1/query_range", params=asked)
    assert (answer.status_code, answer.text) == (400, error)


async def test_log_queries_are_no_instant_queries(loki: httpx.AsyncClient) -> None:
    answer = await loki.get("/loki/api/v1/query", params={"query": '{job="paging"}'})
    assert answer.status_code == 400
    assert answer.text.startswith("log queries are not supported as an instant query")


async def test_an_unknown_label_has_no_data_key(loki: httpx.AsyncClient) -> None:
    answer = await loki.get("/loki/api/v1/label/nosuch/values")
    assert answer.json() == {"status": "success"}


async def test_labels_and_values_are_those_of_the_pipeline(
    loki: httpx.AsyncClient,
) -> None:
    labels = (await loki.get("/loki/api/v1/labels")).json()["data"]
    expected = ["cluster", "host", "job", "level", "service_name", "talos_service"]
    assert labels == expected
    clusters = (await loki.get("/loki/api/v1/label/cluster/values")).json()["data"]
    assert clusters == ["agentic", "monit", "prod"]


@pytest.mark.parametrize(
    ("seconds", "kind"),
    [(3600, "too new"), (-8 * 86400, "too old"), (-2 * 3600, "too far behind")],
)
async def test_entries_out_of_time_are_refused(
    loki: httpx.AsyncClient, seconds: int, kind: str
) -> None:
    await numbered(loki, 1)
    answer = await push(loki, [[str(T0 + seconds * 1_000_000_000), "late"]])
    assert answer.status_code == 400
    assert kind in answer.text
    assert await lines(loki) == ["0"]


async def test_rules_are_yaml_and_a_for_of_zero_is_left_out(
    loki: httpx.AsyncClient,
) -> None:
    text = (await loki.get("/loki/api/v1/rules")).text
    assert "BTRFSCorruptionDetected" in text
    assert text.count("for: ") == 1


async def test_the_rulers_api_has_both_error_keys_on_success(
    loki: httpx.AsyncClient,
) -> None:
    body: dict[str, Any] = (await loki.get("/prometheus/api/v1/alerts")).json()
    assert (body["errorType"], body["error"]) == ("", "")
    states = {a["labels"]["alertname"]: a["state"] for a in body["data"]["alerts"]}
    assert states == {"BTRFSCorruptionDetected": "firing", "ISCSIKernelError": "firing"}


async def test_an_alert_holds_its_for_before_it_fires(serve: Serve) -> None:
    early = await serve(Loki(still_world("3m")).app())
    alerts = (await early.get("/prometheus/api/v1/alerts")).json()["data"]["alerts"]
    states = {alert["labels"]["alertname"]: alert["state"] for alert in alerts}
    assert states["ISCSIKernelError"] == "pending"


async def test_an_unknown_path_is_plain_text(loki: httpx.AsyncClient) -> None:
    answer = await loki.get("/loki/api/v1/nosuch")
    assert (answer.status_code, answer.text) == (404, "404 page not found\n")


async def test_a_still_lab_answers_the_same_bytes(serve: Serve) -> None:
    asked = {"query": '{job="talos-kernel"}', "limit": "1000"}
    bodies = set()
    for _ in range(2):
        loki = await serve(Loki(still_world("5m")).app())
        bodies.add((await loki.get("/loki/api/v1/query_range", params=asked)).text)
    assert len(bodies) == 1
