from __future__ import annotations

import json

import pytest
import yaml
from msgspec.structs import replace

from tests.model.kernel_lines import CALM, TROUBLE
from tests.triage.test_findings import log_finding
from tui.model.kernel_rules import manifest, proposed, proposed_for
from tui.model.log import Entry, LogFinding
from tui.model.metric import Rule
from tui.model.re2 import compiled
from tui.triage.log_rule import coverage, hole, seen

LABELS = {"job": "talos-kernel", "level": "error"}
TRANSID = (
    'sum(count_over_time({job="talos-kernel"} '
    '|= "parent transid verify failed" [5m])) > 0'
)
ISCSI = (
    '(sum(count_over_time({job="talos-kernel"} '
    '|~ "(?i)(iscsid|iscsi).*(error|failed|timeout|lost)"[5m])) > 0)'
)
# (message, seen by the first, seen by the second): tried by hand against Loki's rules.
SEEN = [
    ("BTRFS error (device sdb): parent transid verify failed on logical 1", 1, 0),
    ("BTRFS error (device sdb: state EA): failed to run delayed ref", 0, 0),
    ("BTRFS info (device sdb: state EA): forced readonly", 0, 0),
    (" connection1:0: detected conn error (1020)", 0, 0),
    (" connection1:0: ping timeout of 5 secs expired, recv timeout 5", 0, 0),
    (" session1: session recovery timed out after 120 secs", 0, 0),
    ("sd 2:0:0:1: rejecting I/O to offline device", 0, 0),
    ("iscsid: Kernel reported iSCSI connection 1:0 error (1020 - X) state (3)", 0, 1),
    ("iscsid: connect to 10.0.0.5:3260 failed (Connection refused)", 0, 1),
    ("iscsid: can't bind conn 3:0 to session 3, retcode -107 (115)", 0, 0),
    ("iscsid: connection1:0 is operational after recovery (1 attempts)", 0, 0),
    ("MountVolume.WaitForAttach failed for volume: iscsi: failed to attach", 0, 1),
]


def entry(message: str, **labels: str) -> Entry:
    body = {"clock": 1, "msg": f"{message}\n", "talos-level": "info"}
    # Go's encoder puts no space behind a colon.
    return Entry(1, {**LABELS, **labels}, json.dumps(body, separators=(",", ":")))


def rule(name: str, query: str) -> Rule:
    return Rule("talos", "g", 0, name, query, "inactive", "ok", "", 0.0, {}, {}, ())


def _with(found: LogFinding, newest: Entry) -> LogFinding:
    return replace(found, entry=newest)


def _seen_by(found: LogFinding, names: tuple[str, ...] | None) -> LogFinding:
    return replace(found, seen_by=names)


@pytest.mark.parametrize(("message", "first", "second"), SEEN)
def test_a_rule_sees_what_loki_lets_it_see(
    message: str, first: int, second: int
) -> None:
    assert seen(TRANSID, entry(message)) is bool(first)
    assert seen(ISCSI, entry(message)) is bool(second)


@pytest.mark.parametrize(
    ("query", "is_seen"),
    [
        ('count_over_time({job="other"} |= "x" [5m])', False),
        ('count_over_time({job=~"talos-.*", level!="info"} |= "x" [5m])', True),
        ('count_over_time({job!~"talos-.*"} |= "x" [5m])', False),
        ('count_over_time({job="talos-kernel"} [5m])', True),
        ('count_over_time({job="talos-kernel"} |= "y" or "x" [5m])', True),
        ('count_over_time({job="talos-kernel"} |= "x" != "msg" [5m])', False),
        ("count_over_time({job=`talos-kernel`} |~ `x$` [5m])", False),
        ('count_over_time({job="talos-kernel"} |= "x" | json [5m])', None),
        ('count_over_time({job="talos-kernel"} |= "nope" | json [5m])', False),
        ('count_over_time({job="talos-kernel"} |~ "(" [5m])', None),
        ('count_over_time({job="talos-kernel" oops} |= "x" [5m])', None),
        ("vector(1)", None),
        ("{", None),
    ],
)
def test_what_cannot_be_told_of_a_rule_is_not_guessed(
    query: str, is_seen: bool | None
) -> None:
    assert seen(query, entry("x")) is is_seen


def test_what_no_rule_sees_is_a_hole_and_names_the_rules() -> None:
    found = log_finding("error")
    rules = (rule("BTRFSCorruptionDetected", TRANSID), rule("ISCSIKernelError", ISCSI))
    dark = _with(found, entry(" session1: session recovery timed out after 120 secs"))
    dark = _seen_by(dark, coverage(dark, rules))
    assert dark.seen_by == ()
    assert "neither BTRFSCorruptionDetected nor ISCSIKernelError" in hole(dark, rules)
    assert "rule ISCSIKernelError does not match" in hole(dark, rules[1:])
    assert hole(_seen_by(dark, ()), ()) == "no alert fires: Loki has no rules"


def test_unknown_rules_are_no_hole() -> None:
    found = _with(log_finding("error"), entry("x"))
    assert coverage(found, None) is None
    assert coverage(log_finding("error"), ()) is None
    unclear = (rule("A", 'rate({job="talos-kernel"} | json [5m])'),)
    assert coverage(found, unclear) is None
    assert hole(_seen_by(found, None), unclear) == ""
    assert hole(_seen_by(found, ("A",)), unclear) == ""


@pytest.mark.parametrize(("line", "wanted"), TROUBLE)
def test_the_proposed_rule_sees_each_line_that_the_catalogue_knows(
    line: str, wanted: tuple[str, str, str]
) -> None:
    kind, severity, _ = wanted
    query = proposed_for(kind, severity).expression('{job="talos-kernel"}', "host")
    shipped = f"kern:     err: [2026-08-21T10:22:36.7Z]: {line}"
    assert seen(query, entry(line)) is True
    assert seen(query, entry(shipped)) is True
    assert seen(query, Entry(1, LABELS, line)) is True


@pytest.mark.parametrize("line", CALM)
def test_no_proposed_rule_sees_an_everyday_line(line: str) -> None:
    hits = [
        each.name
        for each in proposed()
        if compiled(each.pattern).is_in(entry(line).line)
    ]
    assert hits == []


def test_the_rules_are_a_file_that_a_yaml_parser_reads_back() -> None:
    text = manifest(proposed(), '{job="talos-kernel"}', "host")
    (group,) = yaml.safe_load(text)["groups"]
    assert [each["alert"] for each in group["rules"]] == [r.name for r in proposed()]
    for each, made in zip(group["rules"], proposed(), strict=True):
        assert each["expr"] == made.expression('{job="talos-kernel"}', "host")
        assert each["labels"]["severity"] in {"critical", "warning"}
        assert "{{ $labels.host }}" in each["annotations"]["summary"]
