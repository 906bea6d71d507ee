"""The config that `taloscope init` writes: the same estate gives the same text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tui.cli.init_estate import Files, Found, Other, Server
from tui.model import toml
from tui.model.fleet import SourceKind

KINDS = (SourceKind.PROMETHEUS, SourceKind.ALERTMANAGER, SourceKind.LOKI)

_HEAD = """\
# taloscope, written by `taloscope init`. All keys: docs/config.md
# It holds no secret: those stay in kubeconfig and talosconfig.
"""


def config_text(found: Sequence[Found], files: Files) -> str:
    """The whole config, commented."""
    names = named(found)
    shared = shared_servers(found)
    parts = (*_files(files), *_shared(shared, names), *_clusters(found))
    return "\n".join((_HEAD, *parts))


def named(found: Sequence[Found]) -> Mapping[str, str]:
    """What each cluster is called, by kubeconfig context: short where that is clear."""
    shorts = [each.pair.kube.short for each in found]
    return {
        each.pair.kube.name: each.pair.kube.short
        if shorts.count(each.pair.kube.short) == 1
        else each.pair.kube.name
        for each in found
    }


def shared_servers(found: Sequence[Found]) -> Mapping[SourceKind, tuple[Found, Server]]:
    """Servers of a kind of which there is one for several clusters."""
    shared = {}
    for kind in KINDS:
        owners = [(each, server) for each in found if (server := each.server(kind))]
        if len(owners) == 1 and len(found) > 1:
            shared[kind] = owners[0]
    return shared


def unlabelled(each: Found, found: Sequence[Found]) -> tuple[str, ...]:
    """The labels of a shared Prometheus, when none of them is this cluster's."""
    shared = shared_servers(found).get(SourceKind.PROMETHEUS)
    if shared is None or shared[0] is each:
        return ()
    known = shared[1].clusters
    return () if named(found)[each.pair.kube.name] in known else known


def _files(files: Files) -> Iterator[str]:
    lines = [
        f"{key} = {toml.quoted(str(path.absolute()))}\n"
        for key, path in (
            ("kubeconfig", files.kubeconfig),
            ("talosconfig", files.talosconfig),
        )
        if path is not None
    ]
    if lines:
        yield "".join(lines)


def _shared(
    shared: Mapping[SourceKind, tuple[Found, Server]], names: Mapping[str, str]
) -> Iterator[str]:
    if not shared:
        return
    lines = ["# One for all clusters; told apart by the label `cluster`.\n[shared]\n"]
    for kind, (owner, server) in shared.items():
        home = toml.quoted(names[owner.pair.kube.name])
        lines.append(f"# {_about(server)}\n")
        lines.append(f"{kind.value} = {{ {_service(server)}, cluster = {home} }}\n")
    yield "".join(lines)


def _clusters(found: Sequence[Found]) -> Iterator[str]:
    names, shared = named(found), shared_servers(found)
    for each in found:
        kube, name = each.pair.kube, names[each.pair.kube.name]
        lines = []
        if each.fault is not None:
            told = toml.comment(each.fault.summary)
            lines.append(f"# Kubernetes did not answer: {told}\n")
        lines.append(f"[clusters.{toml.key(name)}]\n")
        lines.append(f"context = {toml.quoted(kube.name)}\n")
        lines += _talos(each)
        if strange := unlabelled(each, found):
            known = toml.comment(", ".join(strange))
            lines.append(
                "# No target of the shared Prometheus has this name in its label\n"
                f"# `cluster`; there are: {known}. Say which it is:\n"
                '# labels = { cluster = "..." }\n'
            )
        lines += map(_not_taken, each.others)
        for kind in KINDS:
            server = each.server(kind)
            if server is not None and kind not in shared:
                lines.append(f"# {_about(server)}\n")
                lines.append(f"{kind.value} = {{ {_service(server)} }}\n")
        lines += [
            f"# {toml.comment(server.candidate.service)} looks like "
            f"{server.candidate.what}, but: {toml.comment(server.fault.summary)}\n"
            for server in each.servers
            if server.fault is not None
        ]
        yield "".join(lines)


def _talos(each: Found) -> Iterator[str]:
    taloses = each.pair.talos
    if each.apid is not None and each.apid.fault is not None:
        yield f"# Talos did not let us in: {toml.comment(each.apid.fault.summary)}\n"
    if len(taloses) == 1:
        context = toml.quoted(taloses[0].name)
        yield f"talos = {{ context = {context} }}  # known by {each.pair.because}\n"
    elif taloses:
        known = ", ".join(toml.comment(one.name) for one in taloses)
        yield f"# talos = {{ context = ... }}  # which of: {known}?\n"
    else:
        yield "# no context of the talosconfig is this cluster's\n"


def _not_taken(other: Other) -> str:
    name = toml.comment(other.name)
    if other.fault is None:
        return f"# context {name} leads to the same API server\n"
    told = toml.comment(other.fault.summary)
    return f"# context {name} leads there too, but: {told}\n"


def _about(server: Server) -> str:
    return f"{server.candidate.what}, by a port-forward of taloscope's own"


def _service(server: Server) -> str:
    return f"service = {toml.quoted(server.candidate.service)}"
