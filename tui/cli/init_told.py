"""What `taloscope init` tells of the clusters it found, on lines of a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from textwrap import TextWrapper

from tui.cli.init_estate import Found, Other
from tui.cli.init_text import KINDS, named, shared_servers, unlabelled
from tui.cli.output import cleaned
from tui.model.fault import Fault

_WIDTH = 80


def told(found: Sequence[Found]) -> Iterator[str]:
    """What was found, a few lines for each cluster, at most 80 wide."""
    names, shared = named(found), shared_servers(found)
    for each in found:
        yield _line("", cleaned(names[each.pair.kube.name]), "")
        if each.fault is None:
            said = f"{each.version}, context {each.pair.kube.name}"
            yield _line("✔", "Kubernetes", said)
        else:
            yield _line("✖", "Kubernetes", each.fault.summary)
            yield from map(partial(_line, " ", ""), _why(each.fault))
        yield from _other_ways(each.others)
        yield from _talos(each)
        for server in each.servers:
            what = server.candidate
            if server.fault is not None:
                yield _line("✖", what.what, server.fault.summary)
            else:
                whose = ", for all clusters" if what.kind in shared else ""
                yield _line("✔", what.what, f"{server.told}{whose}")
            yield _line(" ", "", what.service)
        if known := unlabelled(each, found):
            yield _line("?", "label cluster", f"which of {', '.join(known)}?")
    missing = [kind.value for kind in KINDS if not any(e.server(kind) for e in found)]
    if missing:
        yield f"Nowhere found: {', '.join(missing)}. Add their URLs by hand."


def _other_ways(others: Sequence[Other]) -> Iterator[str]:
    """The contexts of the same API server that are not in the config."""
    for each in others:
        if each.fault is not None:
            yield _line("·", "not taken", f"context {each.name}")
            yield _line(" ", "", each.fault.summary)
    if same := [each.name for each in others if each.fault is None]:
        whose = f"context{'s' if len(same) > 1 else ''}"
        said = f"{whose} {', '.join(same)}, of the same API server"
        yield _line("·", "not taken", said)


def _talos(found: Found) -> Iterator[str]:
    """Which context of Talos is the cluster's, and whether it lets us in."""
    taloses, apid = found.pair.talos, found.apid
    if apid is None:
        said = "no context of the talosconfig is its own"
        if taloses:
            said = f"one of {', '.join(each.name for each in taloses)}"
        yield _line("?" if taloses else "·", "Talos", said)
        return
    known = f"context {taloses[0].name}, known by {found.pair.because}"
    if apid.fault is not None:
        yield _line("✖", "Talos", apid.fault.summary)
        yield from map(partial(_line, " ", ""), _why(apid.fault))
        yield _line(" ", "", known)
        return
    yield _line("✔", "Talos", f"{apid.version}, {known}")
    if apid.ends_at is not None:
        ends = f"the client certificate ends on {apid.ends_at:%Y-%m-%d}"
        yield _line(" ", "", ends)


def _why(fault: Fault) -> list[str]:
    """What was said, and what to do, in lines behind the names."""
    lines = TextWrapper(_WIDTH - 18, break_on_hyphens=False)
    return [*lines.wrap(cleaned(fault.detail)), *lines.wrap(cleaned(fault.advice))]


def _line(sign: str, what: str, said: str) -> str:
    if not sign:
        return what
    line = f"  {sign} {what:<13} {cleaned(said)}".rstrip()
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"
