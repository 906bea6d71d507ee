"""Makes each source once, when it is first needed, and closes them all at the end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from tui.clock import Clock
from tui.config import ClusterConfig, Config, Endpoint
from tui.engine.plan import clock_key
from tui.model.fleet import FeedKey, SourceKind
from tui.model.machine import Certificate
from tui.model.reading import Reading
from tui.sources.alertmanager import AlertmanagerSource
from tui.sources.expiries import of_endpoint
from tui.sources.http import HttpSession
from tui.sources.kubernetes import KubernetesSource
from tui.sources.kubernetes_access import Together
from tui.sources.loki import LokiSource
from tui.sources.loki_tail import LokiTail
from tui.sources.prometheus import PrometheusSource
from tui.sources.server_clock import ServerClock
from tui.sources.talos import TalosSource
from tui.sources.tunnel import KubeTunnel
from tui.store import Event, Forgotten, Observed


class _Closable(Protocol):
    async def aclose(self) -> None:
        """Free the sockets."""


S = TypeVar("S", bound=_Closable)


class Connections:
    """The open sources, one for each endpoint or context."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        backoff: Callable[[int], float],
        emit: Callable[[Event], None] = lambda _event: None,
    ) -> None:
        """emit   is told of what every answer says of its server's clock"""
        self._config = config
        self._clock = clock
        self._backoff = backoff
        self._emit = emit
        self._open: dict[object, _Closable] = {}
        self._clocks: dict[FeedKey, ServerClock] = {}
        self._together = Together(config.kubeconfig)

    def prometheus(self, endpoint: Endpoint) -> PrometheusSource:
        """The source of one Prometheus."""
        seconds = self._config.timeout_seconds
        clock = self._clock_of(SourceKind.PROMETHEUS, endpoint.urls[0])
        return self._once(
            ("prometheus", endpoint),
            lambda: PrometheusSource(
                endpoint, seconds, tunnel=self.tunnel(endpoint), clock=clock
            ),
        )

    def alertmanager(self, endpoint: Endpoint) -> AlertmanagerSource:
        """The source of one Alertmanager with all its peers."""
        seconds = self._config.timeout_seconds
        return self._once(
            ("alertmanager", endpoint),
            lambda: AlertmanagerSource(
                endpoint,
                seconds,
                tunnel=self.tunnel(endpoint),
                clock_of=partial(self._clock_of, SourceKind.ALERTMANAGER),
                now=self._clock.now,
            ),
        )

    def loki(self, endpoint: Endpoint) -> LokiSource:
        """The source of one Loki."""
        seconds = self._config.timeout_seconds
        clock = self._clock_of(SourceKind.LOKI, endpoint.urls[0])
        return self._once(
            ("loki", endpoint),
            lambda: LokiSource(
                endpoint, seconds, tunnel=self.tunnel(endpoint), clock=clock
            ),
        )

    def loki_tail(self, endpoint: Endpoint) -> LokiTail:
        """A gap-free tail of one Loki's kernel logs."""
        source = self.loki(endpoint)
        return LokiTail(source, endpoint.selector, self._clock, self._backoff)

    def tunnel(self, endpoint: Endpoint) -> KubeTunnel | None:
        """The port-forward that leads to an endpoint; None for one that needs none."""
        through = endpoint.through
        if through is None:
            return None
        kube = self._context(through.context)
        return self._once(
            ("tunnel", endpoint),
            lambda: KubeTunnel(kube, through, endpoint.urls[0], self._clock),
        )

    def kubernetes(self, cluster: ClusterConfig) -> KubernetesSource:
        """The source of one kubeconfig context."""
        return self._context(cluster.context)

    def retry(self) -> None:
        """Let no failure hold: what is asked next is tried at once."""
        for each in self._open.values():
            if isinstance(each, KubernetesSource):
                each.retry()

    def _context(self, name: str) -> KubernetesSource:
        return self._once(
            ("kubernetes", name),
            lambda: KubernetesSource(
                name,
                self._config.kubeconfig,
                self._config.timeout_seconds,
                clock=self._clock_of(SourceKind.KUBERNETES, name),
                together=self._together,
            ),
        )

    def talos(self, cluster: ClusterConfig) -> TalosSource:
        """The source of one talosconfig context."""
        return self._once(
            ("talos", cluster.talos_context),
            lambda: TalosSource(
                cluster.talos_context,
                self._config.talosconfig,
                self._config.timeout_seconds,
                self._clock,
                self._backoff,
            ),
        )

    async def expiries(self, endpoint: Endpoint) -> tuple[Certificate, ...]:
        """Until when an endpoint lets us in, and its servers' own certificates.

        Its files are read anew each time: they are renewed.
        """
        tunnel, seconds = self.tunnel(endpoint), self._config.timeout_seconds
        sessions = tuple(
            HttpSession(endpoint, url, seconds, tunnel=tunnel) for url in endpoint.urls
        )
        return await of_endpoint(endpoint, sessions)

    def forget_clocks(self) -> None:
        """Our own was set: those of others are held against it anew."""
        for key, each in self._clocks.items():
            each.forget()
            self._emit(Forgotten(key))

    def _clock_of(self, kind: SourceKind, where: str) -> ServerClock:
        key = clock_key(kind, where)

        def changed(ahead: float) -> None:
            self._emit(Observed(key, Reading(ahead, self._clock.now(), attempts=1)))

        if key not in self._clocks:
            self._clocks[key] = ServerClock(self._clock, changed)
        return self._clocks[key]

    async def aclose(self) -> None:
        """Close everything that was opened."""
        while self._open:
            _, source = self._open.popitem()
            await source.aclose()

    def _once(self, name: object, make: Callable[[], S]) -> S:
        source = self._open.get(name)
        if source is None:
            source = self._open[name] = make()
        return source  # type: ignore[return-value] # one name, one type
