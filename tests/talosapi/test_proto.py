from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import talosapi.proto

FOLDER = Path(talosapi.proto.__file__).parent
ROOT = FOLDER.parent.parent


def test_checked_in_modules_are_what_the_generator_makes(tmp_path: Path) -> None:
    sources = sorted(str(path.relative_to(ROOT)) for path in FOLDER.glob("*.proto"))
    outputs = [f"--python_out={tmp_path}", f"--pyi_out={tmp_path}"]
    generator = [sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT}"]
    subprocess.run([*generator, *outputs, *sources], cwd=ROOT, check=True)

    made = {path.name: path.read_bytes() for path in tmp_path.rglob("*_pb2.py*")}
    kept = {path.name: path.read_bytes() for path in FOLDER.glob("*_pb2.py*")}
    assert len(sources) * 2 == len(made)
    assert kept == made
