"""Delete a ServiceMonitor, see it gone, undo it, see it back; kubectl agrees."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.e2e.labs import RunningLab, running_lab
from tests.engines import until
from tui.clock import SystemClock
from tui.config import load
from tui.engine.engine import Engine
from tui.model.alert import Verdict
from tui.model.command import DeleteMonitor
from tui.model.fleet import Fleet
from tui.model.manifest import Manifest
from tui.state.audit import AuditLog
from tui.state.undo import UndoFolder

JOB = "kube-proxy"
PATH = "monitoring/kube-prometheus-stack-kube-proxy"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[RunningLab]:
    options = ("--at", "1m", "--speed", "0", "--fault", "kube-proxy-target-down")
    with running_lab(*options) as started:
        state = {"XDG_STATE_HOME": str(tmp_path / "state")}
        yield RunningLab({**started.environment, **state})


def state(lab: RunningLab) -> Path:
    return Path(lab.environment["XDG_STATE_HOME"]) / "taloscope"


def kubectl(lab: RunningLab, folder: Path) -> list[str]:
    """Names of the ServiceMonitors, as a program that we did not write sees them."""
    path = shutil.which("kubectl")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("kubectl is not installed")
        pytest.skip("kubectl is not installed")
    done = subprocess.run(
        [
            *(path, "--context", "monit", "--cache-dir", str(folder)),
            *("-n", "monitoring", "get", "servicemonitors", "-o", "name"),
        ],
        env={**os.environ, **lab.environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return [line.rpartition("/")[2] for line in done.stdout.splitlines()]


def audited(lab: RunningLab) -> list[dict[str, Any]]:
    text = (state(lab) / "audit.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


async def deleted(lab: RunningLab, *, is_dry: bool = False) -> tuple[Manifest, str]:
    """Delete it through the engine, the way the screen does."""
    config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
    random = Random(7)
    audit = AuditLog(state(lab) / "audit.jsonl", "ada")
    undo = UndoFolder(state(lab) / "undo")
    engine = Engine(config, SystemClock(), random, audit, undo=undo)
    task = asyncio.create_task(engine.run())
    try:
        async with asyncio.timeout(40):
            await engine.settled()
        await until(engine, is_scraped)
        found = await engine.monitors("prod", JOB)
        assert (found.cluster, found.fault, found.refusal) == ("monit", None, "")
        (shown,) = found.found
        dry = await engine.submit(DeleteMonitor(shown, is_dry=True))
        assert dry.said == "the server would delete it"
        if is_dry:
            return shown, dry.said
        outcome = await engine.submit(DeleteMonitor(shown, is_dry=False))
        assert outcome.fault is None, outcome
        await until(engine, lambda fleet: not is_scraped(fleet))
        await until(engine, lambda fleet: not fires(fleet))
        return shown, outcome.said
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def is_scraped(fleet: Fleet) -> bool:
    prod = fleet.cluster("prod")
    rows = (prod.targets if prod else None) or ()
    return any(row.job == JOB and row.target is not None for row in rows)


def fires(fleet: Fleet) -> bool:
    """Whether TargetDown of that job does."""
    prod = fleet.cluster("prod")
    return any(
        each.alert.name == "TargetDown" and each.alert.labels.get("job") == JOB
        for each in (prod.alerts if prod else None) or ()
    )


async def test_the_whole_way_there_and_back(lab: RunningLab, tmp_path: Path) -> None:
    name = PATH.partition("/")[2]
    assert name in await asyncio.to_thread(kubectl, lab, tmp_path)
    shown, said = await deleted(lab)
    assert (shown.path, shown.also) == (PATH, ())
    assert shown.why == f"selects the Service kube-system/{name}, whose job is {JOB}"
    assert name not in await asyncio.to_thread(kubectl, lab, tmp_path)

    listed = await asyncio.to_thread(lab.run, "undo")
    identity = listed.stdout.split()[0]
    assert f"`taloscope undo {identity}` puts it back" in said
    assert f"monit {PATH}" in listed.stdout

    dry = await asyncio.to_thread(lab.run, "undo", identity, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert f"the server would put {PATH} back" in dry.stdout
    assert name not in await asyncio.to_thread(kubectl, lab, tmp_path)

    asked = await asyncio.to_thread(lab.run, "undo", identity)
    assert asked.returncode == 4
    assert "nobody can be asked here: say --yes" in asked.stderr

    done = await asyncio.to_thread(lab.run, "undo", identity, "--yes")
    assert done.returncode == 0, done.stderr
    assert f"{PATH} is back in monit" in done.stdout
    assert name in await asyncio.to_thread(kubectl, lab, tmp_path)
    again = await asyncio.to_thread(lab.run, "undo")
    assert again.stdout == "Nothing is kept: nothing was deleted from here.\n"

    lines = audited(lab)
    assert [(line["what"], line["outcome"]) for line in lines] == [
        ("servicemonitor.delete", "attempt"),
        ("servicemonitor.delete", "done"),
        ("servicemonitor.restore", "attempt"),
        ("servicemonitor.restore", "done"),
    ]
    assert (state(lab) / "audit.jsonl").stat().st_mode & 0o777 == 0o600


async def test_a_dry_run_leaves_everything_as_it_is(
    lab: RunningLab, tmp_path: Path
) -> None:
    before = await asyncio.to_thread(kubectl, lab, tmp_path)
    await deleted(lab, is_dry=True)
    assert await asyncio.to_thread(kubectl, lab, tmp_path) == before
    assert not state(lab).exists()


async def test_one_that_is_back_already_is_not_put_back(lab: RunningLab) -> None:
    shown, _ = await deleted(lab)
    folder = UndoFolder(state(lab) / "undo")
    folder.keep(shown, SystemClock().now())
    first, second = [kept.id for kept in folder.listed()[0]]
    done = await asyncio.to_thread(lab.run, "undo", first, "-y")
    assert done.returncode == 0, done.stderr
    refused = await asyncio.to_thread(lab.run, "undo", second, "-y")
    assert refused.returncode == 1
    assert "is there already: nothing was changed" in refused.stderr
    assert [kept.id for kept in folder.listed()[0]] == [second]


def test_an_id_that_nobody_knows_says_how_to_find_one(lab: RunningLab) -> None:
    done = lab.run("undo", "nope")
    assert done.returncode == 3
    assert "`taloscope undo` lists what is" in done.stderr


def test_the_false_positive_names_the_job_that_need_not_be_scraped(
    lab: RunningLab,
) -> None:
    _, report = lab.check()
    alerts = [each for one in report["clusters"] for each in one["alerts"]]
    jobs = {
        each["needless_job"]
        for each in alerts
        if each["verdict"] == Verdict.FALSE_POSITIVE.value
    }
    assert {"kube-proxy", "kube-scheduler"} <= jobs
    assert all(
        not each["needless_job"]
        for each in alerts
        if each["verdict"] != Verdict.FALSE_POSITIVE.value
    )
