"""Which test is blamed for what another one leaves to the collector."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SHARED = "from tests.conftest import nothing_left_to_others\n"
LEAVES = """
import gc, socket

class Ring:
    pass

def test_one_that_leaves_a_socket_open():
    gc.set_threshold(50_000, 20, 100)
    ring = Ring()
    ring.itself, ring.held = ring, socket.socket()
"""
PURE = """
def test_one_that_makes_many_objects():
    assert [[each] for each in range(200_000)]
"""


def test_a_socket_left_open_fails_its_own_file_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(SHARED)
    (tmp_path / "test_a.py").write_text(LEAVES)
    (tmp_path / "test_b.py").write_text(PURE)
    options = ("-p", "no:cacheprovider", "-p", "no:asyncio", "-W", "error")
    quiet = (*options, "--rootdir", str(tmp_path))
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", *quiet, str(tmp_path)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(HERE.parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    ).stdout
    assert "ERROR test_a.py::test_one_that_leaves_a_socket_open" in found
    assert "unclosed <socket" in found
    assert "PASSED test_b.py::test_one_that_makes_many_objects" in found
