"""Which ServiceMonitors make a job: by the Services that they select, else by name."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from tui.model.scraping import Service, ServiceMonitor


class Maker(Struct, frozen=True):
    """A ServiceMonitor that makes a job."""

    monitor: ServiceMonitor
    why: str
    """One sentence."""
    also: tuple[str, ...] = ()
    """Other jobs that it makes."""


def makers(
    monitors: Sequence[ServiceMonitor],
    services: Sequence[Service] | None,
    job: str,
) -> tuple[Maker, ...]:
    """Those that make the job. A name that is merely similar is not one of them.

    services    all of the cluster; None when they could not be read
    """
    found = []
    for monitor in monitors:
        selected = [one for one in services or () if monitor.selects(one)]
        jobs = {monitor.job_of(one): one for one in selected}
        if job in jobs:
            why = f"selects the Service {jobs[job].path}, whose job is {job}"
        elif not jobs and is_named_after(monitor.name, job):
            blind = services is None
            what = "Services could not be read" if blind else "it selects no Service"
            why = f"is named after {job}; {what}"
        else:
            continue
        found.append(Maker(monitor, why, tuple(sorted(jobs.keys() - {job}))))
    return tuple(found)


def is_named_after(name: str, job: str) -> bool:
    """Whether a name is the job's, alone or behind that of a Helm release."""
    return bool(job) and (name == job or name.endswith(f"-{job}"))
