from __future__ import annotations

from msgspec.structs import replace

from tests.estate import make_fleet
from tui.model.log import Entry
from tui.present.finding import Subject, rule_text

KERNEL = make_fleet().clusters[0].log_findings
SELECTOR = '{app="journal", tag="kernel"}'


def test_a_proposed_rule_reads_the_streams_of_the_config_by_their_own_label() -> None:
    entry = Entry(1, {"app": "journal", "hostname": "w-1"}, "x")
    unseen = tuple(replace(each, seen_by=(), entry=entry) for each in KERNEL)
    text = rule_text(Subject(None, (), unseen), SELECTOR)
    assert f"count_over_time({SELECTOR} |~" in text
    assert "sum by (hostname)" in text
    assert "$labels.hostname" in text
    assert "talos-kernel" not in text


def test_where_every_line_is_seen_no_rule_is_proposed() -> None:
    seen = tuple(replace(each, seen_by=("KernelError",)) for each in KERNEL)
    assert rule_text(Subject(None, (), seen), SELECTOR) == ""
