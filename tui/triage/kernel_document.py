"""Writes docs/kernel-errors.md: the catalogue, as a person reads it."""

from __future__ import annotations

from tui.model.kernel_catalogue import CATALOGUE, KernelClass
from tui.model.kernel_rules import proposed_for

BTRFS, ISCSI = "BTRFSCorruptionDetected", "ISCSIKernelError"
SEEN = {
    "a volume serves stale data: writes were lost": BTRFS,
    "the daemon was told of a lost connection": ISCSI,
    "the daemon cannot log in to the storage": f"{ISCSI}, most of them",
    "the kubelet cannot attach an iSCSI volume": ISCSI,
}
"""By meaning, which of the two rules of the usual setup sees the lines; else none."""

_HEAD = """\
# Kernel errors

Lines of the kernel log, of the iSCSI daemon and of the kubelet that mean trouble for
data, memory or hardware, gravest first. Errors of the last hour are findings. Severity
is what a line means, not the kernel's own priority: some of the worst are of level
info. A line that is in the table twice belongs to the first row.

*Seen by* says which of the two rules of the usual setup, `BTRFSCorruptionDetected` and
`ISCSIKernelError`, sees such lines; of your own rules the finding says it. *Our rule*
is the one that `R` on a finding copies. Where a device leads is in
[traces.md](traces.md).

| family | severity | meaning | what to do | seen by | our rule |
| --- | --- | --- | --- | --- | --- |
"""


def document() -> str:
    """The whole page, Markdown."""
    patterns = "".join(
        f"- {each.meaning}: `` {each.pattern} ``\n" for each in CATALOGUE
    )
    return f"{_HEAD}{''.join(map(_row, CATALOGUE))}\n## Patterns\n\n{patterns}"


def _row(each: KernelClass) -> str:
    seen = SEEN.get(each.meaning, "none")
    rule = proposed_for(each.kind, each.severity).name
    cells = (each.kind, each.severity, each.meaning, each.advice, seen, f"`{rule}`")
    return f"| {' | '.join(cells)} |\n"
