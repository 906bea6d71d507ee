"""What a module drags in when it is imported, seen from a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

TOOLKIT = {"textual", "plotext"}
"""Not rich: httpx loads it where it is installed."""
LATER = {
    "re2",
    "tui.config.rules",
    "tui.model.examination",
    "tui.model.machine",
    "tui.model.memory",
    "tui.model.pipeline",
    "tui.model.probe",
    "tui.model.question",
}
"""Of no use to the first frame; each takes milliseconds."""
CLIENTS = {"httpx", "grpc", "kubernetes", "websockets", "aiohttp"}

SCRIPT = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps(sorted(sys.modules)))
"""

HEADLESS = [
    "talosapi.client",
    "tui.cli.check",
    "tui.cli.demo",
    "tui.clock",
    "tui.config",
    "tui.engine.engine",
    "tui.lab.server",
    "tui.model.fleet",
    "tui.present.standing",
    "tui.silencing.preview",
    "tui.sources.kubernetes",
    "tui.sources.loki_tail",
    "tui.sources.prometheus",
    "tui.sources.talos",
    "tui.state.audit",
    "tui.store",
    "tui.triage.registry",
    "widgets.values",
]


def loaded_by(module: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, module],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    names = json.loads(done.stdout)
    return {part for name in names for part in (name, name.partition(".")[0])}


@pytest.mark.parametrize("module", HEADLESS)
def test_nothing_headless_loads_the_toolkit(module: str) -> None:
    assert loaded_by(module) & TOOLKIT == set()


@pytest.mark.parametrize("module", ["tui.cli.main", "tui.cli.dashboard"])
def test_the_command_line_starts_with_the_standard_library(module: str) -> None:
    assert loaded_by(module) & (TOOLKIT | CLIENTS | LATER) == set()


def test_a_question_for_help_waits_for_no_value() -> None:
    assert "msgspec" not in loaded_by("tui.cli.main") | loaded_by("tui.cli.verbs")


@pytest.mark.parametrize(
    "module", ["tui.app", "widgets.row_table", "widgets.log_view", "widgets.panel"]
)
def test_the_first_frame_waits_for_no_client(module: str) -> None:
    assert loaded_by(module) & (CLIENTS | LATER | {"plotext", "google"}) == set()


def test_the_judges_load_no_client() -> None:
    assert loaded_by("tui.triage.registry") & (CLIENTS | {"asyncio"}) == set()


def test_what_talks_to_servers_brings_no_second_http() -> None:
    code = (
        "import sys; from tui.cli.dashboard import import_engine; import_engine(); "
        "import httpx; httpx.AsyncClient(); "
        "sys.exit(bool({'hpack', 'hyperframe', 'rich.progress'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert done.returncode == 0
