from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def test_nothing_answers_and_the_report_says_so(tmp_path: Path) -> None:
    """Port 1 refuses: no verdict may be made up from silence."""
    path = tmp_path / "config.toml"
    path.write_text(
        'timeout = "2s"\n[shared]\nprometheus = { url = "http://127.0.0.1:1" }\n'
        "[clusters.prod]\n"
    )
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tui", "check", "--config", str(path)),
            *("--output", "json", "--timeout", "8"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 2, done.stderr
    assert json.loads(done.stdout)["history_unread"] == ""
    (cluster,) = json.loads(done.stdout)["clusters"]
    assert cluster["standing"] == "unjudged"
    assert cluster["targets"] is None
    assert {s["fault"]["kind"] for s in cluster["sources"]} == {"unreachable"}


def test_a_history_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    state = tmp_path / "taloscope"
    state.mkdir(mode=0o700)
    (state / "history.sqlite3").write_bytes(b"nothing that we wrote" * 100)
    config = tmp_path / "config.toml"
    config.write_text(
        '[shared]\nprometheus = { url = "http://127.0.0.1:1" }\n[clusters.prod]\n'
    )
    command = (sys.executable, "-m", "tui", "check", "--config", str(config))
    for way in ((), ("--output", "json")):
        done = subprocess.run(
            [*command, "--timeout", "8", *way],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "XDG_STATE_HOME": str(tmp_path)},
        )
        assert "history.sqlite3 is damaged: the next run" in " ".join(
            done.stdout.split()
        ), done.stderr
