"""Each Alertmanager and each Prometheus as a whole, for those who write silences."""

from __future__ import annotations

from functools import partial
from itertools import chain

from msgspec.structs import replace

from tui.engine.plan import Served
from tui.engine.view import View
from tui.model.alert import Alert
from tui.model.alertmanager import Alertmanager, Told
from tui.model.fleet import SourceKind
from tui.model.metric import Rule, Ruler
from tui.silencing.agreement import disagreements, merged
from tui.silencing.external import with_external


def alertmanagers(view: View) -> tuple[Alertmanager, ...]:
    """All of them: what their peers tell, and where those disagree."""
    return tuple(
        _alertmanager(view, served) for served in view.of_kind(SourceKind.ALERTMANAGER)
    )


def rulers(view: View) -> tuple[Ruler, ...]:
    """Every Prometheus with its rules, and what it adds to alerts."""
    listed: list[tuple[Alert, ...]] = [
        view.reading(served.key("alerts")).value or ()
        for served in view.of_kind(SourceKind.ALERTMANAGER)
    ]
    found = []
    for served in view.of_kind(SourceKind.PROMETHEUS):
        rules: tuple[Rule, ...] | None = view.reading(served.key("rules")).value
        bare = Ruler(served.endpoint.urls[0], served.names, rules)
        alerts = chain.from_iterable(listed)
        found.append(
            view.memo.once_for(
                ("external", bare.endpoint),
                (rules, *listed),
                partial(with_external, bare, alerts),
            )
        )
    return tuple(found)


def _alertmanager(view: View, served: Served) -> Alertmanager:
    told: tuple[Told, ...] | None = view.reading(served.key("silences")).value
    known = Alertmanager(served.endpoint.urls[0], served.names)
    if told is None:
        return known
    return replace(
        known,
        silences=view.memo.once(("silences", known), told, partial(merged, told)),
        peers=tuple(one.peer for one in told),
        disagreements=disagreements(told, view.now),
    )
