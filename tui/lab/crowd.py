"""A crowd of targets: as many as one asks for, beside the homelab's own.

They are pods behind services, found by Kubernetes discovery as ServiceMonitors ask for
it, in the clusters of the homelab. Everything follows from a pod's number, so that the
same crowd is the same in every process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, lru_cache

from msgspec import Struct

from tui.lab.estate import LabTarget, Outage
from tui.lab.matchers import Matcher, all_match

INTERVAL = timedelta(seconds=30)  # kube-prometheus-stack's own
TIMEOUT = timedelta(seconds=10)
_TEAMS = (
    *("billing", "checkout", "identity", "ingest", "media", "orders", "platform"),
    *("search", "shipping", "telemetry", "web"),
)
_APPS = (
    *("api", "cache", "consumer", "exporter", "gateway", "indexer", "mailer"),
    *("proxy", "queue", "reporter", "scheduler", "store", "worker"),
)
# Most services are small and some are large; their mean is 12.
_REPLICAS = (2, 1, 3, 24, 2, 5, 8, 3, 60, 12)
_PORTS = (8080, 9090, 9100, 2112)
# Of eight services six are prod's, one agentic's and one monit's.
_CLUSTERS = ("prod", "prod", "agentic", "prod", "prod", "monit", "prod", "prod")
_AGENT_SHARE = 10
"""The first service is an agent on every machine: a tenth of all pods."""
_NODES = 400
_SICK = 331
"""One pod in so many cannot be scraped."""
_DOWN = 61
"""One service in so many cannot be scraped at all, if there is an alert for it."""
_ERRORS = (
    "dial tcp {address}: connect: connection refused",
    'Get "http://{address}/metrics": context deadline exceeded',
    "server returned HTTP status 503 Service Unavailable",
    "dial tcp {address}: connect: no route to host",
    "server returned HTTP status 401 Unauthorized",
)


class Service(Struct, frozen=True):
    """A service, whose name is also its job's; `down` since when none answers."""

    number: int
    name: str
    namespace: str
    cluster: str
    port: int
    first: int  # the number of its first pod
    replicas: int
    down: Outage | None = None

    @property
    def pool(self) -> str:
        """The scrape pool, as the operator calls it."""
        return f"serviceMonitor/{self.namespace}/{self.name}/0"


class Pod(Struct, frozen=True):
    """One pod of a service."""

    number: int
    service: Service

    @property
    def name(self) -> str:
        """As a ReplicaSet names its pods."""
        return f"{self.service.name}-{self.revision}-{_letters(self.number)}"

    @property
    def revision(self) -> str:
        """The hash of the pod's template."""
        return f"{(self.service.number * 2_654_435_761) & 0xFFFFFFFF:08x}9d"

    @property
    def node(self) -> str:
        """The machine that it runs on."""
        return f"talos-{self.service.cluster}-wk-{self.number % _NODES + 1}"

    @property
    def ip(self) -> str:
        """Its own address."""
        number = self.number
        return f"10.{64 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"

    @property
    def address(self) -> str:
        """Where its metrics are."""
        return f"{self.ip}:{self.service.port}"

    @property
    def labels(self) -> Mapping[str, str]:
        """After relabelling, sorted."""
        service = self.service
        return {
            "cluster": service.cluster,
            "container": service.name,
            "endpoint": "http-metrics",
            "instance": self.address,
            "job": service.name,
            "namespace": service.namespace,
            "node": self.node,
            "pod": self.name,
            "service": service.name,
        }

    @property
    def outage(self) -> Outage | None:
        """Since when and why it cannot be scraped; None when it can."""
        if self.service.down is not None:
            return self.service.down
        if self.number % _SICK != _SICK - 1:
            return None
        error = _ERRORS[self.number // _SICK % len(_ERRORS)]
        since = timedelta(minutes=-(self.number * 17 % 4000) - 1)
        return Outage(since, None, error.format(address=self.address))


def _letters(number: int) -> str:
    """Five letters that name one pod, as Kubernetes chooses them."""
    alphabet = "bcdfghjklmnpqrstvwxz2456789"
    mixed = number * 7_368_787 % len(alphabet) ** 5
    found = ""
    for _ in range(5):
        mixed, digit = divmod(mixed, len(alphabet))
        found += alphabet[digit]
    return found


@dataclass(frozen=True)
class Crowd:
    """So many targets, alerts and silences more; of each, by default, none."""

    targets: int = 0
    alerts: int = 0
    silences: int = 0

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """As many as it takes for every target, and for every alert, to have a pod."""
        wanted = max(self.targets, self.alerts)
        agents = wanted // _AGENT_SHARE
        may_fail = self.alerts // 4
        found: list[Service] = []
        first = 0
        while first < wanted:
            number = len(found)
            size = agents if number == 0 and agents else _REPLICAS[number % 10]
            size = min(size, wanted - first)
            is_down = number % _DOWN == _DOWN - 1 and number // _DOWN < may_fail
            found.append(_service(number, first, size, is_down=is_down))
            first += size
        return tuple(found)

    @cached_property
    def scraped(self) -> tuple[LabTarget, ...]:
        """What Prometheus scrapes of it, in the order of the pods."""
        return tuple(map(_target, self.pods(self.targets)))

    def pods(self, count: int) -> Iterator[Pod]:
        """The first so many pods."""
        for service in self.services:
            for number in range(service.first, service.first + service.replicas):
                if number >= count:
                    return
                yield Pod(number, service)

    def matching(self, matchers: tuple[Matcher, ...]) -> tuple[LabTarget, ...]:
        """The targets whose series match, whatever the metric."""
        return _matching(self, matchers)

    def totals(self, matchers: tuple[Matcher, ...], at: timedelta) -> tuple[int, float]:
        """How many series of `up` match, and their sum."""
        found = _matching(self, matchers)
        down = sum(bool(one.outages) and one.outage(at) is not None for one in found)
        return len(found), float(len(found) - down)


NOBODY = Crowd()


@lru_cache(maxsize=64)
def _matching(crowd: Crowd, matchers: tuple[Matcher, ...]) -> tuple[LabTarget, ...]:
    """The targets that match: a range asks for the same ones at each step."""
    plain = tuple(one for one in matchers if one.name != "__name__")
    return tuple(one for one in crowd.scraped if all_match(plain, one.labels))


def _service(number: int, first: int, size: int, *, is_down: bool) -> Service:
    team = _TEAMS[number % len(_TEAMS)]
    app = _APPS[number // len(_TEAMS) % len(_APPS)]
    name = f"{team}-{app}-{number // (len(_TEAMS) * len(_APPS)) + 1}"
    down = None
    if is_down:
        since = timedelta(minutes=-12 - number % 3000)
        down = Outage(since, None, _ERRORS[0].format(address=f"10.96.0.{number % 250}"))
    return Service(
        number=number,
        name="telemetry-agent" if number == 0 else name,
        namespace=team,
        cluster=_CLUSTERS[number % len(_CLUSTERS)],
        port=_PORTS[number % len(_PORTS)],
        first=first,
        replicas=size,
        down=down,
    )


def _target(pod: Pod) -> LabTarget:
    outage = pod.outage
    return LabTarget(
        labels=pod.labels,
        scrape_url=f"http://{pod.address}/metrics",
        outages=() if outage is None else (outage,),
        interval_seconds=int(INTERVAL.total_seconds()),
    )
