from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tui.model.log import Entry
from tui.triage.kernel_log import fold, last_by_node, runs, within

T0 = datetime(2026, 2, 14, 12, 0, tzinfo=UTC)
BASE_NS = int(T0.timestamp()) * 10**9

TRANSID = (
    "BTRFS error (device sdb): parent transid verify failed on logical 30408704 "
    "mirror 1 wanted 8412 found 8409"
)
CHECKSUM = (
    "BTRFS warning (device sdb): checksum verify failed on logical 30621696 mirror 1 "
    "wanted 0x8b1f0a2d found 0x33c0de11 level 0"
)
CONN = " connection1:0: detected conn error (1020)"
CALM = "eth0: renamed from tmpb988ab60"


def entry(line: str, second: float = 0, host: str = "10.10.0.42") -> Entry:
    return Entry(BASE_NS + int(second * 1e9), {"host": host}, line)


def test_lines_of_one_node_class_and_device_are_one_finding() -> None:
    entries = (entry(TRANSID, 1), entry(CALM, 2), entry(TRANSID, 5))
    (found,) = fold((), entries, "prod")
    assert (found.cluster, found.node) == ("prod", "10.10.0.42")
    assert (found.kind, found.device, found.count) == ("btrfs", "sdb", 2)
    assert found.first == T0 + timedelta(seconds=1)
    assert found.last == T0 + timedelta(seconds=5)
    assert found.sample == TRANSID


def test_folding_goes_on_from_what_was_found() -> None:
    once = fold((), (entry(CONN), entry(TRANSID, 3)), "prod")
    assert fold(once, (), "prod") == once
    more = fold(once, (entry(TRANSID, 9),), "prod")
    assert [each.count for each in more] == [2, 1]


def test_another_node_or_device_is_another_finding() -> None:
    other = TRANSID.replace("sdb", "sdc")
    entries = (entry(TRANSID), entry(TRANSID, host="10.10.0.43"), entry(other))
    assert len(fold((), entries, "prod")) == 3


def test_a_group_is_as_grave_as_its_gravest_line_and_shows_its_newest() -> None:
    for order in ((TRANSID, CHECKSUM), (CHECKSUM, TRANSID)):
        entries = tuple(entry(line, second) for second, line in enumerate(order))
        (found,) = fold((), entries, "prod")
        assert found.severity == "error"
        assert "stale data" in found.meaning
        assert found.sample == order[-1]


def test_errors_come_first() -> None:
    entries = (entry(TRANSID, 1), entry(CONN, 60))
    severities = [each.severity for each in fold((), entries, "prod")]
    assert severities == ["error", "warning"]


def test_the_node_is_named_by_label_or_by_metadata() -> None:
    lines = (
        Entry(BASE_NS, {"node": "a", "host": "b"}, TRANSID),
        Entry(BASE_NS, {"hostname": "c"}, TRANSID),
        Entry(BASE_NS, {"job": "talos-kernel"}, TRANSID, {"host": "d"}),
        Entry(BASE_NS, {"job": "talos-kernel"}, TRANSID),
    )
    assert {each.node for each in fold((), lines, "prod")} == {"a", "c", "d", ""}


def test_a_json_body_is_unpacked_for_the_sample() -> None:
    body = json.dumps({"msg": TRANSID + "\n SUBSYSTEM=block\n DEVICE=b8:16\n"})
    (found,) = fold((), (entry(body),), "prod")
    assert found.sample == TRANSID


def test_findings_leave_with_the_window() -> None:
    found = fold((), (entry(TRANSID, 0), entry(CONN, 30)), "prod")
    hour = timedelta(hours=1)
    assert within(found, T0 + hour, hour) == found
    (left,) = within(found, T0 + hour + timedelta(seconds=1), hour)
    assert left.kind == "iscsi"
    assert within(found, T0 + 2 * hour, hour) == ()


@given(st.permutations(range(6)), st.integers(0, 6))
def test_neither_order_nor_batches_change_what_is_found(
    order: list[int], cut: int
) -> None:
    lines = (TRANSID, CHECKSUM, CONN, CALM, TRANSID, CONN)
    entries = [entry(lines[number], number) for number in order]
    whole = fold((), entries, "prod")
    parts = fold(fold((), entries[:cut], "prod"), entries[cut:], "prod")
    in_order = fold((), sorted(entries, key=lambda each: each.at_ns), "prod")
    assert whole == parts == in_order


def test_each_nodes_newest_entry_is_known_whatever_the_order() -> None:
    entries = (entry(CALM, 5), entry(CALM, 2), entry(CALM, 3, host="10.10.0.43"))
    known = last_by_node({}, runs(entries))
    assert known == {
        "10.10.0.42": T0 + timedelta(seconds=5),
        "10.10.0.43": T0 + timedelta(seconds=3),
    }
    assert last_by_node(known, runs((entry(CALM, 4),))) == known


def test_an_entry_that_does_not_say_whose_it_is_belongs_to_nobody() -> None:
    nameless = Entry(BASE_NS, {"job": "talos-kernel"}, CALM)
    assert last_by_node({}, runs((nameless,))) == {"": T0}
