"""What Talos' services do, what apid lets one do with them, and what they went through.

source: apid's service actions; only the kubelet and extensions answer to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tui.model.command import ServiceVerb
from tui.model.talos import TalosService
from tui.present.glyphs import Marks
from tui.present.units import age, moment, one_line
from widgets.values import Align, Cell, Column, Line, Row, Span, Tone

HISTORY_COLUMNS = (
    Column("ago", 4, align=Align.RIGHT),
    Column("state", 9, max_width=12),
    Column("what happened", 16, weight=1),
    Column("at", 19, drop=1),
)

_EXTENSION = "ext-"
_DOES = {
    "apid": "answers talosctl and this program; it passes calls on to other nodes",
    "auditd": "writes the kernel's audit records",
    "containerd": "runs Talos' own containers",
    "cri": "runs the containers of pods",
    "dashboard": "draws the node's status on its own screen",
    "etcd": "holds the state of the cluster; losing members loses the quorum",
    "kubelet": "starts and watches this node's pods; those that run go on without it",
    "machined": "is Talos itself: it runs the machine and its services",
    "registryd": "serves images from the node's own cache",
    "sandboxd": "isolates workloads",
    "syslogd": "takes in syslog messages of the node's services",
    "trustd": "signs the certificates of nodes that join",
    "udevd": "makes device files and loads drivers",
}
_ALLOWED = {
    "kubelet": frozenset({ServiceVerb.START, ServiceVerb.RESTART}),
}
_NOTHING: frozenset[ServiceVerb] = frozenset()
_CONSEQUENCE = {
    ServiceVerb.START: "It is started; if it runs already, nothing happens.",
    ServiceVerb.STOP: "It stays stopped until it is started, or the node reboots.",
    ServiceVerb.RESTART: "It stops and starts again; what depends on it may wait.",
}


def does(service: str) -> str:
    """What a service is for."""
    if service.startswith(_EXTENSION):
        name = service.removeprefix(_EXTENSION)
        return f"comes with the system extension {name}; pods may depend on it"
    return _DOES.get(service, "is not among the services that we know")


def allowed(service: str) -> frozenset[ServiceVerb]:
    """What apid lets one do with a service."""
    if service.startswith(_EXTENSION):
        return frozenset(ServiceVerb)
    return _ALLOWED.get(service, _NOTHING)


def refusal(service: str, verb: ServiceVerb) -> str:
    """Why apid will not do it; empty when it will."""
    can = allowed(service)
    if verb in can:
        return ""
    if not can:
        return (
            f"Talos does not let {service} be {_PAST[verb]}: "
            "only the kubelet and extensions."
        )
    words = " or ".join(sorted(_PAST[each] for each in can))
    return f"Talos does not let {service} be {_PAST[verb]}, only {words}."


_PAST = {
    ServiceVerb.START: "started",
    ServiceVerb.STOP: "stopped",
    ServiceVerb.RESTART: "restarted",
}


def question(
    service: str, verb: ServiceVerb, node: str, cluster: str
) -> tuple[str, tuple[Line, ...]]:
    """Title and lines of the confirmation."""
    return f"{verb.value.capitalize()} {service} on {node}?", (
        (Span("cluster ", Tone.QUIET), Span(cluster, bold=True)),
        (Span(f"{service} {does(service)}."),),
        (Span(_CONSEQUENCE[verb]),),
    )


def history_rows(service: TalosService, now: datetime, marks: Marks) -> tuple[Row, ...]:
    """What a service went through, the newest first."""
    numbered = reversed(tuple(enumerate(service.events)))
    return tuple(
        Row(
            f"event {number}",
            (
                Cell(age(event.at, now) or marks.unknown, Tone.QUIET),
                Cell(event.state, _tone(event.state)),
                Cell(one_line(event.message)),
                Cell(moment(event.at), Tone.QUIET),
            ),
        )
        for number, event in numbered
    )


def _tone(state: str) -> Tone:
    return Tone.CRITICAL if state.casefold() == "failed" else Tone.TEXT


def find(services: Iterable[TalosService], name: str) -> TalosService | None:
    """The service of that name."""
    return next((each for each in services if each.id == name), None)
