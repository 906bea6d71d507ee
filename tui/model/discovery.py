"""Which Services are a Prometheus, an Alertmanager or a Loki: by labels and ports."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from tui.model.fleet import SourceKind
from tui.model.scraping import Service


class Candidate(Struct, frozen=True, gc=False):
    """A Service that is probably a server of some kind; the best has rank 0."""

    kind: SourceKind
    namespace: str
    name: str
    port: int
    path: str
    what: str
    rank: int

    @property
    def service(self) -> str:
        """As the config writes it."""
        return f"{self.namespace}/{self.name}:{self.port}{self.path}"


class _Mark(Struct, frozen=True, gc=False):
    """One kind of Service. Words are looked for in its name and in its name labels."""

    kind: SourceKind
    what: str
    words: tuple[str, ...]
    """All of them."""
    ports: tuple[int, ...]
    path: str = ""
    but: tuple[str, ...] = ()
    """None of them."""


_PROM, _AM, _LOKI = (
    SourceKind.PROMETHEUS,
    SourceKind.ALERTMANAGER,
    SourceKind.LOKI,
)
_PARTS = ("operator", "exporter", "gateway", "adapter", "state-metrics", "alertmanager")
_MARKS = (
    _Mark(_PROM, "Prometheus", ("prometheus",), (9090, 80), but=(*_PARTS, "thanos")),
    _Mark(_PROM, "VictoriaMetrics", ("vmsingle",), (8428, 8429)),
    _Mark(_PROM, "VictoriaMetrics", ("victoria-metrics-single",), (8428,)),
    _Mark(_PROM, "VictoriaMetrics", ("vmselect",), (8481,), "/select/0/prometheus"),
    _Mark(_PROM, "Thanos", ("thanos", "query"), (9090, 10902)),
    _Mark(_PROM, "Mimir", ("mimir", "gateway"), (80, 8080), "/prometheus"),
    _Mark(_PROM, "Mimir", ("mimir", "nginx"), (80, 8080), "/prometheus"),
    _Mark(_PROM, "Mimir", ("mimir", "query-frontend"), (8080,), "/prometheus"),
    _Mark(_AM, "Alertmanager", ("alertmanager",), (9093,), but=("mimir", "operator")),
    _Mark(_AM, "Alertmanager", ("alertmanager",), (80,), but=("mimir", "operator")),
    _Mark(_LOKI, "Loki", ("loki", "gateway"), (80, 8080)),
    _Mark(
        _LOKI,
        "Loki",
        ("loki",),
        (3100,),
        but=("canary", "memberlist", "headless", "backend", "write", "compactor"),
    ),
)
_NAME_LABELS = (
    "app",
    "app.kubernetes.io/name",
    "app.kubernetes.io/component",
    "app.kubernetes.io/instance",
    "component",
)


def candidates(services: Iterable[Service]) -> tuple[Candidate, ...]:
    """All Services that look like a server of ours, by kind, the likeliest first."""
    found: dict[tuple[SourceKind, str], Candidate] = {}
    for service in services:
        for rank, mark in enumerate(_MARKS):
            candidate = _as(service, mark, rank)
            if candidate is not None:
                found.setdefault((mark.kind, service.path), candidate)
    return tuple(
        sorted(
            found.values(),
            key=lambda each: (each.kind.value, each.rank, each.service),
        )
    )


def _as(service: Service, mark: _Mark, rank: int) -> Candidate | None:
    words = " ".join(
        (service.name, *(service.labels.get(label, "") for label in _NAME_LABELS))
    ).lower()
    if not all(word in words for word in mark.words):
        return None
    if any(word in service.name for word in mark.but):
        return None
    open_ports = {port.port for port in service.ports}
    port = next((port for port in mark.ports if port in open_ports), 0)
    if not port:
        return None
    # The operator's own Services are headless doubles of the chart's.
    is_double = service.name.endswith("-operated") or service.name.endswith("-headless")
    return Candidate(
        mark.kind,
        service.namespace,
        service.name,
        port,
        mark.path,
        mark.what,
        rank + (len(_MARKS) if is_double else 0),
    )
