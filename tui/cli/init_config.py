"""`taloscope init`: from kubeconfig and talosconfig to a config that works."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from tui.cli.init_estate import Files, Found, look
from tui.cli.init_file import write
from tui.cli.init_text import config_text, unlabelled
from tui.cli.init_told import told
from tui.cli.output import USAGE, cleaned, complain, print_file
from tui.clock import SystemClock
from tui.config import ConfigError, find
from tui.config.content import content
from tui.sources.base import SourceError

DONE, NOT_ALL = 0, 2


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
    print("\n".join(told(found)), file=sys.stderr)
    if asked.dry_run:
        print_file(text)
    elif (path := find(asked.config, environ)) and not _is_kept(
        path, text, may_replace=asked.force
    ):
        return USAGE
    if any(each.fault or (each.apid and each.apid.fault) for each in found):
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
    apid = found.apid
    is_let_in = apid is None or apid.fault is None
    return answered and is_let_in and len(found.pair.talos) < 2


def _is_kept(path: Path, text: str, *, may_replace: bool) -> bool:
    """Write the config; what is there already is not lost."""
    try:
        before, is_there = content(path).decode(), True
    except FileNotFoundError:
        before, is_there = "", False
    except (ConfigError, UnicodeDecodeError, OSError) as error:
        complain(_unread(path, error))
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
        kept = write(path, text, may_replace=is_there)
    except OSError as error:
        complain(f"{path}: cannot be written: {error.strerror}")
        return False
    print(f"\nWritten: {path}", file=sys.stderr)
    if kept is not None:
        print(f"The old one is kept: {kept}", file=sys.stderr)
    print("Next: taloscope check, or taloscope", file=sys.stderr)
    return True


def _unread(path: Path, error: Exception) -> str:
    """Why it is not known what is there."""
    match error:
        case UnicodeDecodeError():
            return f"{path}: is there, and is not UTF-8: move it away"
        case OSError():
            return f"{path}: cannot be read: {error.strerror}"
        case _:
            return str(error)
