"""What to change so that Loki's ruler sees what it must, and tells Alertmanager."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from tui.model import kernel_rules
from tui.model.pipeline import Pipeline
from tui.model.re2 import compiled
from tui.model.shipping_change import Change, applied, safe

NAMESPACE, NAME = "monitoring", "loki-alerting-rules"
ALERTMANAGER = "http://kube-prometheus-stack-alertmanager.monitoring.svc:9093"


class KnownRule(Struct, frozen=True, gc=False):
    """One of the two rules that watch for what no metric shows."""

    name: str
    filter: str
    """A line filter of LogQL."""
    pattern: str
    """The same as RE2."""
    hold: str
    severity: str
    summary: str


KNOWN = (
    KnownRule(
        "BTRFSCorruptionDetected",
        '|= "parent transid verify failed"',
        "parent transid verify failed",
        "0m",
        "critical",
        "a volume serves stale data: writes were lost",
    ),
    KnownRule(
        "ISCSIKernelError",
        '|~ "(?i)(iscsid|iscsi).*(error|failed|timeout|lost)"',
        "(?i)(iscsid|iscsi).*(error|failed|timeout|lost)",
        "2m",
        "warning",
        "iSCSI trouble, as its daemon tells it",
    ),
)
LINES = tuple(
    """\
BTRFS error (device sdb): parent transid verify failed on logical 30408704 mirror 1 \
wanted 8412 found 8409
BTRFS info (device sdb: state EA): forced readonly
BTRFS: error (device sdb: state A) in __btrfs_free_extent:3070: errno=-5 IO failure
BTRFS warning (device sdb): checksum verify failed on logical 1 mirror 1 wanted \
0x8b1f0a2d found 0x33c0de11 level 0
iscsid: Kernel reported iSCSI connection 1:0 error (1020 - \
ISCSI_ERR_TCP_CONN_CLOSE: TCP connection closed) state (3)
iscsid: can't bind conn 3:0 to session 3, retcode -107 (115)
 connection1:0: detected conn error (1020)
 connection1:0: ping timeout of 5 secs expired, recv timeout 5, last rx 437
 session1: session recovery timed out after 120 secs
sd 2:0:0:1: rejecting I/O to offline device
I/O error, dev sdb, sector 2048 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 2
Buffer I/O error on dev sdb, logical block 131072, lost async page write
EXT4-fs error (device sdb): ext4_journal_check_start:84: comm kworker/u8:2: \
Detected aborted journal
EXT4-fs (sdb): Remounting filesystem read-only
XFS (sdb): log I/O error -5
XFS (sdb): Corruption of in-memory data (0x8) detected at xfs_defer_finish. \
Shutting down filesystem.
""".splitlines()
)
"""Lines that real kernels and daemons print: the proof of what a rule sees."""


def rules(pipeline: Pipeline) -> Change:
    """The ConfigMap of the ruler's rules: the two, and better ones that see more.

    Always whole: who applies a part of a ConfigMap loses the rest of it.
    """
    text = [
        f"# ConfigMap {NAMESPACE}/{NAME}, which Loki's ruler reads its rules from.",
        "# Under each rule stand real lines that it sees; `new` are those that neither",
        "# BTRFSCorruptionDetected nor ISCSIKernelError does. Rules of your own under",
        "# these two keys would be overwritten: kubectl diff shows them.",
        "apiVersion: v1",
        "kind: ConfigMap",
        "metadata:",
        f"  name: {NAME}",
        f"  namespace: {NAMESPACE}",
        "data:",
        "  talos.yml: |-",
        *(f"    {line}".rstrip() for line in _known_file(pipeline)),
        "  kernel.yml: |-",
        *(f"    {line}".rstrip() for line in _better_file(pipeline)),
    ]
    place = f"{safe(pipeline.cluster)}/{NAME}.yaml"
    return Change(
        place,
        "rules of Loki's ruler",
        "\n".join((*text, "")),
        f"# in the cluster of Loki:\n{applied(place)}",
    )


def _known_file(pipeline: Pipeline) -> Iterator[str]:
    yield "groups:"
    yield "  - name: talos-kernel"
    yield "    interval: 1m"
    yield "    rules:"
    for each in KNOWN:
        counted = f"count_over_time({pipeline.selector} {each.filter} [5m])"
        yield f"      - alert: {each.name}"
        yield "        expr: |-"
        yield f"          sum by ({pipeline.label}) ({counted}) > 0"
        yield f"        for: {each.hold}"
        yield "        labels:"
        yield f"          severity: {each.severity}"
        yield "        annotations:"
        yield f'          summary: "{each.summary}"'
        yield from _proof(each.pattern, is_known=True)


def _better_file(pipeline: Pipeline) -> Iterator[str]:
    """The proposed rules, with their proof behind each."""
    found = kernel_rules.proposed()
    text = kernel_rules.manifest(found, pipeline.selector, pipeline.label)
    after = {rule.name: rule for rule in found}
    name = ""
    for line in text.splitlines():
        head = line.strip()
        if head.startswith("- alert: "):
            if name:
                yield from _proof(after[name].pattern)
            name = head.removeprefix("- alert: ")
        yield line
    if name:
        yield from _proof(after[name].pattern)


def _proof(pattern: str, *, is_known: bool = False) -> Iterator[str]:
    """The lines that an expression sees, as comments."""
    for line in LINES:
        if compiled(pattern).is_in(line):
            is_new = not any(compiled(each.pattern).is_in(line) for each in KNOWN)
            mark = "new" if is_new and not is_known else "sees"
            yield f"        # {mark}: {line.strip()}"


def wiring(pipeline: Pipeline) -> Change:
    """Where Loki's ruler sends its alerts."""
    text = f"""\
# A part of Loki's own config; in the values of the chart grafana/loki it stands below
# `loki.rulerConfig`, without the first line.
ruler:
  alertmanager_url: {ALERTMANAGER}
  enable_alertmanager_v2: true
  enable_api: true
"""
    place = f"{safe(pipeline.cluster)}/loki-ruler.yaml"
    run = "# in the cluster of Loki: add it to Loki's config, and restart Loki"
    return Change(place, "Alertmanager of Loki's ruler", text, run)
