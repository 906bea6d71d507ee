"""Starts the lab in a process of its own and moves its story."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import forked

STDERR = 2


@dataclass(frozen=True, slots=True)
class RunningLab:
    """A lab that answers, and the environment that points to it."""

    environment: dict[str, str]

    def story(self, at: str, speed: float = 0) -> None:
        """Move the story to a moment; speed 0 holds it there."""
        self._post("/story", {"at": at, "speed": speed})

    def pace(self, speed: float) -> None:
        """Let the story go on from where it is at another speed."""
        self._post("/story", {"speed": speed})

    def advance(self, by: str) -> None:
        """Let time pass at once; the lab must have been started with `--now`."""
        self._post("/story", {"by": by})

    def faults(self, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> None:
        """Switch faults on and off."""
        self._post("/faults", {"add": list(add), "remove": list(remove)})

    def state(self) -> dict[str, Any]:
        """Where the story stands, and what the lab's wall says."""
        return self._ask("GET", "/state")

    def restart_apid(self, cluster: str) -> None:
        """Kill the apids of a cluster, streams and all, and start them again."""
        self._post("/apid", {"cluster": cluster, "action": "restart"})

    def counters(self, *, reset: bool = False) -> dict[str, dict[str, Any]]:
        """What each apid has counted, by endpoint; it may begin anew afterwards."""
        counted = self._ask("GET", "/counters")
        if reset:
            self._ask("DELETE", "/counters")
        return counted

    def asked(self) -> Counter[str]:
        """How often what was asked of its servers, by server and path or method."""
        found = Counter(self.state()["asked"])
        for endpoint, counted in self.counters().items():
            for method, times in counted["by_method"].items():
                found[f"apid {endpoint} {method}"] += times
        return found

    def _ask(self, method: str, path: str) -> dict[str, Any]:
        url = self.environment["LAB_CONTROL_URL"] + path
        request = urllib.request.Request(url, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def _post(self, path: str, body: dict[str, Any]) -> None:
        request = urllib.request.Request(
            self.environment["LAB_CONTROL_URL"] + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()

    def run(
        self, *arguments: str, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run `taloscope` with the lab's environment."""
        return forked.run(arguments, {**os.environ, **self.environment}, timeout)

    def check(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Exit code and report of `taloscope check`."""
        done = self.run("check", "--output", "json", *arguments)
        assert done.stdout, done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        return done.returncode, report


def furnish(home: Path, lab: RunningLab) -> None:
    """Give a home what a new user has: a kubeconfig and a talosconfig."""
    for folder, variable in ((".kube", "KUBECONFIG"), (".talos", "TALOSCONFIG")):
        (home / folder).mkdir()
        shutil.copy(lab.environment[variable], home / folder / "config")


@contextmanager
def running_lab(*arguments: str) -> Iterator[RunningLab]:
    """A lab with these arguments, until the block ends; it must end cleanly."""
    told, its = os.pipe()
    with Path(os.devnull).open() as nothing:
        process = forked.begin(
            forked.LAB, arguments, os.environ, (nothing.fileno(), its, STDERR)
        )
    os.close(its)
    environment = {}
    with os.fdopen(told, encoding="utf-8") as stream:
        try:
            for line in stream:
                name, _, value = line.strip().partition("=")
                environment[name] = value
                if name == "LAB_CONTROL_URL":
                    break
            yield RunningLab(environment)
        finally:
            process.kill(signal.SIGTERM)
            assert process.wait(20) == 0
