"""Targets held against the inventory: expected or not, and there or not."""

from __future__ import annotations

from tui.model.target import Expected, Health, InventoryTarget, Target, TargetRow


def rows(
    targets: tuple[Target, ...], inventory: tuple[InventoryTarget, ...]
) -> tuple[TargetRow, ...]:
    """One row a target, and one for each line of the inventory that nothing matches.

    A line matches by job and by instance: the very instance, or, when the line names no
    port, any port of that host; without an instance the whole job. The closest line
    wins. Worst first, then by job and instance.
    """
    lines = {(line.job, line.instance): line for line in inventory}
    found = []
    matched: set[tuple[str, str | None]] = set()
    for target in targets:
        host = _host(target.instance)
        keys = [(target.job, each) for each in (target.instance, host, None)]
        fitting = [key for key in keys if key in lines]
        matched.update(fitting)
        found.append(_row(target, lines[fitting[0]] if fitting else None))
    found += [_absent(line) for key, line in lines.items() if key not in matched]
    return tuple(sorted(found, key=_rank))


def _host(instance: str) -> str:
    """The part before the port; an IPv6 address loses its brackets."""
    host, _, port = instance.rpartition(":")
    if not port.isdigit() or (":" in host and not host.endswith("]")):
        return instance
    return host.strip("[]")


def _row(target: Target, line: InventoryTarget | None) -> TargetRow:
    if line is None:
        expected, reason = Expected.UNLISTED, ""
    else:
        expected = Expected.YES if line.expected else Expected.NO
        reason = line.reason
    return TargetRow(
        target.job, target.instance, expected, target.health, reason, target
    )


def _absent(line: InventoryTarget) -> TargetRow:
    expected = Expected.YES if line.expected else Expected.NO
    return TargetRow(
        line.job, line.instance or "", expected, Health.ABSENT, line.reason
    )


_UNEASE = {
    Health.DOWN: 0,
    Health.ABSENT: 0,
    Health.UNKNOWN: 1,
    Health.UP: 2,
}


def _rank(row: TargetRow) -> tuple[bool, bool, int, str, str]:
    """Findings first, of those the expected; what should not be there last."""
    is_wanted = row.expected is not Expected.NO
    return not row.is_finding, not is_wanted, _UNEASE[row.health], row.job, row.instance
