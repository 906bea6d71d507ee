"""Reads the tables of the clusters: labels, contexts, own endpoints, inventory."""

from __future__ import annotations

from collections.abc import Mapping

from tui.config.endpoint import Place, endpoints
from tui.config.inventory import inventory
from tui.config.table import Table
from tui.config.text import expanded
from tui.config.values import ClusterConfig, Endpoint, Permission
from tui.model.labels import Labels


def clusters(
    top: Table, place: Place, shared: Mapping[str, Endpoint]
) -> tuple[ClusterConfig, ...]:
    """All clusters, in the order of the file."""
    table = top.table("clusters")
    found = tuple(
        _cluster(name, each, place, shared)
        for name, each in (table.tables() if table else ())
    )
    if not found and (table or "clusters" not in top):
        top.wrong("clusters", "name at least one: [clusters.NAME]")
    return found


def _cluster(
    name: str, table: Table, place: Place, shared: Mapping[str, Endpoint]
) -> ClusterConfig:
    own = {**shared, **endpoints(table, place, name)}
    talos = table.table("talos")
    cluster = ClusterConfig(
        name=name,
        labels=_labels(table, name),
        context=table.text("context"),
        talos_context=talos.text("context") if talos else "",
        talos_nodes=_nodes(talos) if talos else (),
        prometheus=own.get("prometheus"),
        alertmanager=own.get("alertmanager"),
        loki=own.get("loki"),
        inventory=inventory(table),
        allow=frozenset(table.each("allow", _permission) or ()),
    )
    if talos:
        if "context" not in talos:
            talos.problems.note(talos.path, "needs a context of the talosconfig")
        talos.finish()
    if not own and not cluster.context and not talos:
        table.problems.note(table.path, "nothing to read: give it a server or context")
    if not name.strip():
        table.problems.note(table.path, "a cluster needs a name: [clusters.NAME]")
    table.finish()
    return cluster


def _labels(table: Table, name: str) -> Labels:
    """What marks the cluster's things on a shared endpoint."""
    below = table.table("labels")
    if below is None:
        return {"cluster": name}
    labels = {key: below.text(key) for key in below}
    if not labels:
        table.wrong("labels", "is empty: everything would belong to this cluster")
    return labels


def _permission(text: str) -> Permission:
    """raise   ValueError with a sentence"""
    try:
        return Permission(text)
    except ValueError as error:
        known = ", ".join(each.value for each in Permission)
        raise ValueError(
            f"is nothing that can be allowed; known are {known}"
        ) from error


def _nodes(talos: Table) -> tuple[str, ...]:
    """Addresses to ask about, ranges written out."""
    parts = talos.each("nodes", expanded) or ()
    return tuple(address for part in parts for address in part)
