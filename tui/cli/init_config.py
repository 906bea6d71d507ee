"""`taloscope init`: from kubeconfig and talosconfig to a config that works."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from textwrap import TextWrapper

from tui.cli.init_estate import Files, Found, look
from tui.cli.init_text import (
    KINDS,
    config_text,
    named,
    shared_servers,
    unlabelled,
)
from tui.cli.output import USAGE, cleaned, complain
from tui.clock import SystemClock
from tui.config import find
from tui.model.fault import Fault
from tui.sources.base import SourceError

DONE, NOT_ALL = 0, 2
_WIDTH = 80


def run(asked: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Look, ask where it must, write; returns the exit code."""
    files = Files(asked.kubeconfig, asked.talosconfig)
    try:
        found, lost = asyncio.run(look(files, SystemClock()))
    except SourceError as error:
        complain(f"{error.fault.summary}: {error.fault.detail}")
        return USAGE
    if not found:
        where = files.kubeconfig or environ.get("KUBECONFIG") or "~/.kube/config"
        complain(
            f"no kubeconfig with a context in {cleaned(str(where))}: put one there, "
            "set KUBECONFIG, or give --kubeconfig FILE"
        )
        return USAGE
    if lost is not None:
        why = cleaned(lost.summary.removeprefix("talosconfig: "))
        complain(f"Talos is left out: {why}")
    if not asked.yes and sys.stdin.isatty():
        found = tuple(_chosen(each) for each in found)
    text = config_text(found, files)
    print("\n".join(_told(found)), file=sys.stderr)
    if asked.dry_run:
        sys.stdout.write(text)
    elif (path := find(asked.config, environ)) and not _is_kept(
        path, text, may_replace=asked.force
    ):
        return USAGE
    if any(each.fault for each in found):
        print("\n`taloscope doctor` tells of each step why.", file=sys.stderr)
    is_clear = all(_is_clear(each) and not unlabelled(each, found) for each in found)
    return DONE if lost is None and is_clear else NOT_ALL


def _chosen(found: Found) -> Found:
    """Ask whose cluster it is, where several contexts of Talos may be meant."""
    taloses = found.pair.talos
    if len(taloses) < 2:
        return found
    print(f"Which Talos context is {cleaned(found.pair.kube.name)}?", file=sys.stderr)
    for number, talos in enumerate(taloses, 1):
        print(f"  {number}  {cleaned(talos.name)}", file=sys.stderr)
    print("number, or enter for none: ", end="", file=sys.stderr, flush=True)
    said = sys.stdin.readline().strip()
    picked = taloses[int(said) - 1 : int(said)] if said.isdigit() and int(said) else ()
    return replace(found, pair=replace(found.pair, talos=picked, because="you"))


def _is_clear(found: Found) -> bool:
    answered = found.fault is None and all(
        found.server(each.candidate.kind) for each in found.servers
    )
    return answered and len(found.pair.talos) < 2


def _told(found: Sequence[Found]) -> Iterator[str]:
    """What was found, a few lines for each cluster, at most 80 wide."""
    names, shared = named(found), shared_servers(found)
    for each in found:
        yield _line("", cleaned(names[each.pair.kube.name]), "")
        if each.fault is None:
            told = f"{each.version}, context {each.pair.kube.name}"
            yield _line("✔", "Kubernetes", told)
        else:
            yield _line("✖", "Kubernetes", each.fault.summary)
            yield from map(partial(_line, " ", ""), _why(each.fault))
        taloses = each.pair.talos
        if len(taloses) == 1:
            because = f"context {taloses[0].name}, known by {each.pair.because}"
            yield _line("✔", "Talos", because)
        elif taloses:
            yield _line("?", "Talos", f"one of {', '.join(t.name for t in taloses)}")
        else:
            yield _line("·", "Talos", "no context of the talosconfig is its own")
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


def _why(fault: Fault) -> list[str]:
    """What was said, and what to do, in lines behind the names."""
    lines = TextWrapper(_WIDTH - 18, break_on_hyphens=False)
    return [*lines.wrap(cleaned(fault.detail)), *lines.wrap(cleaned(fault.advice))]


def _line(sign: str, what: str, told: str) -> str:
    if not sign:
        return what
    line = f"  {sign} {what:<13} {cleaned(told)}"
    line = line.rstrip()
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"


def _is_kept(path: Path, text: str, *, may_replace: bool) -> bool:
    """Write the config; what is there already is not lost."""
    try:
        before = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        before = ""
    except (OSError, UnicodeDecodeError) as error:
        complain(f"{path}: cannot be read: {error}")
        return False
    if before == text:
        print(f"\n{path} says so already.", file=sys.stderr)
        return True
    if before and not may_replace:
        complain(
            f"{path} is there and says something else: compare it with "
            "--dry-run, or give --force (the old one is kept as .bak)"
        )
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if before:
            path.replace(path.with_name(f"{path.name}.bak"))
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        complain(f"{path}: cannot be written: {error.strerror}")
        return False
    print(f"\nWritten: {path}\nNext: taloscope check, or taloscope", file=sys.stderr)
    return True
