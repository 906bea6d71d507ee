"""What to write, and where, so that a target is as the inventory would have it."""

from __future__ import annotations

import re
import shlex

from msgspec import Struct

from tui.model import toml
from tui.model.labels import NO_LABELS, Labels
from tui.model.scrape_url import address_of
from tui.model.target import Expected, Health, TargetRow

_HELM = {
    "kube-proxy": "kubeProxy",
    "kube-scheduler": "kubeScheduler",
    "kube-controller-manager": "kubeControllerManager",
}
"""Values of kube-prometheus-stack that make the monitors of these jobs."""
_LONGEST = 4_096
"""Characters of a job and an instance. Names of hosts have 253."""
_MONITOR = re.compile(r"(serviceMonitor|podMonitor|probe)/([^/]+)/([^/]+)(?:/\d+)?")


class Fix(Struct, frozen=True, gc=False):
    """One way out."""

    what: str
    """In a few words, as a button would say it."""
    text: str
    """What to copy."""


def fixes(cluster: str, row: TargetRow, marks: Labels = NO_LABELS) -> tuple[Fix, ...]:
    """The ways out, the likeliest first; none for a target that is as it should be.

    None either for one whose name nobody could paste.

    marks   labels that tell the cluster's targets apart on a shared Prometheus
    """
    if len(row.job) + len(row.instance) > _LONGEST:
        return ()
    if row.health is Health.ABSENT:
        if row.expected is not Expected.YES:
            return ()
        return _scrape(row, marks), _no_longer_expect(cluster, row)
    if row.expected is Expected.NO:
        return *_no_longer_scrape(row), _expect(cluster, row)
    if row.expected is Expected.UNLISTED:
        return (_expect(cluster, row),)
    return ()


def _scrape(row: TargetRow, marks: Labels) -> Fix:
    target = row.instance or "HOST:PORT"
    lines = [
        "# scrape_configs of Prometheus; with the operator, a ServiceMonitor or",
        "# ScrapeConfig that yields these labels job and instance",
        f"- job_name: {_yaml(row.job)}",
        "  static_configs:",
        f"    - targets: [{_yaml(target)}]",
    ]
    if marks:
        pairs = ", ".join(
            f"{name}: {_yaml(value)}" for name, value in sorted(marks.items())
        )
        lines.append(f"      labels: {{{pairs}}}")
    return Fix("scrape it", "\n".join(lines) + "\n")


def _no_longer_expect(cluster: str, row: TargetRow) -> Fix:
    table = toml.header("clusters", cluster, "inventory", row.job)
    if not row.instance:
        text = f'[{table}]\nexpected = false\nreason   = ""  # why it is gone\n'
        return Fix("expect it no longer", f"# in place of the table it has now\n{text}")
    return Fix(
        "expect it no longer",
        f"# take it out of the targets of [{table}], or out of the range\n"
        f"{toml.quoted(row.instance)}\n",
    )


def _expect(cluster: str, row: TargetRow) -> Fix:
    table = toml.header("clusters", cluster, "inventory", row.job)
    note = (
        "# in place of the table that does not expect it"
        if row.expected is Expected.NO
        else "# if there is such a table already, add it to its targets"
    )
    line = f"targets = [{toml.quoted(row.instance)}]"
    return Fix("expect it", f"{note}\n[{table}]\n{line}\n")


def _no_longer_scrape(row: TargetRow) -> tuple[Fix, ...]:
    found = []
    if value := _HELM.get(row.job):
        found.append(
            Fix(
                "scrape it no longer",
                f"# values of kube-prometheus-stack\n{value}:\n  enabled: false\n",
            )
        )
    pool = row.target.scrape_pool if row.target else ""
    if hit := _MONITOR.fullmatch(pool):
        kind, namespace, name = hit.groups()
        place, thing = shlex.quote(namespace), shlex.quote(name)
        command = f"kubectl -n {place} delete {kind.lower()} {thing}"
        found.append(Fix("delete what made it", f"{command}\n"))
    elif not found:
        found.append(_drop(row))
    return tuple(found)


def _drop(row: TargetRow) -> Fix:
    target = row.target
    pool, url = (target.scrape_pool, target.scrape_url) if target else (row.job, "")
    # The label `instance` is made of the address last of all, unless somebody set it.
    is_address = address_of(url) == row.instance
    pattern = re.sub(r"([.+*?()|\[\]{}^$\\])", r"\\\1", row.instance)
    return Fix(
        "scrape it no longer",
        "# scrape_configs of Prometheus: delete the job, or drop this target\n"
        f"- job_name: {_yaml(pool)}\n"
        "  relabel_configs:\n"
        f"    - source_labels: [{'__address__' if is_address else 'instance'}]\n"
        f"      regex: {_yaml(pattern)}\n"
        "      action: drop\n",
    )


# What TOML knows between double quotes, YAML knows too.
_yaml = toml.quoted
