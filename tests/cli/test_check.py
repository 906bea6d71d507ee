from __future__ import annotations

import json
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
    (cluster,) = json.loads(done.stdout)["clusters"]
    assert cluster["standing"] == "unjudged"
    assert cluster["targets"] is None
    assert {s["fault"]["kind"] for s in cluster["sources"]} == {"unreachable"}
