from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import forked
from tests.e2e.labs import STDERR

VERBS = (("--help",), ("config", "path"), ("check", "--config", "none"), ("nope",))


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_what_is_forked_says_what_a_process_of_its_own_says(
    verb: tuple[str, ...], tmp_path: Path
) -> None:
    environ = {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parent.parent),
        "LANG": "C.UTF-8",
        "COLUMNS": "70",
    }
    own = subprocess.run(
        [sys.executable, "-m", "tui", *verb],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    done = forked.run(verb, environ, 60)
    assert (done.returncode, done.stdout, done.stderr) == (
        own.returncode,
        own.stdout,
        own.stderr,
    )
    assert done.stdout + done.stderr


def test_what_is_forked_can_be_waited_for_and_killed() -> None:
    told, its = os.pipe()
    with Path(os.devnull).open() as nothing:
        streams = (nothing.fileno(), its, STDERR)
        lab = forked.begin(forked.LAB, ["--speed", "0"], os.environ, streams)
    os.close(its)
    with os.fdopen(told) as stream:
        assert "=" in stream.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            lab.wait(0.1)
        lab.kill()
        assert lab.wait(20) == -signal.SIGKILL
